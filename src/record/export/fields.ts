import type { AuditEntry } from "../entry.ts";

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
    verdict: text(entry["verdict"]),
    effect: text(entry["effect"]),
    agent: text(entry["agent"]),
    session: text(entry["sessionId"]),
    task: text(entry["task"]),
    workspace: text(entry["workspace"]),
    headline: text(entry["headline"]),
    reason: text(entry["reason"]),
    actions: members(entry["actions"]).map((action) => text(action["action"])),
    rules: members(entry["rules"])
      .filter((rule) => rule["verdict"] !== "allow")
      .map((rule) => `${text(rule["file"])}:${number(rule["line"])}`),
  };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function number(value: unknown): string {
  return typeof value === "number" ? String(value) : "";
}

function members(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  return items.filter(
    (item): item is Readonly<Record<string, unknown>> =>
      typeof item === "object" && item !== null && !Array.isArray(item),
  );
}
