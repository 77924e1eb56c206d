import type { Fix, TextEdit, TextRange } from "../base/diagnostic.ts";
import type { ListNode, PolicyNode } from "./node.ts";

/** Puts another word in the place of a key or a text, in the quotes that stand there. */
export function replaceWord(text: string, range: TextRange, word: string): Fix {
  const first = text.charAt(range.start);
  const quoted =
    first === '"' ? JSON.stringify(word) : first === "'" ? `'${word.replaceAll("'", "''")}'` : word;
  return { title: `replace by \`${word}\``, edits: [{ range, text: quoted }] };
}

/** Puts quotes around a number, a flag or nothing that should be a text. */
export function quote(text: string, range: TextRange): Fix | undefined {
  const written = text.slice(range.start, range.end);
  return /^[\w.+-]+$/.test(written)
    ? { title: "put it in quotes", edits: [{ range, text: JSON.stringify(written) }] }
    : undefined;
}

/** Puts a key before a text, so that it becomes a map of one key: `opaque` → `action_type: opaque`. */
export function keyBefore(text: string, range: TextRange, key: string): Fix | undefined {
  const flow = /^\s*(?:"[^"\n]*"\s*:\s*)?[[{]/.test(text);
  const written = text.slice(range.start, range.end);
  return flow || written === "" || written.includes("\n")
    ? undefined
    : { title: `write \`${key}: …\``, edits: [{ range, text: `${key}: ${quoteValue(written)}` }] };
}

function quoteValue(written: string): string {
  return /^["']/.test(written) ? written : JSON.stringify(written);
}

/**
 * Takes an item out of a list with what belongs to it: its line in block style, its comma in flow style. Undefined where
 * that would leave an empty block list, which YAML does not have.
 */
export function removeItem(text: string, list: ListNode, item: PolicyNode, title: string): Fix | undefined {
  const index = list.items.indexOf(item);
  const edit =
    text.charAt(list.range.start) === "[" ? flowCut(text, list, index) : blockCut(text, list, index);
  return edit === undefined ? undefined : { title, edits: [edit] };
}

function flowCut(text: string, { items }: ListNode, index: number): TextEdit | undefined {
  const item = items[index];
  const next = items[index + 1]?.range;
  const before = items[index - 1]?.range;
  if (item === undefined) {
    return undefined;
  }
  const from = next === undefined && before !== undefined ? endOf(before) : startOf(item.range);
  const to = next === undefined ? endOf(item.range) : startOf(next);
  // A comment between two items would be lost.
  return text.slice(from.offset, to.offset).includes("#") ? undefined : cut(from, to);
}

function blockCut(text: string, { items }: ListNode, index: number): TextEdit | undefined {
  const item = items[index];
  if (item === undefined || items.length === 1) {
    return undefined;
  }
  const { range } = item;
  const start = text.lastIndexOf("\n", range.start - 1) + 1;
  if (!/^\s*-\s+$/.test(text.slice(start, range.start))) {
    return undefined;
  }
  // A node's range may reach over the white space behind it.
  const written = text.slice(range.start, range.end).trimEnd();
  const lineEnd = text.indexOf("\n", range.start + written.length);
  const lines = written.split("\n").length;
  const end: Place =
    lineEnd < 0
      ? { ...endOf(range), offset: text.length }
      : { offset: lineEnd + 1, line: range.line + lines, column: 1 };
  return cut({ offset: start, line: range.line, column: 1 }, end);
}

interface Place {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

function startOf({ start, line, column }: TextRange): Place {
  return { offset: start, line, column };
}

function endOf({ end, endLine, endColumn }: TextRange): Place {
  return { offset: end, line: endLine, column: endColumn };
}

function cut(from: Place, to: Place): TextEdit {
  const range = {
    start: from.offset,
    end: to.offset,
    line: from.line,
    column: from.column,
    endLine: to.line,
    endColumn: to.column,
  };
  return { range, text: "" };
}
