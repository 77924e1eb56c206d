import { entriesOf } from "./folder-entries.ts";
import type { TreeFile, TreeLookup } from "../../model/tree.ts";

/** Most folders that are opened, and most names that are looked at. */
const folderLimit = 800;
const nameLimit = 12_000;

/** What is fetched or made again, and git's own folder, whose objects are compressed. */
const skipped: ReadonlySet<string> = new Set(["node_modules", ".git", "__pycache__", ".pnpm-store"]);

/** Folders of the kernel's, which have no end. */
const virtual: ReadonlySet<string> = new Set(["/proc", "/sys", "/dev"]);

/**
 * The files below a folder that are `wanted`, the nearest first, so that what lies at the top is found in any tree. Symbolic
 * links are told, not followed.
 */
export function filesBelow(root: string, wanted: (path: string) => boolean): TreeLookup {
  const files: TreeFile[] = [];
  let level = [root];
  let [folders, names] = [folderLimit, nameLimit];
  while (level.length > 0) {
    const next: string[] = [];
    for (const folder of level) {
      if (folders-- <= 0) {
        return { files, complete: false };
      }
      for (const entry of entriesOf(folder)) {
        const path = folder === "/" ? `/${entry.name}` : `${folder}/${entry.name}`;
        if (entry.isDirectory()) {
          if (!skipped.has(entry.name) && !virtual.has(path)) {
            next.push(path);
          }
        } else if (wanted(path) || entry.isSymbolicLink()) {
          files.push({ path, isLink: entry.isSymbolicLink() });
        }
        names--;
      }
      if (names <= 0) {
        return { files, complete: false };
      }
    }
    level = next;
  }
  return { files, complete: true };
}
