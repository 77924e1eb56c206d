import { lstatSync, readFileSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { readGitIndex, type TrackedFile } from "./git-index.ts";

export interface Repository {
  /** Top of the working tree. */
  readonly top: string;
  readonly gitFolder: string;
}

/** Largest index in bytes that is read: about 200,000 files. */
const indexLimit = 24 * 1024 * 1024;

/** The repository that a folder lies in, also where it is a linked working tree; undefined where there is none. */
export function repositoryOf(folder: string): Repository | undefined {
  for (let top = folder; ; top = dirname(top)) {
    const entry = join(top, ".git");
    const stats = lstatSync(entry, { throwIfNoEntry: false });
    if (stats?.isDirectory() === true) {
      return { top, gitFolder: entry };
    }
    if (stats?.isFile() === true && stats.size < 4096) {
      const target = /^gitdir: (.+)$/m.exec(readFileSync(entry, "utf8"))?.[1] ?? ".git";
      return { top, gitFolder: isAbsolute(target) ? target : join(top, target) };
    }
    if (dirname(top) === top) {
      return undefined;
    }
  }
}

/** Everything in the index; undefined where it cannot be read. */
export function trackedFiles({ gitFolder }: Repository): readonly TrackedFile[] | undefined {
  const path = join(gitFolder, "index");
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) {
      return [];
    }
    return stats.isFile() && stats.size <= indexLimit ? readGitIndex(readFileSync(path)) : undefined;
  } catch {
    return undefined;
  }
}
