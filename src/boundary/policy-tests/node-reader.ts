import type { Diagnostic, TextRange } from "../../base/diagnostic.ts";
import type { JsonValue } from "../../base/json.ts";
import { makeVisibleLine } from "../../base/visible-text.ts";
import { nearest } from "../../policy/nearest.ts";
import type { ListNode, MapEntry, MapNode, PolicyNode } from "../../policy/node.ts";

/** The members of a map, read strictly. */
export interface Members {
  readonly node: MapNode;
  get(key: string): MapEntry | undefined;
}

const maximumDiagnostics = 100;

/** Reads a tree strictly and collects everything that is wrong with it, each with its place and a remedy. */
export class NodeReader {
  readonly diagnostics: Diagnostic[] = [];
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  report(code: string, range: TextRange, message: string, help: string): undefined {
    if (this.diagnostics.length < maximumDiagnostics) {
      this.diagnostics.push({
        code: `policy-test/${code}`,
        severity: "error",
        message: makeVisibleLine(message),
        help: makeVisibleLine(help),
        file: this.#file,
        range,
      });
    }
    return undefined;
  }

  /** A map with no other keys than those. `what` ends the sentence: "unknown key `x` in a case". */
  members(node: PolicyNode, keys: readonly string[], what: string): Members | undefined {
    if (node.kind !== "map") {
      return this.wrongType(node, "a map of keys");
    }
    for (const { key, keyRange } of node.entries.filter((entry) => !keys.includes(entry.key))) {
      const near = nearest(key, keys);
      const help = near === undefined ? `known here: ${keys.join(", ")}` : `did you mean \`${near}\`?`;
      this.report("unknown-key", keyRange, `unknown key \`${short(key)}\` ${what}`, help);
    }
    return { node, get: (key) => node.entries.find((entry) => entry.key === key) };
  }

  list(node: PolicyNode): ListNode | undefined {
    return node.kind === "list"
      ? node
      : this.wrongType(node, "a list: each entry on its own line after `- `");
  }

  text(node: PolicyNode): string | undefined {
    return node.kind === "scalar" && typeof node.value === "string" && node.value.trim() !== ""
      ? node.value
      : this.wrongType(node, "a text: put it in quotes");
  }

  /** One of some words. */
  word<T extends string>(node: PolicyNode, words: readonly T[]): T | undefined {
    const given = node.kind === "scalar" ? node.value : undefined;
    const word = words.find((candidate) => candidate === given);
    if (word !== undefined) {
      return word;
    }
    const near = typeof given === "string" ? nearest(given, words) : undefined;
    const choice = words.map((each) => `\`${each}\``).join(", ");
    const help = near === undefined ? `write one of ${choice}` : `did you mean \`${near}\`?`;
    return this.report("wrong-value", node.range, `expected ${choice}, found ${described(node)}`, help);
  }

  /** Texts by name. Values that YAML takes for something else than text are taken as they are written. */
  texts(node: PolicyNode, what: string): ReadonlyMap<string, string> {
    const texts = new Map<string, string>();
    if (node.kind !== "map") {
      this.wrongType(node, what);
      return texts;
    }
    for (const { key, value } of node.entries) {
      if (value.kind !== "scalar" || value.value === null) {
        this.wrongType(value, "a text");
      } else {
        texts.set(key, String(value.value));
      }
    }
    return texts;
  }

  wrongType(node: PolicyNode, expected: string): undefined {
    const message = `expected ${expected}, found ${described(node)}`;
    return this.report("wrong-type", node.range, message, `write ${expected}`);
  }
}

/** The value as JSON has it. */
export function jsonOf(node: PolicyNode): JsonValue {
  switch (node.kind) {
    case "scalar":
      return node.value;
    case "list":
      return node.items.map(jsonOf);
    case "map":
      return Object.fromEntries(node.entries.map(({ key, value }) => [key, jsonOf(value)]));
  }
}

function described(node: PolicyNode): string {
  if (node.kind !== "scalar") {
    return node.kind === "list" ? "a list" : "a map";
  }
  return node.value === null ? "nothing" : `\`${short(String(node.value))}\``;
}

function short(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
