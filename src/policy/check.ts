import { assertNever } from "../base/result.ts";
import type { Fix, TextRange } from "../base/diagnostic.ts";
import type { Vocabulary } from "./vocabulary.ts";
import type { PolicyCode } from "./codes.ts";
import { keyBefore, quote, replaceWord } from "./fixes.ts";
import { nameProblem, recognitionProblem, type Names, type Problem } from "./names.ts";
import { nearest } from "./nearest.ts";
import { isLooseGlob } from "./path-pattern.ts";
import { ruleExtras } from "./clauses.ts";
import {
  entryOf,
  pointerStep,
  valueOf,
  type ListNode,
  type MapNode,
  type PolicyNode,
  type ScalarNode,
} from "./node.ts";
import type { Reporter } from "./reporter.ts";
import { policySchema, type Field, type NameKind, type Shape } from "./schema.ts";

/**
 * Compares a tree with the schema. An unknown key, a wrong type or a pattern that cannot be compiled is an error; a
 * name that neither catalogue nor policy knows is a warning, because it still matches literally.
 */
export function checkPolicy(subject: CheckSubject, vocabulary: Vocabulary, reporter: Reporter): void {
  const { text, root, base } = subject;
  const declared = [root, base].flatMap((node) => namesUnder(valueOf(node, "credentials")));
  const checker = new Checker(text, reporter, { credentials: new Set(declared), vocabulary });
  checker.check(root, policySchema, "");
}

export interface CheckSubject {
  readonly text: string;
  readonly root: MapNode;
  /** What it builds on: names that are declared there are known here. */
  readonly base?: MapNode;
}

function namesUnder(node: PolicyNode | undefined): readonly string[] {
  if (node?.kind === "map") {
    return node.entries.map((entry) => entry.key);
  }
  const items = node?.kind === "list" ? node.items : [];
  return items.flatMap((item) => {
    const name = valueOf(item, "name");
    return name?.kind === "scalar" && typeof name.value === "string" ? [name.value] : [];
  });
}

const ruleList = /^(?:\/sessions\/[^/]+)?\/policies\/(kill|deny|control)\/\d+$/;

/** Most globs of one policy that each path of a request has to be held against. */
const mostLooseGlobs = 300;

class Checker {
  readonly #text: string;
  readonly #reporter: Reporter;
  readonly #declared: Omit<Names, "suggest">;
  #looseGlobs = 0;

  constructor(text: string, reporter: Reporter, names: Omit<Names, "suggest">) {
    this.#text = text;
    this.#reporter = reporter;
    this.#declared = names;
  }

  /** Looking for the nearest word costs time, so a flood of faults gets none. */
  get #known(): Names {
    return { ...this.#declared, suggest: !this.#reporter.isFull };
  }

  check(node: PolicyNode, shape: Shape, pointer: string): void {
    switch (shape.kind) {
      case "map":
        return this.#map(node, shape.keys, pointer);
      case "record":
        return this.#record(node, shape.value, pointer, shape.names);
      case "named":
        return node.kind === "list"
          ? this.#namedList(node.items, shape.value, pointer)
          : this.#record(node, shape.value, pointer);
      case "list":
        return this.#list(node, shape.item, pointer);
      case "names":
        return node.kind === "list" ? this.#names(node, shape.names, pointer) : this.#name(node, shape.names);
      case "name":
        return this.#name(node, shape.names);
      case "either":
        return this.check(node, node.kind === "map" ? shape.map : shape.text, pointer);
      case "word":
        return this.#word(node, shape.words);
      case "flag":
        return this.#typed(node, typeof scalar(node) === "boolean", "`true` or `false`");
      case "number":
        return this.#typed(node, scalar(node) === 1, "the number `1`");
      case "duration":
        return this.#typed(
          node,
          durationMs(node) !== undefined,
          "a time from 1 second to 1 day, such as `90`, `90s`, `5m` or `1h`",
        );
      default:
        return assertNever(shape);
    }
  }

  #map(node: PolicyNode, keys: Readonly<Record<string, Field>>, pointer: string): void {
    if (node.kind !== "map") {
      return this.#expectedMap(node, pointer);
    }
    for (const entry of node.entries) {
      const field = Object.hasOwn(keys, entry.key) ? keys[entry.key] : undefined;
      if (field === undefined) {
        this.#unknownKey(entry.key, entry.keyRange, Object.keys(keys), pointer);
      } else {
        this.check(entry.value, field.shape, pointerStep(pointer, entry.key));
      }
    }
    for (const [key, field] of Object.entries(keys)) {
      if (field.required === true && entryOf(node, key) === undefined) {
        this.#missing(key, node);
      }
    }
    if (ruleList.test(pointer)) {
      this.#rule(node, pointer);
    }
  }

  /** What the schema's shapes cannot say about a rule. */
  #rule(node: MapNode, pointer: string): void {
    const conditions = node.entries.filter((entry) => !ruleExtras.has(entry.key));
    const not = entryOf(node, "not");
    if (conditions.length === 0) {
      const message = "this rule has no condition and would match every request";
      const help = "say what it is about, for example `action_type: production_api_call`";
      this.#report("policy/no-condition", node.range, { message, help });
    }
    if (not?.value.kind === "map" && not.value.entries.length === 0) {
      const message = "`not` without conditions excepts every request, so the rule can match nothing";
      const help = "say what is excepted, or remove the key";
      this.#report("policy/no-condition", not.keyRange, { message, help });
    }
    const hitl = entryOf(node, "require_hitl");
    if (hitl !== undefined && scalar(hitl.value) === false && pointer.includes("/control/")) {
      const help = "remove the rule, or write `require_hitl: true`";
      const message = "a control rule without a human has no effect";
      const fix = replaceWord(this.#text, hitl.value.range, "true");
      this.#report("policy/control-without-route", hitl.keyRange, { message, help, fix });
    }
  }

  #record(node: PolicyNode, value: Shape, pointer: string, keys?: NameKind): void {
    if (node.kind !== "map") {
      return this.#expected(node, "a map of names");
    }
    for (const entry of node.entries) {
      const problem = keys === "provider" ? recognitionProblem(entry.key, this.#known) : undefined;
      if (problem !== undefined) {
        this.#problem(problem, entry.keyRange);
      }
      this.check(entry.value, value, pointerStep(pointer, entry.key));
    }
  }

  #namedList(items: readonly PolicyNode[], value: Shape, pointer: string): void {
    const seen = new Set<string>();
    for (const [index, item] of items.entries()) {
      const name = entryOf(item, "name");
      const text = name === undefined ? undefined : scalar(name.value);
      if (item.kind === "map" && (typeof text !== "string" || text === "")) {
        this.#missing("name", item);
      } else if (name !== undefined && typeof text === "string" && seen.has(text)) {
        const message = `\`${text}\` is declared twice`;
        this.#report("policy/duplicate-key", name.value.range, { message, help: "merge the two into one" });
      }
      seen.add(String(text));
      this.check(item, withName(value), pointerStep(pointer, index));
    }
  }

  #list(node: PolicyNode, item: Shape, pointer: string): void {
    if (node.kind !== "list") {
      return this.#expected(node, "a list: each entry on its own line after `- `");
    }
    for (const [index, entry] of node.items.entries()) {
      this.check(entry, item, pointerStep(pointer, index));
    }
  }

  /** An empty list could be meant as "none" or as "any": the author has to say. */
  #names(node: ListNode, kind: NameKind, pointer: string): void {
    if (node.items.length === 0) {
      const message = "this list names nothing";
      const help = "name at least one, or remove the key";
      this.#report("policy/empty-list", node.range, { message, help });
    }
    this.#list(node, { kind: "name", names: kind }, pointer);
  }

  #name(node: PolicyNode, kind: NameKind): void {
    const value = scalar(node);
    if (typeof value !== "string") {
      return node.kind === "scalar" && value !== null
        ? this.#expected(node, "a text: put it in quotes", quote(this.#text, node.range))
        : this.#expected(node, "a text");
    }
    const problem = nameProblem(value, kind, this.#known) ?? this.#looseGlob(value, kind);
    if (problem !== undefined) {
      this.#problem(problem, node.range);
    }
  }

  /** INVARIANT: whoever writes a policy, approved or not, cannot make decisions slow with it. */
  #looseGlob(text: string, kind: NameKind): Problem | undefined {
    if (kind !== "path" || !isLooseGlob(text)) {
      return undefined;
    }
    this.#looseGlobs++;
    return this.#looseGlobs <= mostLooseGlobs
      ? undefined
      : {
          code: "policy/bad-pattern",
          message: `\`${shorten(text)}\` is one too many: more than ${mostLooseGlobs} globs end in neither a name nor an extension`,
          help: "say several things with one glob, such as the folder and `**`, or end them in names",
        };
  }

  #word(node: PolicyNode, words: readonly string[]): void {
    const value = scalar(node);
    if (typeof value === "string" && words.includes(value)) {
      return;
    }
    const near = typeof value === "string" ? nearest(value, words) : undefined;
    const choice = words.map((word) => `\`${word}\``).join(" or ");
    const help = near === undefined ? `write ${choice}` : `did you mean \`${near}\`?`;
    const message = `expected ${choice}, found ${describe(node)}`;
    const fix = near === undefined ? undefined : replaceWord(this.#text, node.range, near);
    this.#report("policy/wrong-value", node.range, { message, help, fix });
  }

  #typed(node: PolicyNode, right: boolean, expected: string): void {
    if (!right) {
      this.#expected(node, expected);
    }
  }

  #expected(node: PolicyNode, expected: string, fix?: Fix): void {
    const message = `expected ${expected}, found ${describe(node)}`;
    this.#report("policy/wrong-type", node.range, { message, help: `write ${expected}`, fix });
  }

  /** A text where a rule should be is the most frequent slip. */
  #expectedMap(node: PolicyNode, pointer: string): void {
    const text = scalar(node);
    if (!ruleList.test(pointer) || typeof text !== "string") {
      return this.#expected(node, "a map of keys");
    }
    const key = text.includes(":") ? "action" : "action_type";
    const expected = `a condition such as \`${key}: ${shorten(text)}\``;
    this.#expected(node, expected, keyBefore(this.#text, node.range, key));
  }

  #missing(key: string, { range }: PolicyNode): void {
    const message = `\`${key}\` is missing here`;
    this.#report("policy/missing-key", range, { message, help: `add \`${key}: …\`` });
  }

  #unknownKey(key: string, range: TextRange, keys: readonly string[], pointer: string): void {
    const near = this.#reporter.isFull ? undefined : nearest(key, keys);
    const place = near ?? (pointer === "" ? undefined : placeOf(key));
    const where = pointer === "" ? "at the top of a policy" : `in \`${pointer.slice(1)}\``;
    const message = `unknown key \`${shorten(key)}\` ${where}`;
    const help = place === undefined ? `known here: ${keys.join(", ")}` : `did you mean \`${place}\`?`;
    const fix = near === undefined ? undefined : replaceWord(this.#text, range, near);
    this.#report("policy/unknown-key", range, { message, help, fix });
  }

  #problem({ code, message, help, meant }: Problem, range: TextRange): void {
    const fix = meant === undefined ? undefined : replaceWord(this.#text, range, meant);
    this.#report(code, range, { message, help, fix });
  }

  #report(
    code: PolicyCode,
    range: TextRange,
    said: { readonly message: string; readonly help: string; readonly fix?: Fix | undefined },
  ): void {
    const { message, help, fix } = said;
    this.#reporter.report({ code, message, help, ...(fix === undefined ? {} : { fix }) }, range);
  }
}

/** A wait in ms, or undefined where it is none or out of bounds. */
export function durationMs(node: PolicyNode | undefined): number | undefined {
  const value = scalar(node);
  const match = /^(\d{1,6})\s*(s|m|h)?$/.exec(
    typeof value === "number" ? String(value) : typeof value === "string" ? value : "",
  );
  if (match === null) {
    return undefined;
  }
  const unit = match[2] === "h" ? 3600 : match[2] === "m" ? 60 : 1;
  const seconds = Number(match[1]) * unit;
  return seconds >= 1 && seconds <= 86_400 ? seconds * 1000 : undefined;
}

function scalar(node: PolicyNode | undefined): ScalarNode["value"] | undefined {
  return node?.kind === "scalar" ? node.value : undefined;
}

function withName(value: Shape): Shape {
  const field: Field = { shape: { kind: "name", names: "prose" }, description: "Name." };
  return value.kind === "map" ? { kind: "map", keys: { name: field, ...value.keys } } : value;
}

function describe(node: PolicyNode): string {
  if (node.kind !== "scalar") {
    return node.kind === "list" ? "a list" : "a map";
  }
  return node.value === null ? "nothing" : `\`${shorten(String(node.value))}\``;
}

/** The full path of a key that exists elsewhere in the language: it is often only indented wrongly. */
function placeOf(key: string): string | undefined {
  return findKey(policySchema, key, "");
}

function findKey(shape: Shape, key: string, path: string): string | undefined {
  if (shape.kind !== "map") {
    return undefined;
  }
  for (const [name, field] of Object.entries(shape.keys)) {
    const found = name === key ? `${path}${name}` : findKey(field.shape, key, `${path}${name}.`);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
