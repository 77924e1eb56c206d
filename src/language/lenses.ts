import type { Verdict } from "../model/verdict.ts";
import { pointerStep } from "../policy/node.ts";
import { looseEntry, looseTree, type LooseNode } from "./loose-tree.ts";

/** A rule as it stands in a text. Offsets are UTF-16 code units from 0. */
export interface WrittenRule {
  /** JSON pointer, as decisions name the rule. */
  readonly pointer: string;
  readonly verdict: Exclude<Verdict, "allow">;
  readonly start: number;
  readonly end: number;
}

/** How a policy's rules met the last requests of the record. */
export interface RecordedUse {
  /** Requests that were decided again. */
  readonly requests: number;
  /** By the rule's pointer. */
  readonly rules: ReadonlyMap<string, RuleUse>;
}

export interface RuleUse {
  readonly matched: number;
  /** Of those, how many it decided: the others were decided by a stricter rule, or in the same way for another request. */
  readonly decided: number;
}

const lists: readonly (readonly [key: string, verdict: WrittenRule["verdict"]])[] = [
  ["kill", "kill"],
  ["deny", "deny"],
  ["control", "ask"],
];

/** The rules of a policy, also of its tasks, as far as they can be made out in a text that is being written. */
export function rulesIn(text: string): readonly WrittenRule[] {
  const root = looseTree(text);
  const sessions = looseEntry(root, "sessions")?.value;
  const tasks: readonly (readonly [step: string | number, node: LooseNode])[] =
    sessions?.kind === "map"
      ? sessions.entries.map(({ key, value }) => [key.text, value] as const)
      : sessions?.kind === "list"
        ? sessions.items.map((item, index) => [index, item] as const)
        : [];
  return [
    ...rulesOf(root, ""),
    ...tasks.flatMap(([step, node]) => rulesOf(node, pointerStep("/sessions", step))),
  ];
}

function rulesOf(node: LooseNode | undefined, under: string): readonly WrittenRule[] {
  const policies = looseEntry(node, "policies")?.value;
  return lists.flatMap(([key, verdict]) => {
    const list = looseEntry(policies, key)?.value;
    return list?.kind !== "list"
      ? []
      : list.items
          .map((item, index): WrittenRule => ({
            pointer: pointerStep(`${under}/policies/${key}`, index),
            verdict,
            start: item.start,
            end: item.end,
          }))
          .filter(({ start, end }) => end > start);
  });
}

const did: { readonly [V in WrittenRule["verdict"]]: string } = {
  kill: "killed",
  deny: "denied",
  ask: "asked about",
};

/** What is said above a rule: "would have asked about 3 of the last 500 requests". Empty without recorded requests. */
export function useText({ pointer, verdict }: WrittenRule, use: RecordedUse): string {
  const { requests, rules } = use;
  if (requests === 0) {
    return "";
  }
  const { matched, decided } = rules.get(pointer) ?? { matched: 0, decided: 0 };
  const of = `the last ${requests} request${requests === 1 ? "" : "s"}`;
  if (matched === 0) {
    return `matches none of ${of}`;
  }
  const stricter = matched - decided;
  const rest = stricter === 0 ? "" : `; matches ${stricter} more, which a stricter rule decides`;
  return decided === 0
    ? `matches ${matched} of ${of}, which a stricter rule decides`
    : `would have ${did[verdict]} ${decided} of ${of}${rest}`;
}
