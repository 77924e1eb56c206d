import type { Effect } from "../model/effect.ts";

/** Stands for a value that is not known before the request is sent. */
export const unresolved: unique symbol = Symbol("unresolved");

export type ArgumentValue =
  | null
  | boolean
  | number
  | string
  | typeof unresolved
  | readonly ArgumentValue[]
  | { readonly [key: string]: ArgumentValue };

/**
 * What an argument adds to an operation: `volumeInstanceUpdate` with `input.state: DELETED` is a deletion.
 *
 * `path` is dotted; `*` stands for any one key, `**` for any number of them; lists are looked into at every step.
 */
export interface ArgumentRule {
  readonly path: readonly string[];
  /** Values that make the rule hold; where undefined, any value but null and false does. */
  readonly is?: readonly (string | number | boolean)[];
  readonly effects: readonly Effect[];
  /** Other operations of the provider that it amounts to: their policies apply as well. */
  readonly also: readonly string[];
}

/** `may_hold`: an argument that decides it is not known. */
export type RuleAnswer = "holds" | "may_hold" | "no";

export function ruleAnswer(rule: ArgumentRule, args: ArgumentValue): RuleAnswer {
  return search(args, rule.path, 0, rule);
}

/** The first of the paths that leads to a text or a number; undefined where none does or it is not known. */
export function textAt(args: ArgumentValue, paths: readonly (readonly string[])[]): string | undefined {
  for (const path of paths) {
    const text = textOf(valueAt(args, path));
    if (text !== undefined) {
      return text;
    }
  }
  return undefined;
}

function valueAt(args: ArgumentValue, path: readonly string[]): ArgumentValue | undefined {
  let value: ArgumentValue | undefined = args;
  for (const key of path) {
    value = member(value, key);
  }
  return value;
}

function textOf(value: ArgumentValue | undefined): string | undefined {
  if (typeof value === "string" && value !== "") {
    return value;
  }
  if (typeof value === "number") {
    return String(value);
  }
  if (Array.isArray(value)) {
    const texts = value.map((item: ArgumentValue) => textOf(item));
    return texts.every((text) => text !== undefined) && texts.length > 0 ? texts.join(",") : undefined;
  }
  return undefined;
}

function member(value: ArgumentValue | undefined, key: string): ArgumentValue | undefined {
  if (value === unresolved) {
    return unresolved;
  }
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

export function isRecord(value: unknown): value is { readonly [key: string]: ArgumentValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function search(
  value: ArgumentValue | undefined,
  path: readonly string[],
  at: number,
  rule: ArgumentRule,
): RuleAnswer {
  if (value === unresolved) {
    return "may_hold";
  }
  if (Array.isArray(value)) {
    return worst(value.map((item: ArgumentValue) => search(item, path, at, rule)));
  }
  const key = path[at];
  if (key === undefined) {
    return valueHolds(value, rule) ? "holds" : "no";
  }
  if (!isRecord(value)) {
    return key === "**" && at === path.length - 1 && valueHolds(value, rule) ? "holds" : "no";
  }
  if (key === "*") {
    return worst(Object.values(value).map((item) => search(item, path, at + 1, rule)));
  }
  if (key === "**") {
    const here = search(value, path, at + 1, rule);
    return worst([here, ...Object.values(value).map((item) => search(item, path, at, rule))]);
  }
  return search(member(value, key), path, at + 1, rule);
}

function valueHolds(value: ArgumentValue | undefined, rule: ArgumentRule): boolean {
  if (value === undefined || value === null || value === unresolved) {
    return false;
  }
  if (rule.is === undefined) {
    return value !== false;
  }
  return (
    (typeof value === "string" || typeof value === "number" || typeof value === "boolean") &&
    rule.is.includes(value)
  );
}

function worst(answers: readonly RuleAnswer[]): RuleAnswer {
  if (answers.includes("holds")) {
    return "holds";
  }
  return answers.includes("may_hold") ? "may_hold" : "no";
}
