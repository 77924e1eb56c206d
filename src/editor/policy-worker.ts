/** Checks policies in a thread of its own: reading the catalogue would stop the editor's extensions for too long. */
import { parentPort } from "node:worker_threads";
import { checkPolicy, type PolicyText } from "../language/policy-check.ts";

/** One request and its reply; `id` joins them. */
export interface CheckRequest {
  readonly id: number;
  readonly source: PolicyText;
}

export type CheckReply =
  | { readonly id: number; readonly diagnostics: ReturnType<typeof checkPolicy> }
  | { readonly id: number; readonly error: string };

parentPort?.on("message", ({ id, source }: CheckRequest) => {
  parentPort?.postMessage(replyTo(id, source));
});

function replyTo(id: number, source: PolicyText): CheckReply {
  try {
    return { id, diagnostics: checkPolicy(source) };
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : "unknown fault" };
  }
}
