import { pathPattern } from "../policy/path-pattern.ts";
import { isGlob } from "../policy/pattern.ts";

/** Most paths that one glob is taken to stand for. */
const limit = 500;

/**
 * The existing paths that an absolute path with globs stands for, at most 500, dot files first. Empty for a path without
 * one. A glob that cannot be compiled stands for every name: it must not be a way around what is guarded.
 */
export function existingOf(path: string, list: (folder: string) => readonly string[]): readonly string[] {
  if (!isGlob(path)) {
    return [];
  }
  let found: readonly string[] = [""];
  for (const segment of path.split("/").slice(1)) {
    const next = isGlob(segment)
      ? found.flatMap((folder) => inFolder(folder, segment, list))
      : found.map((folder) => `${folder}/${segment}`);
    found = next.slice(0, limit);
  }
  return found;
}

function inFolder(
  folder: string,
  segment: string,
  list: (folder: string) => readonly string[],
): readonly string[] {
  const matches = matcherOf(segment);
  const names = list(folder === "" ? "/" : folder).filter(matches);
  const sorted = [
    ...names.filter((name) => name.startsWith(".")),
    ...names.filter((name) => name[0] !== "."),
  ];
  const below = sorted.map((name) => `${folder}/${name}`);
  return segment === "**" ? [folder, ...below] : below;
}

/** A star alone leaves dot files out, as in every shell; with more than that, a search may mean them. */
function matcherOf(segment: string): (name: string) => boolean {
  if (/^\*+$/.test(segment)) {
    return (name) => segment === "**" || !name.startsWith(".");
  }
  const pattern = pathPattern(`./${segment}`, { workspace: "", home: "", reach: "wide" });
  return (name) => !pattern.ok || pattern.value.matches(`/${name}`);
}
