import { isMap, isNode as isAnyNode, isScalar, isSeq, LineCounter, parseDocument, type Node } from "yaml";
import type { Diagnostic, TextRange } from "../base/diagnostic.ts";
import { makeVisibleLine } from "../base/visible-text.ts";

const invalid: Pick<Diagnostic, "code" | "help"> = {
  code: "catalogue/invalid",
  help: "correct the catalogue file; nothing of it is loaded while it is broken",
};

/**
 * Reads a catalogue file with the place of every value, and collects what is wrong with it. Every reading answers with
 * something usable, so that one mistake does not hide the next; a file with any mistake is refused as a whole.
 *
 * It also reads the plain data that a file was turned into when the package was built. That has no places, and needs
 * none: only files without mistakes are built.
 */
export class YamlReader {
  readonly diagnostics: Diagnostic[] = [];
  readonly root: unknown;
  private readonly file: string;
  private readonly lines: LineCounter;

  constructor(file: string, source: string | object) {
    this.file = file;
    this.lines = new LineCounter();
    if (typeof source !== "string") {
      this.root = source;
      return;
    }
    // Keys are held against each other in `entries`: the parser compares each with all, which takes minutes for a large map.
    const document = parseDocument(source, { lineCounter: this.lines, uniqueKeys: false });
    this.root = document.contents;
    for (const error of [...document.errors, ...document.warnings]) {
      this.reportAt(
        error.pos[0],
        error.pos[1],
        error.message.split("\n")[0]?.replace(/:$/, "") ?? "not valid YAML",
      );
    }
  }

  /** Notes an error at a node, or at the start of the file where there is none. */
  report(node: unknown, message: string, about: Pick<Diagnostic, "code" | "help"> = invalid): void {
    const range = isNode(node) ? node.range : undefined;
    this.reportAt(range?.[0] ?? 0, range?.[1] ?? 0, message, about);
  }

  /** The line of a node, from 1. */
  lineOf(node: unknown): number {
    const start = isNode(node) ? (node.range?.[0] ?? 0) : 0;
    return this.range(start, start).line;
  }

  /** The members of a mapping by key; keys outside `known` are errors. */
  members(node: unknown, known: readonly string[]): ReadonlyMap<string, unknown> {
    const entries = this.entries(node);
    for (const [key, value] of entries) {
      if (!known.includes(key)) {
        this.report(value, `unknown key \`${key}\``);
      }
    }
    return entries;
  }

  /** The members of a mapping whose keys are names. */
  entries(node: unknown): ReadonlyMap<string, unknown> {
    const members = new Map<string, unknown>();
    if (node === undefined) {
      return members;
    }
    if (isRecord(node)) {
      return new Map(Object.entries(node));
    }
    if (!isMap(node)) {
      this.report(node, "expected a mapping");
      return members;
    }
    for (const pair of node.items) {
      if (isScalar(pair.key) && typeof pair.key.value === "string") {
        if (members.has(pair.key.value)) {
          this.report(pair.key, `duplicate key \`${pair.key.value}\``);
        }
        members.set(pair.key.value, pair.value ?? undefined);
      } else {
        this.report(pair.key, "expected a text as key");
      }
    }
    return members;
  }

  /** The items of a sequence; a single value counts as a sequence of one. */
  items(node: unknown): readonly unknown[] {
    if (node === undefined) {
      return [];
    }
    if (Array.isArray(node)) {
      return node;
    }
    return isSeq(node) ? node.items : [node];
  }

  text(node: unknown): string | undefined {
    if (node === undefined) {
      return undefined;
    }
    const value = scalarOf(node);
    if (typeof value === "string") {
      return value;
    }
    this.report(node, "expected a text");
    return undefined;
  }

  texts(node: unknown): readonly string[] {
    return this.items(node).flatMap((item) => this.text(item) ?? []);
  }

  requiredText(node: unknown, parent: unknown, key: string): string {
    if (node === undefined) {
      this.report(parent, `\`${key}\` is missing`);
    }
    return this.text(node) ?? "";
  }

  flag(node: unknown): boolean | undefined {
    if (node === undefined) {
      return undefined;
    }
    const value = scalarOf(node);
    if (typeof value === "boolean") {
      return value;
    }
    this.report(node, "expected `true` or `false`");
    return undefined;
  }

  /** Texts, numbers and booleans. */
  scalars(node: unknown): readonly (string | number | boolean)[] {
    return this.items(node).flatMap((item) => {
      const value = scalarOf(item);
      if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
        return value;
      }
      this.report(item, "expected a text, a number or a boolean");
      return [];
    });
  }

  /** The value as plain data, for what is handed on as it is. */
  plain(node: unknown): unknown {
    return isNode(node) ? (node.toJSON() as unknown) : node;
  }

  /** The whole file as plain data: what a reader that is given it instead of the text reads alike. */
  data(): unknown {
    return this.plain(this.root ?? undefined);
  }

  private reportAt(start: number, end: number, message: string, { code, help } = invalid): void {
    this.diagnostics.push({
      code,
      severity: "error",
      message: makeVisibleLine(message),
      help,
      file: this.file,
      range: this.range(start, end),
    });
  }

  private range(start: number, end: number): TextRange {
    const from = this.lines.linePos(start);
    const to = this.lines.linePos(end);
    return { start, end, line: from.line, column: from.col, endLine: to.line, endColumn: to.col };
  }
}

function isNode(value: unknown): value is Node {
  return isMap(value) || isSeq(value) || isScalar(value);
}

function scalarOf(node: unknown): unknown {
  return isScalar(node) ? node.value : node;
}

/** A mapping in plain data. The parser's own nodes are objects, too. */
function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isAnyNode(value);
}
