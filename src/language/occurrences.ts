import { policySchema, type NameKind, type Shape } from "../policy/schema.ts";
import { looseTree, type LooseNode, type LooseScalar } from "./loose-tree.ts";

/** Names that a policy gives to things of its own. */
export type DeclaredKind = Extract<NameKind, "credential" | "environment" | "task">;

/** A place where such a name stands. `start` and `end` are without quotes, UTF-16 code units from 0. */
export interface Occurrence {
  readonly kind: DeclaredKind | "extends";
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly quote: string;
  /** True where the name is given to something, false where it is used. */
  readonly declares: boolean;
}

/** Every name of a policy's own that stands in a text, in order. Works in broken texts as far as they can be read. */
export function occurrences(text: string): readonly Occurrence[] {
  const found: Occurrence[] = [];
  const root = looseTree(text);
  if (root !== undefined) {
    walk(root, policySchema, found);
  }
  return found;
}

/** The name at an offset, also right behind its last character. */
export function occurrenceAt(text: string, offset: number): Occurrence | undefined {
  return occurrences(text).find(({ start, end }) => start <= offset && offset <= end);
}

const named: Readonly<Record<string, DeclaredKind>> = { credentials: "credential", sessions: "task" };

function walk(node: LooseNode, shape: Shape, found: Occurrence[]): void {
  switch (shape.kind) {
    case "map":
      walkMap(node, shape.keys, found);
      return;
    case "record":
      walkRecord(node, shape, found);
      return;
    case "list":
      (node.kind === "list" ? node.items : []).forEach((item) => walk(item, shape.item, found));
      return;
    case "names":
      (node.kind === "list" ? node.items : [node]).forEach((item) => addUse(item, shape.names, found));
      return;
    case "name":
      addUse(node, shape.names, found);
      return;
    case "either":
      walk(node, node.kind === "map" ? shape.map : shape.text, found);
      return;
    case "named":
    case "word":
    case "flag":
    case "number":
    case "duration":
      return;
  }
}

function walkMap(node: LooseNode, keys: Extract<Shape, { kind: "map" }>["keys"], found: Occurrence[]): void {
  for (const { key, value } of node.kind === "map" ? node.entries : []) {
    const shape = keys[key.text]?.shape;
    const declared = named[key.text];
    if (shape?.kind === "named" && declared !== undefined) {
      walkNamed(value, shape.value, { kind: declared, found });
    } else if (shape !== undefined) {
      walk(value, shape, found);
      if (key.text === "extends") {
        const names = value.kind === "list" ? value.items : [value];
        names.forEach(
          (name) => name.kind === "scalar" && add(name, { kind: "extends", declares: false }, found),
        );
      }
    }
  }
}

function walkRecord(node: LooseNode, shape: Extract<Shape, { kind: "record" }>, found: Occurrence[]): void {
  for (const { key, value } of node.kind === "map" ? node.entries : []) {
    if (shape.names === "environment") {
      add(key, { kind: "environment", declares: true }, found);
    }
    walk(value, shape.value, found);
  }
}

/** A map by name, or a list of maps with `name`. */
function walkNamed(
  node: LooseNode,
  shape: Shape,
  { kind, found }: { readonly kind: DeclaredKind; readonly found: Occurrence[] },
): void {
  if (node.kind === "map") {
    for (const { key, value } of node.entries) {
      add(key, { kind, declares: true }, found);
      walk(value, shape, found);
    }
  } else if (node.kind === "list") {
    for (const item of node.items) {
      for (const { key, value } of item.kind === "map" ? item.entries : []) {
        if (key.text === "name" && value.kind === "scalar") {
          add(value, { kind, declares: true }, found);
        } else {
          walk({ kind: "map", start: key.start, end: value.end, entries: [{ key, value }] }, shape, found);
        }
      }
    }
  }
}

function addUse(node: LooseNode, names: NameKind, found: Occurrence[]): void {
  if (node.kind === "scalar" && (names === "credential" || names === "environment" || names === "task")) {
    add(node, { kind: names, declares: false }, found);
  }
}

function add(
  { text, start, end, quote }: LooseScalar,
  what: Pick<Occurrence, "kind" | "declares">,
  found: Occurrence[],
): void {
  // Of a text over several lines nobody knows where its name starts.
  if (text !== "" && end - start >= quote.length * 2) {
    found.push({ ...what, name: text, start: start + quote.length, end: end - quote.length, quote });
  }
}
