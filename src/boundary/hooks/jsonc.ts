import { err, ok, type Result } from "../../base/result.ts";
import type { JsonValue } from "../../base/json.ts";

/** A value in a JSON text with comments and trailing commas. Offsets are UTF-16 code units, `end` exclusive. */
export type JsoncNode =
  | {
      readonly kind: "object";
      readonly start: number;
      readonly end: number;
      readonly members: readonly JsoncMember[];
    }
  | {
      readonly kind: "array";
      readonly start: number;
      readonly end: number;
      readonly items: readonly JsoncItem[];
    }
  | { readonly kind: "scalar"; readonly start: number; readonly end: number; readonly value: JsonValue };

/** One element of an array. `comma` is where the comma behind it is, if there is one. */
export interface JsoncItem {
  readonly start: number;
  readonly value: JsoncNode;
  readonly comma: number | undefined;
}

/** One member of an object; it starts with its key. */
export interface JsoncMember extends JsoncItem {
  readonly key: string;
}

/** Nesting beyond this is no settings file. */
const maxDepth = 64;

/** Reads a text as editors and agents read their settings. The error says where, never what. */
export function parseJsonc(text: string): Result<JsoncNode> {
  const reader = new Reader(text);
  try {
    const root = reader.value(0);
    reader.skip();
    return reader.at === text.length ? ok(root) : err(reader.complaint());
  } catch (error) {
    if (error instanceof SyntaxError) {
      return err(reader.complaint());
    }
    throw error;
  }
}

/** The plain value. Of members with the same name the last one counts, as everywhere. */
export function valueOf(node: JsoncNode): JsonValue {
  switch (node.kind) {
    case "scalar":
      return node.value;
    case "array":
      return node.items.map((item) => valueOf(item.value));
    case "object":
      return Object.fromEntries(node.members.map((member) => [member.key, valueOf(member.value)]));
  }
}

class Reader {
  at = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
    if (text.startsWith("\uFEFF")) {
      this.at = 1;
    }
  }

  complaint(): string {
    const before = this.text.slice(0, this.at).split("\n");
    return `not valid JSON at line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
  }

  /** White space and comments. */
  skip(): void {
    const blank = /(?:[ \t\r\n]+|\/\/[^\n]*|\/\*[^]*?\*\/)*/y;
    blank.lastIndex = this.at;
    blank.exec(this.text);
    this.at = blank.lastIndex;
  }

  value(depth: number): JsoncNode {
    this.skip();
    if (depth > maxDepth) {
      throw new SyntaxError();
    }
    switch (this.text[this.at]) {
      case "{":
        return this.object(depth);
      case "[":
        return this.array(depth);
      default:
        return this.scalar();
    }
  }

  private object(depth: number): JsoncNode {
    const start = this.at;
    const members = this.children("}", (first) => {
      const key = this.scalar();
      if (key.kind !== "scalar" || typeof key.value !== "string") {
        throw new SyntaxError();
      }
      this.skip();
      this.expect(":");
      const value = this.value(depth + 1);
      return { key: key.value, start: first, value };
    });
    return { kind: "object", start, end: this.at, members };
  }

  private array(depth: number): JsoncNode {
    const start = this.at;
    const items = this.children("]", (first) => ({ start: first, value: this.value(depth + 1) }));
    return { kind: "array", start, end: this.at, items };
  }

  private children<T extends object>(
    close: string,
    read: (start: number) => T,
  ): (T & { readonly comma: number | undefined })[] {
    const found: (T & { readonly comma: number | undefined })[] = [];
    this.at++;
    for (let open = true; ;) {
      this.skip();
      if (this.text[this.at] === close) {
        this.at++;
        return found;
      }
      if (!open) {
        throw new SyntaxError();
      }
      const child = read(this.at);
      this.skip();
      open = this.text[this.at] === ",";
      found.push({ ...child, comma: open ? this.at : undefined });
      this.at += open ? 1 : 0;
    }
  }

  private scalar(): JsoncNode {
    const start = this.at;
    const token = /"(?:[^"\\\n]|\\.)*"|-?\d[\d.eE+-]*|true|false|null/y;
    token.lastIndex = start;
    const found = token.exec(this.text)?.[0];
    if (found === undefined) {
      throw new SyntaxError();
    }
    const value = JSON.parse(found) as JsonValue;
    this.at = start + found.length;
    return { kind: "scalar", start, end: this.at, value };
  }

  private expect(character: string): void {
    if (this.text[this.at] !== character) {
      throw new SyntaxError();
    }
    this.at++;
  }
}
