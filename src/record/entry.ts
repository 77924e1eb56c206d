import { canonicalJson, isJsonObject, parseJson, type JsonObject } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import { digestOf } from "./digest.ts";

/** What the record tells of one moment. `kind` says which members follow; secrets are masked before it is made. */
export type AuditEvent = { readonly kind: AuditKind } & { readonly [member: string]: unknown };

export type AuditKind =
  | "decision"
  | "execution"
  | "gap"
  | "refused"
  | "approval"
  | "killed"
  | "reopened"
  | "policy_approved"
  | "task_bound"
  | "enrolled"
  | "notice"
  | "broker_started"
  | "broker_stopped"
  | "repaired"
  | "dropped";

/** One line of the record. `hash` is over the canonical JSON of all the other members; `prev` is the hash before it. */
export interface AuditEntry {
  readonly seq: number;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly prev: string;
  readonly hash: string;
  readonly kind: string;
  readonly [member: string]: unknown;
}

/** The `prev` of the first entry. */
export const genesisHash: string = "0".repeat(64);

/** Names of the files in the record's folder. */
export const recordFile = "audit.jsonl";
export const headFile = "head.json";

export interface ChainHead {
  readonly seq: number;
  readonly hash: string;
}

/** The line for an event, without the final newline, and the head after it. */
export function sealEntry(
  event: AuditEvent,
  head: ChainHead,
  time: string,
): { readonly line: string; readonly head: ChainHead } {
  const seq = head.seq + 1;
  // The event passes through JSON once, so that what is hashed is what a reader will parse.
  const content = JSON.parse(JSON.stringify(event)) as JsonObject;
  const frame = { seq, time, prev: head.hash };
  // The frame goes first for readers, and last so that no event can pass itself off with a frame of its own.
  const unsealed = Object.assign({ ...frame }, content, frame);
  const hash = hashOf(unsealed);
  return { line: JSON.stringify({ ...unsealed, hash }), head: { seq, hash } };
}

/** SHA-256 in hex over the canonical JSON without the member `hash`. */
export function hashOf(entry: object): string {
  const { hash: _, ...content } = entry as { hash?: unknown };
  return digestOf(canonicalJson(content));
}

/** Reads one line of the record. Its hash is not checked here. */
export function parseEntry(line: string): Result<AuditEntry> {
  const parsed = parseJson(line);
  if (!parsed.ok) {
    return parsed;
  }
  const value = parsed.value;
  if (!isJsonObject(value)) {
    return err("not a JSON object");
  }
  const wellFormed =
    Number.isSafeInteger(value["seq"]) &&
    typeof value["time"] === "string" &&
    typeof value["prev"] === "string" &&
    typeof value["hash"] === "string" &&
    typeof value["kind"] === "string";
  return wellFormed ? ok(value as unknown as AuditEntry) : err("not an entry of the record");
}

/** Reads the head file's text; undefined where it is damaged. */
export function parseHead(text: string): ChainHead | undefined {
  const parsed = parseJson(text);
  if (!parsed.ok || !isJsonObject(parsed.value)) {
    return undefined;
  }
  const { seq, hash } = parsed.value;
  return typeof seq === "number" && Number.isSafeInteger(seq) && typeof hash === "string"
    ? { seq, hash }
    : undefined;
}
