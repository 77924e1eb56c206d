import { err, ok, type Result } from "../../base/result.ts";
import type { JsonValue } from "../../base/json.ts";
import { parseJsonc, type JsoncItem, type JsoncMember, type JsoncNode } from "./jsonc.ts";

/** Where a value lies: names of members and indices of elements, from the root. */
export type JsoncPath = readonly (string | number)[];

/**
 * Sets the value at `path` and leaves every other character as it is; `undefined` removes it. Missing objects on the way are
 * made, and an index just past an array's end appends. Errors say what stands in the way.
 */
export function editJsonc(text: string, path: JsoncPath, value: JsonValue | undefined): Result<string> {
  const root = parseJsonc(text);
  if (!root.ok) {
    return root;
  }
  let node = root.value;
  for (const [depth, step] of path.entries()) {
    const child = childAt(node, step);
    if (child === undefined) {
      return value === undefined ? ok(text) : insertAt(text, node, path.slice(depth), { depth, value });
    }
    if (depth === path.length - 1 && value === undefined) {
      return ok(removed(text, node, child));
    }
    node = child.value;
  }
  if (value === undefined) {
    return err("the whole file cannot be removed from itself");
  }
  return ok(splice(text, node.start, node.end, format(value, unitOf(text), path.length)));
}

/** Appends to the array at `path`, which is made where it is missing, and leaves every other character as it is. */
export function appendJsonc(text: string, path: JsoncPath, values: readonly JsonValue[]): Result<string> {
  const root = parseJsonc(text);
  if (!root.ok) {
    return root;
  }
  let node: JsoncNode | undefined = root.value;
  for (const step of path) {
    node = node === undefined ? undefined : childAt(node, step)?.value;
  }
  if (node === undefined) {
    return editJsonc(text, path, values);
  }
  if (node.kind !== "array") {
    return err("something else than an array stands where the array should be");
  }
  const depth = path.length;
  const unit = unitOf(text);
  const items = values.map((value) => format(value, unit, depth + 1));
  return ok(
    items.length === 0 ? text : inserted(text, node, items.join(`,\n${unit.repeat(depth + 1)}`), depth),
  );
}

function childAt(node: JsoncNode, step: string | number): JsoncItem | undefined {
  if (node.kind === "object" && typeof step === "string") {
    return node.members.findLast((member: JsoncMember) => member.key === step);
  }
  return node.kind === "array" && typeof step === "number" ? node.items[step] : undefined;
}

function insertAt(
  text: string,
  container: JsoncNode,
  path: JsoncPath,
  { depth, value }: { readonly depth: number; readonly value: JsonValue },
): Result<string> {
  const [step, ...below] = path;
  const nested = below.reduceRight<JsonValue>(
    (inner, name) => (typeof name === "string" ? { [name]: inner } : [inner]),
    value,
  );
  const unit = unitOf(text);
  const body = format(nested, unit, depth + 1);
  if (container.kind === "object" && typeof step === "string") {
    return ok(inserted(text, container, `${JSON.stringify(step)}: ${body}`, depth));
  }
  if (container.kind === "array" && step === container.items.length) {
    return ok(inserted(text, container, body, depth));
  }
  return err(
    `a value is ${container.kind === "scalar" ? "neither an object nor an array" : `an ${container.kind}`} where it should not be`,
  );
}

function inserted(text: string, container: JsoncNode, addition: string, depth: number): string {
  const unit = unitOf(text);
  const line = `\n${unit.repeat(depth + 1)}${addition}`;
  const last = childrenOf(container).at(-1);
  if (last === undefined) {
    const inner = text.slice(container.start + 1, container.end - 1);
    const close = `\n${unit.repeat(depth)}`;
    return splice(
      text,
      container.start + 1,
      container.end - 1,
      inner.trim() === "" ? `${line}${close}` : `${line}${inner}`,
    );
  }
  if (last.comma !== undefined) {
    return splice(text, last.comma + 1, last.comma + 1, line);
  }
  // A comment that belongs to the last child stays on its line.
  const tail =
    /^[ \t]*(?:\/\/[^\n]*|\/\*[^\n]*?\*\/[ \t]*(?=\n))/.exec(text.slice(last.value.end))?.[0] ?? "";
  return splice(text, last.value.end, last.value.end + tail.length, `,${tail}${line}`);
}

function removed(text: string, container: JsoncNode, child: JsoncItem): string {
  const children = childrenOf(container);
  const index = children.indexOf(child);
  const before = children[index - 1];
  const gap = /\s*$/.exec(text.slice(0, child.start))?.[0].length ?? 0;
  const end = child.comma === undefined ? child.value.end : child.comma + 1;
  let result = splice(text, child.start - gap, end, "");
  if (child.comma === undefined && before?.comma !== undefined) {
    result = splice(result, before.comma, before.comma + 1, "");
  }
  if (children.length === 1) {
    const closing = container.end - (text.length - result.length);
    const inner = result.slice(container.start + 1, closing - 1);
    return inner.trim() === "" ? splice(result, container.start + 1, closing - 1, "") : result;
  }
  return result;
}

function childrenOf(container: JsoncNode): readonly JsoncItem[] {
  switch (container.kind) {
    case "object":
      return container.members;
    case "array":
      return container.items;
    case "scalar":
      return [];
  }
}

function format(value: JsonValue, unit: string, depth: number): string {
  return JSON.stringify(value, undefined, unit).replaceAll("\n", `\n${unit.repeat(depth)}`);
}

/** The indentation of the first line that has one. */
function unitOf(text: string): string {
  return /\n([ \t]+)["{[]/.exec(text)?.[1] ?? "  ";
}

function splice(text: string, start: number, end: number, replacement: string): string {
  return `${text.slice(0, start)}${replacement}${text.slice(end)}`;
}
