import { isMap, isPair, isScalar, isSeq, parseDocument, type Document, type Node, type Pair } from "yaml";
import { policySchema, type Shape } from "../policy/schema.ts";
import { nearby, withoutClosed } from "./nearby.ts";
import { shapeAt } from "./shapes.ts";

export type PathStep = string | number;

/** What may stand where the cursor is. */
export interface Slot {
  readonly role: "key" | "value";
  /** Of a key: the map that it would belong to. Of a value: what the value may be. */
  readonly shape: Shape;
  /** Keys and indices from the root down to the map, or to the value. */
  readonly path: readonly PathStep[];
  /** Keys that the map has already; empty for a value. */
  readonly siblings: readonly string[];
  /** Inside `{}` or `[]`, where a new line means nothing. */
  readonly flow: boolean;
}

/** The word that the cursor stands in or behind, and what it may be. Offsets are UTF-16 code units from 0. */
export interface Cursor {
  readonly start: number;
  readonly end: number;
  /** The whole word, also what stands behind the cursor. */
  readonly word: string;
  /** The quote around the word, or an empty text. */
  readonly quote: string;
  /** Column of the line's first character that is no blank or dash, from 0. */
  readonly indent: number;
  /** A colon follows: the word is a key already. */
  readonly isKey: boolean;
  readonly slots: readonly Slot[];
}

/** No policy contains it; a parser takes it for an ordinary word. */
const mark = "cursor\u2063here";
const wordEnd = /[\s"'[\]{},#]/;
/** Most characters between a key and what follows its colon. */
const keyEnd = 40;
/** Longest text that is looked at around the cursor: completions come while somebody types. */
const textLimit = 1_000_000;

/**
 * What stands at a place of a policy that somebody is still writing. The word there is replaced by a mark, once as it is and
 * once as a key, and whichever of them the parser finds in a place of the language counts.
 */
export function cursorAt(text: string, offset: number, root: Shape = policySchema): Cursor {
  const { start, end, quote } = wordAround(text, offset);
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const indent = /^[\s-]*/.exec(text.slice(lineStart, start))?.[0].length ?? 0;
  const isKey = /^["']?[ \t]*:(?:\s|$)/.test(text.slice(end, end + keyEnd));
  const about = { start, end, word: text.slice(start, end), quote, indent, isKey };
  if (text.length > textLimit || inComment(text.slice(lineStart, start))) {
    return { ...about, slots: [] };
  }
  const { before, behind } = around(text, start, end);
  const asWord = slotOf(`${before}${mark}${behind}`, root);
  const closing = quote !== "" && !behind.startsWith(quote) ? quote : "";
  const asKey = isKey
    ? undefined
    : slotOf(
        quote === ""
          ? `${before}${mark}: ${behind}`
          : `${before}${mark}${quote}:${behind.slice(closing === "" ? 1 : 0)}`,
        root,
      );
  const slots = [asWord, asKey?.role === "key" ? asKey : undefined].filter((slot) => slot !== undefined);
  return { ...about, slots: withRootKeys(slots, text) };
}

/** What stands before and behind a word, as far as it has a say in what the word may be. */
function around(
  text: string,
  start: number,
  end: number,
): { readonly before: string; readonly behind: string } {
  const section = sectionAround(text, start);
  const before = text.slice(section.start, start);
  const behind = text.slice(end, section.end);
  if (/^\s*\{/.test(before)) {
    // The word's own quote closes behind it.
    const closing = /^["']?/.exec(behind)?.[0] ?? "";
    return {
      before: withoutClosed(before),
      behind: `${closing}${withoutClosed(behind.slice(closing.length))}`,
    };
  }
  const lines = `${before}${mark}${behind}`.split("\n");
  const line = lines.findIndex((each) => each.includes(mark));
  const [short = "", rest = ""] = nearby(lines, line).join("\n").split(mark);
  return { before: short, behind: rest };
}

function wordAround(
  text: string,
  offset: number,
): { readonly start: number; readonly end: number; readonly quote: string } {
  let start = Math.min(offset, text.length);
  while (start > 0 && !isBoundary(text, start - 1)) {
    start--;
  }
  let end = Math.min(offset, text.length);
  while (end < text.length && !isBoundary(text, end)) {
    end++;
  }
  const before = text[start - 1] ?? "";
  return { start, end, quote: before === '"' || before === "'" ? before : "" };
}

/** A colon ends a word only where it ends a key: names such as `railway:deploy` have one inside. */
function isBoundary(text: string, index: number): boolean {
  const character = text[index] ?? "";
  return wordEnd.test(character) || (character === ":" && /^\s?$/.test(text[index + 1] ?? ""));
}

function inComment(before: string): boolean {
  return /(?:^|\s)#/.test(before.replaceAll(/"[^"]*"|'[^']*'/g, ""));
}

/** The top-level key that the cursor is under, with all that belongs to it: the rest of a long policy is not parsed. */
function sectionAround(text: string, offset: number): { readonly start: number; readonly end: number } {
  if (/^\s*\{/.test(text)) {
    return { start: 0, end: text.length };
  }
  const head = /^[^\s#-]/;
  let start = text.lastIndexOf("\n", offset - 1) + 1;
  while (start > 0 && !head.test(text.slice(start, start + 1))) {
    // From the first line there is no line before: a search from below zero would find that line again.
    start = start < 2 ? 0 : text.lastIndexOf("\n", start - 2) + 1;
  }
  let end = text.indexOf("\n", offset);
  while (end >= 0 && !head.test(text.slice(end + 1, end + 2))) {
    end = text.indexOf("\n", end + 1);
  }
  return { start, end: end < 0 ? text.length : end + 1 };
}

/** A new top-level key stands in a section of its own: the others are found by their first column. */
function withRootKeys(slots: readonly Slot[], text: string): readonly Slot[] {
  return slots.map((slot) =>
    slot.role === "key" && slot.path.length === 0 && !slot.flow
      ? { ...slot, siblings: [...text.matchAll(/^([A-Za-z_]\w*)[ \t]*:/gm)].map(([, key = ""]) => key) }
      : slot,
  );
}

function slotOf(text: string, root: Shape): Slot | undefined {
  let document: Document;
  try {
    document = parseDocument(text, { strict: false, uniqueKeys: false, logLevel: "silent" });
  } catch {
    return undefined;
  }
  const found = find(document.contents as Node | null, [], false);
  if (found === undefined) {
    return undefined;
  }
  const shape = shapeAt(found.path, found.role === "key", root);
  return shape === undefined ? undefined : { ...found, shape };
}

type Found = Omit<Slot, "shape">;

function find(node: unknown, path: readonly PathStep[], flow: boolean): Found | undefined {
  if (isScalar(node)) {
    return node.value === mark ? { role: "value", path, siblings: [], flow } : undefined;
  }
  if (isMap(node)) {
    const inner = flow || node.flow === true;
    for (const pair of node.items) {
      const found = findInPair(pair, node.items, { path, flow: inner });
      if (found !== undefined) {
        return found;
      }
    }
  } else if (isSeq(node)) {
    const inner = flow || node.flow === true;
    for (const [index, item] of node.items.entries()) {
      // `[a: b]` is a pair without braces, which nobody means.
      const found = isPair(item) ? undefined : find(item, [...path, index], inner);
      if (found !== undefined) {
        return found;
      }
    }
  }
  return undefined;
}

function findInPair(
  pair: Pair,
  all: readonly Pair[],
  { path, flow }: { readonly path: readonly PathStep[]; readonly flow: boolean },
): Found | undefined {
  if (isScalar(pair.key) && pair.key.value === mark) {
    return { role: "key", path, siblings: all.map(keyOf).filter((key) => key !== mark), flow };
  }
  return find(pair.value, [...path, keyOf(pair)], flow);
}

function keyOf({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : "";
}
