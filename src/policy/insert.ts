import { parsePolicy } from "./parse.ts";
import { valueOf, type ListNode, type MapNode, type PolicyNode } from "./node.ts";

/**
 * Adds an item to the list at `path`, and the keys on the way that are not there yet. Nothing else of the text changes, comments
 * included. `item` is YAML in flow style, on one line. Undefined where the text is written in a way that this cannot add to.
 */
export function insertItem(text: string, path: readonly string[], item: string): string | undefined {
  const { root, diagnostics } = parsePolicy("", text);
  if (root === undefined && diagnostics.length > 0 && text.trim() !== "") {
    return undefined;
  }
  const added = inserted(text, root, path, item);
  return added !== undefined && hasOneMore(text, added, path) ? added : undefined;
}

/** Adds an entry to the map that a list holds at an index: `not: {…}` to a rule. */
export function insertEntry(
  text: string,
  path: readonly string[],
  index: number,
  entry: { readonly key: string; readonly value: string },
): string | undefined {
  const list = nodeAt(parsePolicy("", text).root, path);
  const map = list?.kind === "list" ? list.items[index] : undefined;
  if (map?.kind !== "map" || valueOf(map, entry.key) !== undefined) {
    return undefined;
  }
  const written = `${entry.key}: ${entry.value}`;
  return isFlow(text, map)
    ? intoFlow(text, map, written)
    : afterLast(text, map, `${indentOf(map)}${written}`);
}

function inserted(
  text: string,
  root: PolicyNode | undefined,
  path: readonly string[],
  item: string,
): string | undefined {
  if (root === undefined || isNothing(root)) {
    const end = text === "" || text.endsWith("\n") ? "" : "\n";
    return `${text}${end}${nested(path, item, "")}\n`;
  }
  let node: PolicyNode = root;
  for (const [depth, key] of path.entries()) {
    if (node.kind !== "map" || isFlow(text, node)) {
      return undefined;
    }
    const value = valueOf(node, key);
    if (value === undefined) {
      return afterLast(text, node, nested(path.slice(depth), item, indentOf(node)));
    }
    if (isNothing(value)) {
      const below: string = `${indentOf(node)}  `;
      return afterKey(text, node, key, nested(path.slice(depth + 1), item, below));
    }
    node = value;
  }
  if (node.kind !== "list") {
    return undefined;
  }
  return isFlow(text, node)
    ? intoFlow(text, node, item)
    : afterLast(text, node, `${dashOf(text, node)}- ${item}`);
}

/** The keys of a path as YAML in block style, with the item in the list that the last one names. */
function nested(path: readonly string[], item: string, indent: string): string {
  const lines = path.map((key, depth) => `${indent}${"  ".repeat(depth)}${key}:`);
  return [...lines, `${indent}${"  ".repeat(path.length)}- ${item}`].join("\n");
}

function isNothing(node: PolicyNode): boolean {
  return node.kind === "scalar" && node.value === null;
}

function isFlow(text: string, node: PolicyNode): boolean {
  return /[[{]/.test(text.charAt(node.range.start));
}

function indentOf({ entries }: MapNode): string {
  return " ".repeat((entries[0]?.keyRange.column ?? 1) - 1);
}

function dashOf(text: string, { items }: ListNode): string {
  const start = items[0]?.range.start ?? 0;
  const line = text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
  return /^\s*/.exec(line)?.[0] ?? "";
}

/** Before the bracket that closes it. */
function intoFlow(text: string, node: MapNode | ListNode, written: string): string | undefined {
  const end = node.range.start + text.slice(node.range.start, node.range.end).trimEnd().length - 1;
  const filled = node.kind === "map" ? node.entries.length > 0 : node.items.length > 0;
  const before = text.slice(0, end).trimEnd();
  if (
    !/[\]}]/.test(text.charAt(end)) ||
    before.endsWith(",") ||
    text.slice(node.range.start, end).includes("#")
  ) {
    return undefined;
  }
  const inner = filled ? `, ${written}` : written;
  return `${before}${inner}${filled && text.charAt(end) === "}" ? " " : ""}${text.slice(end)}`;
}

/** Behind the last line of a block, its comment included. */
function afterLast(text: string, node: PolicyNode, lines: string): string {
  return afterLine(text, lastOf(text, node), lines);
}

function afterKey(text: string, map: MapNode, key: string, lines: string): string {
  const entry = map.entries.find((known) => known.key === key);
  return afterLine(text, (entry?.keyRange.end ?? 1) - 1, lines);
}

function afterLine(text: string, offset: number, lines: string): string {
  const lineEnd = text.indexOf("\n", offset);
  return lineEnd < 0 ? `${text}\n${lines}\n` : `${text.slice(0, lineEnd)}\n${lines}${text.slice(lineEnd)}`;
}

/** Offset of the last character that belongs to a node; the range of a block may reach over what is behind it. */
function lastOf(text: string, node: PolicyNode): number {
  if (node.kind === "scalar" || isFlow(text, node)) {
    return node.range.start + Math.max(1, text.slice(node.range.start, node.range.end).trimEnd().length) - 1;
  }
  const last = node.kind === "list" ? node.items.at(-1) : node.entries.at(-1)?.value;
  const key = node.kind === "map" ? (node.entries.at(-1)?.keyRange.end ?? 1) - 1 : node.range.start;
  return last === undefined || isNothing(last) ? key : lastOf(text, last);
}

function nodeAt(root: PolicyNode | undefined, path: readonly string[]): PolicyNode | undefined {
  return path.reduce<PolicyNode | undefined>((node, key) => valueOf(node, key), root);
}

/** What was written is read again: an insertion that does not land where it was meant is none. */
function hasOneMore(before: string, after: string, path: readonly string[]): boolean {
  const count = (text: string): number => {
    const list = nodeAt(parsePolicy("", text).root, path);
    return list?.kind === "list" ? list.items.length : 0;
  };
  return count(after) === count(before) + 1;
}
