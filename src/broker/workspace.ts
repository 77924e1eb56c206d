import { statSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { resolvedPath } from "../boundary/files/lookups.ts";

/**
 * The folder whose policy applies to work that starts in `cwd`: the nearest one upwards that has `.governance`, else the
 * nearest with `.git`, else `cwd` itself. Symbolic links are resolved, so that the answer does not depend on the name; a
 * folder that is not there (any more) keeps its name, because one above it would put more inside.
 */
export function workspaceOf(cwd: string): string {
  const start = resolvedPath(cwd);
  return nearest(start, ".governance") ?? nearest(start, ".git") ?? start;
}

/** The working directory of a request, or the fall-back where the agent told none that is absolute. */
export function absoluteCwd(cwd: string, fallback: string): string {
  return isAbsolute(cwd) && !cwd.includes("\0") ? resolve(cwd) : fallback;
}

function nearest(start: string, name: string): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    if (statSync(join(folder, name), { throwIfNoEntry: false }) !== undefined) {
      return folder;
    }
    if (dirname(folder) === folder) {
      return undefined;
    }
  }
}

/** The folders that hold this one, from the nearest to the root. */
export function foldersAround(workspace: string): readonly string[] {
  const parent = dirname(workspace);
  return parent === workspace ? [] : [parent, ...foldersAround(parent)];
}
