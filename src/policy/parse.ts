import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import type { Diagnostic, TextRange } from "../base/diagnostic.ts";
import type { MapEntry, PolicyNode } from "./node.ts";

/** Larger than any policy that a person writes (5,000 rules are about 400 kB), smaller than what would stall the broker. */
export const maximumPolicyLength = 1_000_000;

/** Deeper than the language nests. The parser needs memory that grows with depth, so depth is bounded before it runs. */
const maximumDepth = 40;

export interface ParsedPolicy {
  /** Missing exactly when there is a diagnostic. */
  readonly root?: PolicyNode;
  readonly diagnostics: readonly Diagnostic[];
}

interface Problem {
  readonly code: string;
  readonly message: string;
  readonly help: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Reads YAML 1.2 or JSON into a tree with ranges. Never throws: whatever is wrong is an error diagnostic with a range
 * inside the text. What makes a file hard to review (anchors, aliases, merge keys, tags, several documents) is refused.
 */
export function parsePolicy(file: string, text: string): ParsedPolicy {
  const lines = new LineCounter();
  const place = placer(text, lines);
  const report = (problems: readonly Problem[]): ParsedPolicy => ({
    diagnostics: problems.map(({ code, message, help, start, end }) => ({
      code,
      severity: "error",
      message,
      help,
      file,
      range: place(start, end),
    })),
  });
  addLineStarts(text, lines);
  const early = refuseEarly(text);
  if (early !== undefined) {
    return report([early]);
  }
  try {
    const builder = new TreeBuilder(text, place);
    const root = builder.read();
    return builder.problems.length > 0 || root === undefined
      ? report(builder.problems)
      : { root, diagnostics: [] };
  } catch {
    return report([
      {
        code: "policy/unreadable",
        message: "the file cannot be read as YAML or JSON",
        help: "write the policy anew from a template with `signalbox init`",
        start: 0,
        end: 0,
      },
    ]);
  }
}

/** What has to be known before a parser that is not ours sees the text. */
function refuseEarly(text: string): Problem | undefined {
  if (text.length > maximumPolicyLength) {
    return {
      code: "policy/too-large",
      message: `the file has ${text.length} characters, more than the ${maximumPolicyLength} that a policy may have`,
      help: "split the policy into layers, or replace lists by globs",
      start: 0,
      end: 0,
    };
  }
  const nul = text.indexOf("\0");
  if (nul >= 0) {
    return {
      code: "policy/unreadable",
      message: "the file holds a NUL character and is no text file",
      help: "save the policy as UTF-8 text",
      start: nul,
      end: nul + 1,
    };
  }
  const deep = tooDeep(text);
  return deep === undefined
    ? undefined
    : {
        code: "policy/too-deep",
        message: `brackets nest deeper than ${maximumDepth} levels`,
        help: "close every bracket; the language itself nests less than 10 levels",
        start: deep,
        end: deep + 1,
      };
}

/** Counts brackets without regard to quotes: the language needs none in texts often enough to reach the bound. */
function tooDeep(text: string): number | undefined {
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 0x5b || code === 0x7b) {
      depth++;
      if (depth > maximumDepth * 2) {
        return index;
      }
    } else if ((code === 0x5d || code === 0x7d) && depth > 0) {
      depth--;
    }
  }
  return undefined;
}

function addLineStarts(text: string, lines: LineCounter): void {
  lines.addNewLine(0);
  for (let index = text.indexOf("\n"); index >= 0; index = text.indexOf("\n", index + 1)) {
    lines.addNewLine(index + 1);
  }
}

/** Turns offsets into ranges that lie inside the text. */
function placer(text: string, lines: LineCounter): (start: number, end: number) => TextRange {
  return (start, end) => {
    const from = Math.max(0, Math.min(start, text.length));
    const to = Math.max(from, Math.min(end, text.length));
    const first = lines.linePos(from);
    const last = lines.linePos(to);
    return {
      start: from,
      end: to,
      line: Math.max(1, first.line),
      column: Math.max(1, first.col),
      endLine: Math.max(1, last.line),
      endColumn: Math.max(1, last.col),
    };
  };
}

const coreTags = new Set([
  "tag:yaml.org,2002:map",
  "tag:yaml.org,2002:seq",
  "tag:yaml.org,2002:str",
  "tag:yaml.org,2002:int",
  "tag:yaml.org,2002:float",
  "tag:yaml.org,2002:bool",
  "tag:yaml.org,2002:null",
]);

/** Copies the parser's document into our tree, so that nothing else depends on the parser. */
class TreeBuilder {
  readonly problems: Problem[] = [];
  readonly #text: string;
  readonly #place: (start: number, end: number) => TextRange;

  constructor(text: string, place: (start: number, end: number) => TextRange) {
    this.#text = text;
    this.#place = place;
  }

  read(): PolicyNode | undefined {
    const document = parseDocument(this.#text, {
      prettyErrors: false,
      // With `silent` the parser would pass over a second document without a word.
      logLevel: "error",
      merge: false,
      // The parser compares every key with every other one, which takes minutes for a large map.
      uniqueKeys: false,
    });
    for (const error of document.errors.slice(0, 20)) {
      this.problems.push({ ...explain(error.code, error.message), start: error.pos[0], end: error.pos[1] });
    }
    const contents: unknown = document.contents;
    if (contents === null || (isScalar(contents) && contents.value === null)) {
      if (this.problems.length === 0) {
        this.#refuse(
          "policy/empty",
          "the file is empty",
          "write at least `session_scope:` or `policies:`",
          [0, 0],
        );
      }
      return undefined;
    }
    if (this.problems.length === 0 && !isMap(contents)) {
      this.#refuse(
        "policy/not-a-map",
        "a policy is a map of keys, but this file holds something else",
        "start with `session_scope:` or `policies:` at the left margin",
        rangeOf(contents),
      );
    }
    return this.problems.length > 0 ? undefined : this.#node(contents, 0);
  }

  #node(node: unknown, depth: number): PolicyNode {
    const at = rangeOf(node);
    const range = this.#place(at[0], at[1]);
    this.#refuseExtras(node, at);
    if (depth > maximumDepth) {
      this.#refuse("policy/too-deep", "this nests too deep", "the language nests less than 10 levels", at);
    } else if (isMap(node)) {
      const entries = node.items.map((item) => this.#entry(item, depth, at));
      this.#refuseTwins(entries);
      return { kind: "map", range, entries };
    } else if (isSeq(node)) {
      return { kind: "list", range, items: node.items.map((item) => this.#node(item, depth + 1)) };
    } else if (isScalar(node)) {
      return { kind: "scalar", range, value: plain(node.value) };
    }
    return { kind: "scalar", range, value: null };
  }

  #entry(item: unknown, depth: number, parent: readonly [number, number]): MapEntry {
    const pair = isPair(item) ? item : { key: undefined, value: undefined };
    const keyAt = pair.key === undefined || pair.key === null ? parent : rangeOf(pair.key);
    if (!isScalar(pair.key) || pair.key.value === null || typeof pair.key.value === "object") {
      this.#refuse("policy/key", "a key must be a plain word", "write `key: value`", keyAt);
    }
    const key = isScalar(pair.key) ? String(pair.key.value) : "";
    if (key === "<<") {
      const help = "write the keys out: a reviewer must see what a rule says where it stands";
      this.#refuse("policy/merge-key", "merge keys are not part of the policy language", help, keyAt);
    }
    const keyRange = this.#place(keyAt[0], keyAt[1]);
    const value: PolicyNode =
      pair.value === undefined || pair.value === null
        ? { kind: "scalar", range: keyRange, value: null }
        : this.#node(pair.value, depth + 1);
    return { key, keyRange, value };
  }

  #refuseTwins(entries: readonly MapEntry[]): void {
    const seen = new Set<string>();
    for (const { key, keyRange } of entries) {
      if (seen.has(key)) {
        const at = [keyRange.start, keyRange.end] as const;
        this.#refuse("policy/duplicate-key", "this key stands here twice", "merge the two into one", at);
      }
      seen.add(key);
    }
  }

  #refuseExtras(node: unknown, at: readonly [number, number]): void {
    const extras = node as { readonly anchor?: unknown; readonly tag?: unknown } | null;
    if (
      isAlias(node) ||
      (extras !== null && typeof extras === "object" && typeof extras.anchor === "string")
    ) {
      const help = "write the value out: a reviewer must see what a rule says where it stands";
      this.#refuse("policy/anchor", "anchors and aliases are not part of the policy language", help, at);
    } else if (extras !== null && typeof extras.tag === "string" && !coreTags.has(extras.tag)) {
      this.#refuse(
        "policy/tag",
        "tags are not part of the policy language",
        "remove the word that starts with `!`, or quote the text",
        at,
      );
    }
  }

  #refuse(code: string, message: string, help: string, at: readonly [number, number]): void {
    if (this.problems.length < 20) {
      this.problems.push({ code, message, help, start: at[0], end: at[1] });
    }
  }
}

function rangeOf(node: unknown): readonly [number, number] {
  const range = (node as { readonly range?: readonly [number, number, number] | null } | null)?.range;
  return range === undefined || range === null ? [0, 0] : [range[0], range[1]];
}

function plain(value: unknown): string | number | boolean | null {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
}

const explanations: Readonly<Record<string, readonly [code: string, message: string, help: string]>> = {
  TAB_AS_INDENT: ["policy/tab", "a tab is used as indentation", "indent with spaces"],
  MULTIPLE_DOCS: ["policy/documents", "the file holds more than one document", "remove what follows `---`"],
  BAD_ALIAS: [
    "policy/anchor",
    "anchors and aliases are not part of the policy language",
    "write the value out",
  ],
};

function explain(code: string, message: string): Pick<Problem, "code" | "message" | "help"> {
  const known = explanations[code];
  if (known !== undefined) {
    return { code: known[0], message: known[1], help: known[2] };
  }
  const line = message.split("\n")[0] ?? "";
  return {
    code: "policy/syntax",
    message: `${line.charAt(0).toLowerCase()}${line.slice(1)}`,
    help: "check indentation, quotes and brackets here and in the line above",
  };
}
