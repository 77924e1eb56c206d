import { policySchema, type Field, type Shape } from "../policy/schema.ts";
import type { PathStep } from "./cursor.ts";

/** What a language has at a path, counted from its root; undefined where it has nothing. `asMap`: a map is wanted. */
export function shapeAt(
  path: readonly PathStep[],
  asMap: boolean,
  root: Shape = policySchema,
): Shape | undefined {
  let shape: Shape | undefined = root;
  for (const step of path) {
    shape = shape === undefined ? undefined : inside(shape, step);
  }
  const found = shape === undefined || !asMap ? shape : mapOf(shape);
  return found;
}

/** The description of the last key of a path; undefined where the author chose that key. */
export function fieldAt(path: readonly PathStep[], root: Shape = policySchema): Field | undefined {
  const key = path.at(-1);
  const holder = shapeAt(path.slice(0, -1), true, root);
  return typeof key === "string" && holder?.kind === "map" ? holder.keys[key] : undefined;
}

function inside(shape: Shape, step: PathStep): Shape | undefined {
  switch (shape.kind) {
    case "map":
      return typeof step === "string" ? shape.keys[step]?.shape : undefined;
    case "record":
    case "named":
      return shape.value;
    case "list":
      return typeof step === "number" ? shape.item : undefined;
    case "names":
      return typeof step === "number" ? { kind: "name", names: shape.names } : undefined;
    case "either":
      return inside(shape.map, step) ?? inside(shape.text, step);
    case "name":
    case "word":
    case "flag":
    case "number":
    case "duration":
      return undefined;
  }
}

function mapOf(shape: Shape): Shape | undefined {
  if (shape.kind === "either") {
    return mapOf(shape.map);
  }
  return shape.kind === "map" || shape.kind === "record" || shape.kind === "named" ? shape : undefined;
}
