import { lstatSync } from "node:fs";
import { join } from "node:path";
import { entriesOf } from "../files/folder-entries.ts";

/** What lies below a folder. Symlinks are not followed. */
export interface FoundFiles {
  readonly paths: readonly string[];
  readonly links: readonly string[];
  /** True where the limit was reached and there are more. */
  readonly cut: boolean;
}

/** What version control keeps for itself: not files of the project. */
const skipped: ReadonlySet<string> = new Set([".git", ".hg", ".svn"]);

/** Lists the files below a folder, breadth first. `depth` levels at most, `limit` files at most. Never throws. */
export function filesBelow(
  root: string,
  { depth, limit }: { readonly depth: number; readonly limit: number },
): FoundFiles {
  const paths: string[] = [];
  const links: string[] = [];
  let folders: readonly string[] = [root];
  for (let level = 0; level < depth && folders.length > 0; level += 1) {
    const next: string[] = [];
    for (const folder of folders) {
      for (const entry of entriesOf(folder)) {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) {
          if (!skipped.has(entry.name)) {
            next.push(path);
          }
        } else if (paths.length + links.length >= limit) {
          return { paths, links, cut: true };
        } else if (entry.isFile()) {
          paths.push(path);
        } else if (entry.isSymbolicLink()) {
          links.push(path);
        }
      }
    }
    folders = next;
  }
  return { paths, links, cut: folders.length > 0 };
}

/** Those of `paths` that are another name of a file in `hidden`: hard links share an inode. */
export function otherNames(paths: readonly string[], hidden: readonly string[]): readonly string[] {
  const wanted = new Set(
    hidden
      .map((path) => inodeOf(path))
      .filter((inode) => inode !== undefined && inode.links > 1)
      .map(keyOf),
  );
  if (wanted.size === 0) {
    return [];
  }
  const known = new Set(hidden);
  return paths.filter((path) => !known.has(path) && wanted.has(keyOf(inodeOf(path))));
}

interface Inode {
  readonly device: number;
  readonly number: number;
  readonly links: number;
}

function inodeOf(path: string): Inode | undefined {
  try {
    const { dev, ino, nlink } = lstatSync(path);
    return { device: dev, number: ino, links: nlink };
  } catch {
    return undefined;
  }
}

function keyOf(inode: Inode | undefined): string {
  return inode === undefined ? "" : `${inode.device}:${inode.number}`;
}
