import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { err, ok, type Result } from "../../base/result.ts";
import type { Unsupported } from "./support.ts";

/** What governs agents, or runs outside the sandbox later on, held in its place. All paths absolute. */
export interface HeldPlaces {
  /** Read-only inside. */
  readonly fixed: readonly string[];
  /** Written to as before, but neither renamed nor removed: another folder in its place would hold other files. */
  readonly pinned: readonly string[];
  /** Takes away what was made so that it could be held; what was changed meanwhile stays. */
  readonly release: () => void;
}

/** Folders end with a slash. What is missing is made, so that nobody inside makes it. */
const ofWorkspace: readonly string[] = [
  ".governance/",
  ".claude/settings.json",
  ".claude/settings.local.json",
  ".claude/hooks/",
  ".cursor/hooks.json",
  ".cursor/mcp.json",
  ".codex/",
  ".gemini/settings.json",
  ".qwen/settings.json",
  ".opencode/",
  "opencode.json",
  ".github/hooks/",
  ".clinerules/",
  ".vscode/settings.json",
  ".vscode/tasks.json",
  ".mcp.json",
];

/** What git runs programs for, and where it looks for that. */
const ofRepository: readonly string[] = ["hooks/", "config", "config.worktree"];

/** What is held, besides what is the same in every workspace. */
export interface Governing {
  readonly workspace: string;
  /** The agent's own folders and files, which stay writable around what governs in them. */
  readonly own: readonly string[];
  /** What governs in `own`. Folders end with a slash. */
  readonly ofAgent: readonly string[];
  /** Files that were found to govern, in the workspace and in `own`; the uppermost first. */
  readonly found: readonly string[];
  /** Where the repository of a worktree lies. */
  readonly repository: readonly string[];
}

/** Each takes a mount. What lies deeper than so many others is a test's, or a package's. */
const maximumFound = 300;

/** Holds in place what governs. An error where it is a link: what that leads to would be shown, and another could take its place. */
export function holdGoverning(governing: Governing): Result<HeldPlaces, Unsupported> {
  const { workspace, own, ofAgent, found, repository } = governing;
  const places = new Places();
  const holdBelow = (bases: readonly string[], path: string, missing: "file" | "nothing"): void => {
    const base = bases.find((folder) => path.startsWith(`${folder}/`));
    if (base !== undefined && existsSync(base)) {
      places.hold(base, path.slice(base.length + 1), missing);
    }
  };
  try {
    for (const name of ofWorkspace) {
      places.hold(workspace, name, "folder");
    }
    for (const path of ofAgent) {
      holdBelow(own, path, "file");
    }
    for (const path of found.slice(0, maximumFound)) {
      holdBelow([workspace, ...own], path, "nothing");
    }
    if (lstatSync(join(workspace, ".git"), { throwIfNoEntry: false })?.isDirectory() === true) {
      places.holdRepository(workspace, ".git/");
      // It says where the settings of a repository lie; one that points at itself changes nothing.
      places.hold(workspace, ".git/commondir", "file", ".\n");
    } else {
      places.hold(workspace, ".git", "nothing");
    }
    for (const folder of repository) {
      places.holdRepository(folder, "");
    }
  } catch (error) {
    places.release();
    const reason = error instanceof Error ? error.message : String(error);
    return err({ reason, remedy: "put a file or folder of its own in its place" });
  }
  return ok(places);
}

class Places implements HeldPlaces {
  private readonly readOnly = new Set<string>();
  private readonly inPlace = new Set<string>();
  private readonly made: { readonly path: string; readonly text?: string }[] = [];

  get fixed(): readonly string[] {
    return [...this.readOnly];
  }

  /** Each folder before those in it. */
  get pinned(): readonly string[] {
    return [...this.inPlace];
  }

  /** `missing` says what is done where the last part is a file that is not there: its folder is read-only, it is made, or nothing. */
  hold(base: string, name: string, missing: "folder" | "file" | "nothing", text = emptyOf(name)): void {
    const parts = name.split("/").filter((part) => part !== "");
    let path = base;
    for (const [index, part] of parts.entries()) {
      const folder = path;
      path = join(path, part);
      const isLast = index === parts.length - 1;
      const found = lstatSync(path, { throwIfNoEntry: false });
      if (found?.isSymbolicLink() === true) {
        throw new Error(`\`${path}\` is a link, which cannot be held in place`);
      }
      if (found === undefined && isLast && !name.endsWith("/")) {
        if (missing === "file") {
          writeFileSync(path, text, { flag: "wx", mode: 0o600 });
          this.made.push({ path, text });
        } else if (missing === "folder" && folder !== base) {
          this.readOnly.add(folder);
          return;
        } else {
          return;
        }
      } else if (found === undefined) {
        mkdirSync(path);
        this.made.push({ path });
      }
      (isLast ? this.readOnly : this.inPlace).add(path);
    }
  }

  holdRepository(base: string, folder: string): void {
    const below = (name: string): readonly string[] => {
      try {
        return readdirSync(join(base, folder, name)).map((entry) => `${name}/${entry}/`);
      } catch {
        return [];
      }
    };
    for (const name of ofRepository) {
      this.hold(base, `${folder}${name}`, "nothing");
    }
    for (const name of [...below("worktrees"), ...below("modules")]) {
      for (const file of ["config", "config.worktree", "commondir"]) {
        this.hold(base, `${folder}${name}${file}`, "nothing");
      }
    }
  }

  readonly release = (): void => {
    for (const { path, text } of this.made.toReversed()) {
      try {
        if (text === undefined) {
          rmdirSync(path);
        } else if (readFileSync(path, "utf8") === text) {
          rmSync(path);
        }
      } catch {
        // Somebody needs it by now, or took it away.
      }
    }
  };
}

/** What programs read like a file that is not there. */
function emptyOf(name: string): string {
  return name.endsWith(".json") ? "{}\n" : "";
}

/**
 * A worktree keeps its repository elsewhere: without it nothing could be committed. An agent may have written what `.git` says,
 * so the repository has to know the worktree as well.
 */
export function repositoryOf(workspace: string): readonly string[] {
  const file = join(workspace, ".git");
  const named = /^gitdir: (.+)\n?$/.exec(textOf(file))?.[1];
  const folder = named === undefined ? "" : resolve(workspace, named);
  const common = resolve(folder, "../..");
  return /\/worktrees\/[^/]+$/.test(folder) &&
    resolve(folder, textOf(join(folder, "gitdir")).trim()) === file &&
    textOf(join(common, "HEAD")) !== ""
    ? [common]
    : [];
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
