import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { isJsonObject, parseJson, stringField } from "../../base/json.ts";
import { readOwnFile, writeDurably } from "../../record/durable-file.ts";
import type { InstallScope } from "../hooks/installer.ts";

/** What the last canary of an agent's hooks came to. */
export interface CanaryProof {
  readonly agent: string;
  readonly scope: InstallScope;
  /** The agent's version as it says itself; empty where it did not. */
  readonly version: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly proved: boolean;
  /** What went wrong, or how it was proved. */
  readonly detail: string;
  /** Of the files that were tried: see `hookDigest`. */
  readonly digest: string;
}

export function proofsFile(stateDir: string): string {
  return join(stateDir, "canaries.json");
}

/** The last canaries. A file that cannot be understood proves nothing. */
export function readProofs(stateDir: string): readonly CanaryProof[] {
  const text = readOwnFile(proofsFile(stateDir));
  const parsed = text.ok && text.value !== undefined ? parseJson(text.value) : undefined;
  const list = parsed?.ok === true && isJsonObject(parsed.value) ? parsed.value["proofs"] : undefined;
  return Array.isArray(list)
    ? (list as readonly unknown[]).filter((item): item is CanaryProof => isProof(item))
    : [];
}

/** Keeps what canaries came to, in place of what they came to before. Throws where it cannot be saved. */
export function keepProofs(stateDir: string, fresh: readonly CanaryProof[]): void {
  const isReplaced = (old: CanaryProof): boolean =>
    fresh.some(({ agent, scope }) => agent === old.agent && scope === old.scope);
  const proofs = [...readProofs(stateDir).filter((old) => !isReplaced(old)), ...fresh];
  mkdirSync(dirname(proofsFile(stateDir)), { recursive: true, mode: 0o700 });
  writeDurably(proofsFile(stateDir), `${JSON.stringify({ version: 1, proofs }, undefined, 2)}\n`);
}

function isProof(item: unknown): boolean {
  return (
    isJsonObject(item) &&
    ["agent", "version", "at", "detail", "digest"].every((name) => stringField(item, name) !== undefined) &&
    ["user", "workspace", "managed"].includes(stringField(item, "scope") ?? "") &&
    typeof item["proved"] === "boolean"
  );
}
