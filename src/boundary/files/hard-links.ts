import { lstatSync, type Stats } from "node:fs";
import { join } from "node:path";
import { entriesOf } from "./folder-entries.ts";

/** Folders at home that hold what agents must not see or change under any name. */
const homeFolders: readonly string[] = [
  "",
  ".ssh",
  ".aws",
  ".azure",
  ".gnupg",
  ".kube",
  ".docker",
  ".railway",
  ".config",
  ".config/gh",
  ".config/gcloud",
  ".claude",
  ".copilot",
  ".copilot/hooks",
  ".codex",
  ".gemini",
  ".cursor",
  ".signalbox",
  ".signalbox/bin",
  ".signalbox/run",
];

/** Most folders of a workspace, and most names altogether, that are looked through. */
const folderLimit = 200;
const nameLimit = 5000;
const workspaceDepth = 3;
const skipped: ReadonlySet<string> = new Set(["node_modules", ".git", "dist", "build", "target", ".venv"]);

/**
 * A file with several names is told by the one that rules are written for: a hard link to `.env` is `.env`. Bounded, since the
 * system does not tell a file's other names: the usual places at home, and the dot files of the workspace. Looked up only once a
 * file turns up that has more than one name, which few have.
 */
export class HardLinks {
  private readonly home: string;
  private readonly workspace: string | undefined;
  private names: ReadonlyMap<string, string> | undefined;

  constructor(home: string, workspace: string | undefined) {
    this.home = home;
    this.workspace = workspace;
  }

  /** The guarded name of the file at this resolved path; the path itself where it has none. */
  guardedName(path: string): string {
    const stats = statOf(path);
    if (stats === undefined || !isShared(stats)) {
      return path;
    }
    this.names ??= this.collect();
    return this.names.get(identity(stats)) ?? path;
  }

  private collect(): ReadonlyMap<string, string> {
    const names = new Map<string, string>();
    const budget = { names: nameLimit, folders: folderLimit };
    if (this.workspace !== undefined) {
      collectBelow(this.workspace, { depth: workspaceDepth, guarded: false, budget, names });
    }
    for (const folder of homeFolders) {
      collectBelow(join(this.home, folder), { depth: 0, guarded: folder !== "", budget, names });
    }
    return names;
  }
}

interface Collecting {
  readonly depth: number;
  /** Below a dot folder every name counts, elsewhere only dot files. */
  readonly guarded: boolean;
  readonly budget: { names: number; folders: number };
  readonly names: Map<string, string>;
}

function collectBelow(folder: string, { depth, guarded, budget, names }: Collecting): void {
  if (budget.folders-- <= 0) {
    return;
  }
  const folders: (readonly [path: string, guarded: boolean])[] = [];
  for (const entry of entriesOf(folder)) {
    if (budget.names-- <= 0) {
      return;
    }
    const path = join(folder, entry.name);
    const counts = guarded || entry.name.startsWith(".");
    if (entry.isDirectory() && depth > 0 && !skipped.has(entry.name)) {
      folders.push([path, counts]);
    } else if (entry.isFile() && counts) {
      const stats = statOf(path);
      if (stats !== undefined && isShared(stats)) {
        names.set(identity(stats), path);
      }
    }
  }
  for (const [path, counts] of folders) {
    collectBelow(path, { depth: depth - 1, guarded: counts, budget, names });
  }
}

function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}

function isShared(stats: Stats): boolean {
  return stats.isFile() && stats.nlink > 1;
}

function identity({ dev, ino }: Stats): string {
  return `${dev}:${ino}`;
}
