import type { AuditEntry } from "../entry.ts";
import { objectsIn, textIn } from "../members.ts";

/** What most entries have in common, as texts; empty where an entry has none. */
export interface CommonFields {
  readonly verdict: string;
  readonly effect: string;
  readonly agent: string;
  readonly session: string;
  readonly task: string;
  readonly workspace: string;
  readonly headline: string;
  readonly reason: string;
  /** `provider:operation` of every action. */
  readonly actions: readonly string[];
  /** `file:line` of every rule that did not merely allow. */
  readonly rules: readonly string[];
}

export function commonFields(entry: AuditEntry): CommonFields {
  return {
    verdict: textIn(entry["verdict"]),
    effect: textIn(entry["effect"]),
    agent: textIn(entry["agent"]),
    session: textIn(entry["sessionId"]),
    task: textIn(entry["task"]),
    workspace: textIn(entry["workspace"]),
    headline: textIn(entry["headline"]),
    reason: textIn(entry["reason"]),
    actions: objectsIn(entry["actions"]).map((action) => textIn(action["action"])),
    rules: objectsIn(entry["rules"])
      .filter((rule) => rule["verdict"] !== "allow")
      .map((rule) => `${textIn(rule["file"])}:${number(rule["line"])}`),
  };
}

function number(value: unknown): string {
  return typeof value === "number" ? String(value) : "";
}
