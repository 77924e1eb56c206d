import { BugError, type Result } from "../base/result.ts";
import type { Layer, Pattern, RuleOrigin } from "./compiled.ts";
import { entryOf, pointerStep, textOf, textsOf, valueOf, type PolicyNode } from "./node.ts";
import { namePattern } from "./pattern.ts";

/** Where a policy stands and what its relative names start from. Paths are absolute and `/`-separated. */
export interface CompileContext {
  readonly file: string;
  readonly layer: Layer;
  readonly workspace: string;
  readonly home: string;
  readonly hash: string;
  /** Of nodes that come from several files: of which. */
  readonly origins?: ReadonlyMap<PolicyNode, NodeOrigin>;
}

export interface NodeOrigin {
  readonly file: string;
  /** Within that file. */
  readonly pointer: string;
}

/** A node of the policy with its JSON pointer. */
export interface Place {
  readonly node: PolicyNode | undefined;
  readonly pointer: string;
  /** Line of the key, where there is one: a list or map starts on a later line. */
  readonly line?: number;
}

/** Patterns of a text or a list of texts; undefined where the key is missing, which puts no condition. */
export function namePatterns(node: PolicyNode | undefined): readonly Pattern[] | undefined {
  return node === undefined ? undefined : textsOf(node).map((text) => must(namePattern(String(text.value))));
}

export function under(place: Place, key: string): Place {
  const entry = entryOf(place.node, key);
  const at = { node: entry?.value, pointer: pointerStep(place.pointer, key) };
  return entry === undefined ? at : { ...at, line: entry.keyRange.line };
}

export function items(place: Place): readonly Place[] {
  const list = place.node?.kind === "list" ? place.node.items : [];
  return list.map((node, index) => ({ node, pointer: pointerStep(place.pointer, index) }));
}

/** Members of a map by key, or of a list of maps by `name`. */
export function named(place: Place): readonly { readonly name: string; readonly place: Place }[] {
  if (place.node?.kind === "map") {
    return place.node.entries.map(({ key, value }) => ({
      name: key,
      place: { node: value, pointer: pointerStep(place.pointer, key) },
    }));
  }
  return items(place).map((item) => ({ name: textOf(valueOf(item.node, "name")) ?? "", place: item }));
}

export function origin(
  place: Place,
  context: Pick<CompileContext, "file" | "layer" | "origins">,
): RuleOrigin {
  const own = place.node === undefined ? undefined : context.origins?.get(place.node);
  return {
    pointer: own?.pointer ?? place.pointer,
    file: own?.file ?? context.file,
    line: place.line ?? place.node?.range.line ?? 1,
    layer: context.layer,
  };
}

export function must<T>(result: Result<T>): T {
  if (!result.ok) {
    throw new BugError(`a pattern passed the checks but does not compile: ${result.error}`);
  }
  return result.value;
}
