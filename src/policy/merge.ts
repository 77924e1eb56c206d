import { pointerStep, textOf, valueOf, type MapEntry, type PolicyNode } from "./node.ts";
import type { NodeOrigin } from "./place.ts";
import type { Shape } from "./schema.ts";

/** Where nodes of a merged tree were written. */
export type Origins = Map<PolicyNode, NodeOrigin>;

/** Remembers for every node of a file's tree that it is of this file. */
export function recordOrigins(file: string, node: PolicyNode, origins: Origins, pointer = ""): void {
  origins.set(node, { file, pointer });
  if (node.kind === "map") {
    for (const { key, value } of node.entries) {
      recordOrigins(file, value, origins, pointerStep(pointer, key));
    }
  } else if (node.kind === "list") {
    for (const [index, item] of node.items.entries()) {
      recordOrigins(file, item, origins, pointerStep(pointer, index));
    }
  }
}

/**
 * Puts one checked tree over another: lists are joined, records merged by name, words overridden. What is made of both
 * counts as written where the upper one is.
 */
export class PolicyMerger {
  readonly #origins: Origins;

  constructor(origins: Origins) {
    this.#origins = origins;
  }

  merge(base: PolicyNode, over: PolicyNode, shape: Shape): PolicyNode {
    switch (shape.kind) {
      case "map":
        return this.#maps(base, over, (key) => shape.keys[key]?.shape);
      case "record":
        return this.#maps(base, over, () => shape.value);
      case "named":
        return this.#maps(this.#byName(base), this.#byName(over), () => shape.value);
      case "list":
      case "names":
        return this.#lists(base, over);
      case "either":
        return this.#either(base, over, shape);
      case "name":
      case "word":
      case "flag":
      case "number":
      case "duration":
        return over;
      default:
        return shape satisfies never;
    }
  }

  #maps(base: PolicyNode, over: PolicyNode, shapeOf: (key: string) => Shape | undefined): PolicyNode {
    if (base.kind !== "map" || over.kind !== "map") {
      return over;
    }
    const upper = new Map(over.entries.map((entry) => [entry.key, entry]));
    const lower = new Set(base.entries.map(({ key }) => key));
    const merged = base.entries.map((below): MapEntry => {
      const above = upper.get(below.key);
      const shape = shapeOf(below.key);
      return above === undefined || shape === undefined
        ? (above ?? below)
        : { ...above, value: this.merge(below.value, above.value, shape) };
    });
    const added = over.entries.filter(({ key }) => !lower.has(key));
    return this.#made({ ...over, entries: [...merged, ...added] }, over);
  }

  #lists(base: PolicyNode, over: PolicyNode): PolicyNode {
    if (base.kind === "map" || over.kind === "map") {
      return over;
    }
    const items = [base, over].flatMap((node) => (node.kind === "list" ? node.items : [node]));
    return this.#made({ kind: "list", range: over.range, items }, over);
  }

  /** Where one says it in one text or list and the other by kind, the texts become a kind of their own. */
  #either(base: PolicyNode, over: PolicyNode, shape: Extract<Shape, { kind: "either" }>): PolicyNode {
    return base.kind === "map" || over.kind === "map"
      ? this.merge(this.#asMap(base), this.#asMap(over), shape.map)
      : this.merge(base, over, shape.text);
  }

  #asMap(node: PolicyNode): PolicyNode {
    return node.kind === "map"
      ? node
      : this.#made({ kind: "map", range: node.range, entries: [entry("names", node)] }, node);
  }

  /** A list of maps with `name` as a map by name. */
  #byName(node: PolicyNode): PolicyNode {
    return node.kind === "list"
      ? this.#made(
          {
            kind: "map",
            range: node.range,
            entries: node.items.map((item) => entry(textOf(valueOf(item, "name")) ?? "", item)),
          },
          node,
        )
      : node;
  }

  #made<T extends PolicyNode>(node: T, like: PolicyNode): T {
    const origin = this.#origins.get(like);
    if (origin !== undefined) {
      this.#origins.set(node, origin);
    }
    return node;
  }
}

function entry(key: string, value: PolicyNode): MapEntry {
  return { key, keyRange: value.range, value };
}
