import type { PathSet } from "./compiled.ts";
import type { PathPattern } from "./path-pattern.ts";

/** Patterns by the folder that they are anchored at, one level for each step of the way there. */
interface Anchors {
  readonly patterns: number[];
  readonly below: Map<string, Anchors>;
}

/**
 * An index over patterns, so that a path is tried against the few that may match it: in a list of hidden files, hardly any
 * path passes even one of the gates.
 */
export function pathSet(patterns: readonly PathPattern[]): PathSet {
  const names = new Map<string, number[]>();
  const anchors: Anchors = { patterns: [], below: new Map() };
  const others: number[] = [];
  const [prefixed, inFolders] = [new Gated(), new Gated()];
  const suffixed = new Map<string, { readonly text: string; readonly index: number }[]>();
  for (const [index, gate] of patterns.flatMap(({ gates }, at) => gates.map((each) => [at, each] as const))) {
    switch (gate.by) {
      case "name":
        names.set(gate.text, [...(names.get(gate.text) ?? []), index]);
        break;
      case "prefix":
        prefixed.add(gate.text, index);
        break;
      case "suffix":
        suffixed.set(endingOf(gate.text), [
          ...(suffixed.get(endingOf(gate.text)) ?? []),
          { text: gate.text, index },
        ]);
        break;
      case "folder":
        inFolders.add(gate.text, index);
        break;
      case "anchor":
        anchorAt(anchors, gate.text).patterns.push(index);
        break;
      case "nothing":
        others.push(index);
        break;
    }
  }
  prefixed.compile((texts) => `^(?:${texts})`);
  inFolders.compile((texts) => `/(?:${texts})(?:/|$)`);
  return {
    find: (path) => {
      const lower = path.toLowerCase();
      const name = lower.slice(lower.lastIndexOf("/") + 1);
      let first = patterns.length;
      const tryAll = (indexes: readonly number[] | undefined): void => {
        for (const index of indexes ?? []) {
          if (index < first && patterns[index]?.matches(path) === true) {
            first = index;
          }
        }
      };
      tryAll(names.get(name));
      tryAll(prefixed.of(name));
      for (const ending of [endingOf(name), ""]) {
        tryAll(suffixed.get(ending)?.flatMap(({ text, index }) => (name.endsWith(text) ? [index] : [])));
      }
      tryAll(inFolders.of(lower));
      tryAll(others);
      anchored(anchors, lower, tryAll);
      return first === patterns.length ? -1 : first;
    },
  };
}

/** The extension, by which suffixes are looked up; empty for a suffix without one, which any name may end with. */
function endingOf(text: string): string {
  const dot = text.lastIndexOf(".");
  return dot < 0 ? "" : text.slice(dot);
}

/** Patterns behind one regular expression: most texts fail it, and none of them is tried then. */
class Gated {
  readonly #texts = new Set<string>();
  readonly #indexes: number[] = [];
  #gate: RegExp | undefined;

  add(text: string, index: number): void {
    this.#texts.add(text);
    this.#indexes.push(index);
  }

  compile(around: (texts: string) => string): void {
    if (this.#texts.size > 0) {
      const texts = [...this.#texts].map((text) => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&"));
      this.#gate = new RegExp(around(texts.join("|")), "s");
    }
  }

  of(text: string): readonly number[] | undefined {
    return this.#gate?.test(text) === true ? this.#indexes : undefined;
  }
}

function anchorAt(root: Anchors, folder: string): Anchors {
  let node = root;
  for (const step of folder.split("/")) {
    let next = node.below.get(step);
    if (next === undefined) {
      next = { patterns: [], below: new Map() };
      node.below.set(step, next);
    }
    node = next;
  }
  return node;
}

/** Goes down as far as anything is anchored there: for most paths two or three steps. */
function anchored(root: Anchors, path: string, tryAll: (indexes: readonly number[]) => void): void {
  let node: Anchors | undefined = root;
  for (let from = 0; from <= path.length;) {
    const slash = path.indexOf("/", from);
    const end = slash < 0 ? path.length : slash;
    node = node.below.get(path.slice(from, end));
    if (node === undefined) {
      return;
    }
    if (node.patterns.length > 0) {
      tryAll(node.patterns);
    }
    from = end + 1;
  }
}
