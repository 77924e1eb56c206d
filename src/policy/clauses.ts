import { textOf, textsOf, valueOf, type PolicyNode } from "./node.ts";
import { namePattern } from "./pattern.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** Keys of a rule that put no condition on a request. */
export const ruleExtras: ReadonlySet<string> = new Set([
  "reason",
  "require_hitl",
  "timeout",
  "grant",
  "approvers",
]);

/** The conditions of a rule as text: what it is compared with other rules by. All keys must hold, of the values any. */
export interface Clauses {
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** The exception, as it is written; equal texts mean equal exceptions. */
  readonly not: string | undefined;
}

export function clausesOf(node: PolicyNode | undefined): Clauses {
  const values = new Map<string, readonly string[]>();
  for (const entry of node?.kind === "map" ? node.entries : []) {
    if (!ruleExtras.has(entry.key) && entry.key !== "not") {
      values.set(entry.key, valuesOf(entry.value));
    }
  }
  const not = valueOf(node, "not");
  return { values, not: not === undefined ? undefined : plainText(not) };
}

/** An entry of `allowed_apis` and its kin as the conditions of a rule that is about the same. */
export function clausesOfApi(node: PolicyNode): Clauses {
  const values = new Map<string, readonly string[]>([
    ["action", [textOf(node) ?? textOf(valueOf(node, "api")) ?? ""]],
  ]);
  for (const key of ["environment", "resource"]) {
    const text = textOf(valueOf(node, key));
    if (text !== undefined) {
      values.set(key, [text]);
    }
  }
  return { values, not: undefined };
}

/**
 * True only where it is certain that the first one holds wherever the second does. What is not understood (classes of
 * characters, nested choices) counts as not covered.
 */
export function covers(wide: Clauses, narrow: Clauses, vocabulary: Vocabulary): boolean {
  if (wide.not !== undefined && wide.not !== narrow.not) {
    return false;
  }
  return [...wide.values].every(([key, values]) => {
    const own = narrow.values.get(key) ?? implied(key, narrow);
    return (
      own !== undefined &&
      own.every((one) => values.some((candidate) => valueCovers(key, candidate, one, vocabulary)))
    );
  });
}

/** Rules about operations are about their providers without saying so. */
function implied(key: string, { values }: Clauses): readonly string[] | undefined {
  return key === "provider" ? values.get("action")?.map(providerOf) : undefined;
}

/** `railway` of `railway:deploy`; what cannot be told stays a text that only a wildcard covers. */
export function providerOf(api: string): string {
  const colon = api.indexOf(":");
  return colon > 0 ? api.slice(0, colon) : api;
}

const wildcards: ReadonlySet<string> = new Set([
  "action",
  "provider",
  "resource",
  "command",
  "host",
  "agent",
  "session",
  "environment",
]);

function valueCovers(key: string, wide: string, narrow: string, vocabulary: Vocabulary): boolean {
  if (wide.toLowerCase() === narrow.toLowerCase()) {
    return true;
  }
  if (key === "path") {
    return wide === "**" || wide === "**/*";
  }
  // `production` also stands for targets of which nobody knows the environment, which no wildcard matches.
  if (!wildcards.has(key) || (key === "environment" && narrow.toLowerCase() === "production")) {
    return false;
  }
  return wildcardCovers(wide, narrow) || (key === "action" && groupCovers(wide, narrow, vocabulary));
}

/** A pattern of stars covers another one where it matches its text: whatever a star stands for, its own star takes. */
function wildcardCovers(wide: string, narrow: string): boolean {
  if (!wide.includes("*") || /[?{[]/.test(wide) || /[?{[]/.test(narrow)) {
    return false;
  }
  const pattern = namePattern(wide);
  return pattern.ok && pattern.value.matches(narrow);
}

function groupCovers(group: string, api: string, vocabulary: Vocabulary): boolean {
  const provider = providerOf(api);
  if (providerOf(group) !== provider) {
    return false;
  }
  const name = group.slice(provider.length + 1);
  const operation = vocabulary.operation(provider, api.slice(provider.length + 1));
  return operation !== undefined && operation.groups.includes(name);
}

function valuesOf(node: PolicyNode): readonly string[] {
  return node.kind === "scalar" ? [String(node.value)] : textsOf(node).map(({ value }) => String(value));
}

/** One text per meaning, whatever the style. */
function plainText(node: PolicyNode): string {
  if (node.kind === "map") {
    const parts = node.entries.map(({ key, value }) => `${key}:${plainText(value)}`);
    return `{${parts.toSorted().join(",")}}`;
  }
  return node.kind === "list" ? `[${node.items.map(plainText).join(",")}]` : JSON.stringify(node.value);
}
