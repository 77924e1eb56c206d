import { isMap, isPair, isScalar, isSeq, parseDocument } from "yaml";

/**
 * A policy as far as it can be made out while somebody is writing it: what the parser of policies would refuse is left out
 * or empty here. Offsets are UTF-16 code units from 0, `end` exclusive, quotes included.
 */
export type LooseNode = LooseMap | LooseList | LooseScalar;

interface Span {
  readonly start: number;
  readonly end: number;
}

export interface LooseMap extends Span {
  readonly kind: "map";
  readonly entries: readonly LooseEntry[];
}

export interface LooseEntry {
  readonly key: LooseScalar;
  readonly value: LooseNode;
}

export interface LooseList extends Span {
  readonly kind: "list";
  readonly items: readonly LooseNode[];
}

export interface LooseScalar extends Span {
  readonly kind: "scalar";
  /** Empty where nothing is written. */
  readonly text: string;
  readonly quote: string;
}

/** Longest text that is looked at: no policy that loads is longer. */
const textLimit = 1_000_000;

/** Several features ask for the same text in a row. */
let last: { readonly text: string; readonly root: LooseNode | undefined } | undefined;

/** Undefined where nothing can be made out. Never throws. */
export function looseTree(text: string): LooseNode | undefined {
  if (last?.text !== text) {
    last = { text, root: text.length > textLimit ? undefined : read(text) };
  }
  return last.root;
}

/** The entry of a map by its key. */
export function looseEntry(node: LooseNode | undefined, key: string): LooseEntry | undefined {
  return node?.kind === "map" ? node.entries.find((entry) => entry.key.text === key) : undefined;
}

function read(text: string): LooseNode | undefined {
  try {
    const document = parseDocument(text, { strict: false, uniqueKeys: false, logLevel: "silent" });
    return document.contents === null ? undefined : nodeOf(document.contents, text, 0);
  } catch {
    return undefined;
  }
}

function nodeOf(node: unknown, text: string, from: number): LooseNode {
  const range = (node as { readonly range?: readonly [number, number, number] | null } | null)?.range;
  const start = range?.[0] ?? from;
  const end = Math.max(start, range?.[1] ?? from);
  if (isMap(node)) {
    const entries = node.items.map(({ key, value }): LooseEntry => {
      const name = nodeOf(key, text, start);
      const scalar = name.kind === "scalar" ? name : { ...emptyAt(name.start), end: name.end };
      return { key: scalar, value: nodeOf(value, text, scalar.end) };
    });
    return { kind: "map", start, end, entries };
  }
  if (isSeq(node)) {
    // `[a: b]` is a pair without braces, which nobody means.
    const items = node.items.filter((item) => !isPair(item)).map((item) => nodeOf(item, text, start));
    return { kind: "list", start, end, items };
  }
  if (!isScalar(node)) {
    return emptyAt(start);
  }
  const first = text.charAt(start);
  return {
    kind: "scalar",
    start,
    end,
    text: typeof node.value === "string" ? node.value : node.value === null ? "" : text.slice(start, end),
    quote: first === '"' || first === "'" ? first : "",
  };
}

function emptyAt(start: number): LooseScalar {
  return { kind: "scalar", start, end: start, text: "", quote: "" };
}
