import type { TextRange } from "../base/diagnostic.ts";

/** A policy file as a tree with a place for every part: what checks, compilation and completions walk. */
export type PolicyNode = MapNode | ListNode | ScalarNode;

export interface MapNode {
  readonly kind: "map";
  readonly range: TextRange;
  readonly entries: readonly MapEntry[];
}

export interface MapEntry {
  readonly key: string;
  readonly keyRange: TextRange;
  readonly value: PolicyNode;
}

export interface ListNode {
  readonly kind: "list";
  readonly range: TextRange;
  readonly items: readonly PolicyNode[];
}

export interface ScalarNode {
  readonly kind: "scalar";
  readonly range: TextRange;
  readonly value: string | number | boolean | null;
}

/** The entry of a map, or undefined where the node is no map or has no such key. */
export function entryOf(node: PolicyNode | undefined, key: string): MapEntry | undefined {
  return node?.kind === "map" ? node.entries.find((entry) => entry.key === key) : undefined;
}

export function valueOf(node: PolicyNode | undefined, key: string): PolicyNode | undefined {
  return entryOf(node, key)?.value;
}

export function textOf(node: PolicyNode | undefined): string | undefined {
  return node?.kind === "scalar" && typeof node.value === "string" ? node.value : undefined;
}

/** The texts of a text or of a list of texts: most keys accept both. */
export function textsOf(node: PolicyNode | undefined): readonly ScalarNode[] {
  if (node === undefined || node.kind === "map") {
    return [];
  }
  const items = node.kind === "list" ? node.items : [node];
  return items.filter((item) => item.kind === "scalar" && typeof item.value === "string") as ScalarNode[];
}

/** One step of a JSON pointer (RFC 6901). */
export function pointerStep(pointer: string, step: string | number): string {
  return `${pointer}/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}
