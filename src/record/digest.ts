import { createHash } from "node:crypto";

/** SHA-256 in hex, of bytes or of a text as UTF-8: the one digest of files, policies, approvals and entries. */
export function digestOf(content: Uint8Array | string): string {
  return createHash("sha256").update(content).digest("hex");
}
