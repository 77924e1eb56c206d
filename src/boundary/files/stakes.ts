import { createHash } from "node:crypto";
import { lstatSync, readFileSync, statSync, type Stats } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Action } from "../../model/action.ts";
import { actionId } from "../../model/action.ts";
import type { AgentRequest } from "../../model/request.ts";
import { entriesOf } from "./folder-entries.ts";
import { readGitIndex, type TrackedFile } from "./git-index.ts";

/** Most files that are looked at for one target, and most bytes of an index and of a file that is compared. The broker waits meanwhile. */
const fileLimit = 1000;
const indexLimit = 16 * 1024 * 1024;
const blobLimit = 1024 * 1024;
const compareLimit = 50;
/** Most targets that are told of, and actions that are looked at for them. */
const targetLimit = 4;
const actionLimit = 20;

/** Branches that others build on, wherever they are hosted. */
const sharedBranches = /^(?:main|master|trunk|develop|production|prod|staging|release(?:[-/].+)?)$/;

/**
 * What a request would cost, as far as files tell it: how much lies in a folder that would be deleted, what of it git could
 * bring back, which work is not committed, whether others build on a branch. One line each; nothing is run for it, git's own
 * program and hooks included.
 */
export function stakesOf({ context }: AgentRequest, actions: readonly Action[]): readonly string[] {
  const lines = new Set<string>();
  for (const action of actions.slice(0, actionLimit)) {
    if (lines.size < targetLimit) {
      stakesOfAction(action, context).forEach((line) => lines.add(line));
    }
  }
  return [...lines].slice(0, targetLimit);
}

function stakesOfAction(action: Action, context: AgentRequest["context"]): readonly string[] {
  switch (actionId(action)) {
    case "fs:delete":
    case "fs:wipe":
    case "fs:delete_found":
      return deletionStakes(action.target.path ?? "", context.workspace);
    case "git:reset_hard":
    case "git:discard_changes":
      return uncommittedStakes(context.cwd);
    case "git:clean":
      return untrackedStakes(context.cwd);
    case "git:push_force":
    case "git:delete_remote_branch":
    case "git:delete_branch":
      return branchStakes(action.target.display, context.cwd);
    default:
      return [];
  }
}

function deletionStakes(path: string, workspace: string): readonly string[] {
  const stats = statsOf(path);
  if (path === "" || stats === undefined) {
    return path === "" ? [] : [`${nameIn(path, workspace)} does not exist now`];
  }
  const repository = repositoryOf(stats.isDirectory() ? path : dirname(path));
  const name = nameIn(path, workspace);
  if (!stats.isDirectory()) {
    return [`${name}: ${fileStake(path, stats, repository)}`];
  }
  const found = filesBelow(path);
  const inside = repository === undefined || relative(path, repository.root) === "";
  const holdsHistory = inside && statsOf(join(path, ".git")) !== undefined;
  return [
    `${name} holds ${countOf(found.files.length, found.more)}${trackedShare(found.files, repository)}`,
    ...(holdsHistory ? [`${name} is the repository itself, with its history`] : []),
  ];
}

function trackedShare(files: readonly string[], repository: Repository | undefined): string {
  if (repository === undefined) {
    return "; git tracks none of it";
  }
  if (!repository.readable) {
    return "; what git tracks of it is not known";
  }
  const tracked = files.flatMap((file) => repository.files.get(relative(repository.root, file)) ?? []);
  const untracked = files.length - tracked.length;
  const changed = changedOf(repository, tracked).length;
  const lost = [
    ...(untracked === 0 ? [] : [`${untracked} that git does not track`]),
    ...(changed === 0 ? [] : [`${changed} with changes that are not committed`]),
  ];
  return lost.length === 0 ? "; git tracks all of it" : `: ${lost.join(", ")}`;
}

function fileStake(path: string, stats: Stats, repository: Repository | undefined): string {
  const tracked = repository?.files.get(relative(repository.root, path));
  if (repository?.readable === false) {
    return "whether git tracks it is not known";
  }
  if (repository === undefined || tracked === undefined) {
    return `git does not track it (${stats.size} bytes)`;
  }
  return changedOf(repository, [tracked]).length > 0
    ? "git tracks it, without its latest changes"
    : "git tracks it, unchanged";
}

function uncommittedStakes(cwd: string): readonly string[] {
  const repository = repositoryOf(cwd);
  if (repository?.readable !== true) {
    return [];
  }
  const changed = changedOf(repository, [...repository.files.values()].slice(0, fileLimit));
  return changed.length === 0
    ? ["no file has changed since it was last added or committed; what was only added is not known"]
    : [
        `${changed.length} ${changed.length === 1 ? "file has" : "files have"} changes that are not committed: ${listed(changed.map(({ path }) => path))}`,
      ];
}

function untrackedStakes(cwd: string): readonly string[] {
  const repository = repositoryOf(cwd);
  if (repository?.readable !== true) {
    return [];
  }
  const { files, more } = filesBelow(cwd);
  const untracked = files
    .map((file) => relative(repository.root, file))
    .filter((file) => !repository.files.has(file));
  return [
    `git does not track ${countOf(untracked.length, more)} here, ignored ones included${untracked.length === 0 ? "" : `: ${listed(untracked)}`}`,
  ];
}

function branchStakes(display: string, cwd: string): readonly string[] {
  const repository = repositoryOf(cwd);
  const names = display.split(/[\s:]+/).filter((word) => word !== "" && !word.startsWith("-"));
  const [current = ""] = repository === undefined ? [] : [headBranch(repository.gitDir)];
  const main = repository === undefined ? undefined : defaultBranch(repository.gitDir);
  const meant = names.length > 1 ? names.slice(1) : [...names, current];
  const shared = meant
    .map((name) => name.replace(/^\+|^refs\/heads\//g, ""))
    .find((name) => name === main || sharedBranches.test(name));
  return shared === undefined
    ? []
    : [`others build on \`${shared}\`${shared === main ? ": it is the remote's default branch" : ""}`];
}

interface Repository {
  readonly root: string;
  readonly gitDir: string;
  /** By path from the root; empty where the index cannot be read. */
  readonly files: ReadonlyMap<string, TrackedFile>;
  readonly readable: boolean;
}

/** The repository around a folder; undefined where there is none. */
function repositoryOf(folder: string): Repository | undefined {
  for (let root = folder; ; root = dirname(root)) {
    const gitDir = join(root, ".git");
    if (statsOf(gitDir)?.isDirectory() === true) {
      const files = indexOf(join(gitDir, "index"));
      const byPath = new Map(files?.map((file) => [file.path, file]));
      return { root, gitDir, files: byPath, readable: files !== undefined };
    }
    if (dirname(root) === root) {
      return undefined;
    }
  }
}

function indexOf(path: string): readonly TrackedFile[] | undefined {
  const stats = statsOf(path);
  if (stats === undefined) {
    return [];
  }
  return stats.isFile() && stats.size <= indexLimit ? readGitIndex(readFileSync(path)) : undefined;
}

/** Tracked files whose content is another one than git has seen. The time of a file is believed where it agrees, as git does. */
function changedOf({ root }: Repository, tracked: readonly TrackedFile[]): readonly TrackedFile[] {
  let compared = 0;
  return tracked.filter((file) => {
    const path = join(root, file.path);
    const stats = statsOf(path);
    if (stats === undefined || !stats.isFile()) {
      return stats === undefined;
    }
    const [seconds, nanos] = [Math.floor(stats.mtimeMs / 1000), Math.round((stats.mtimeMs % 1000) * 1e6)];
    const sameTime = seconds === file.mtimeSeconds && Math.abs(nanos - file.mtimeNanos) < 1e6;
    if (stats.size % 2 ** 32 === file.size && sameTime) {
      return false;
    }
    if (stats.size > blobLimit || compared++ > compareLimit) {
      return true;
    }
    return blobName(readFileSync(path)) !== file.blob;
  });
}

function blobName(content: Buffer): string {
  return createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex");
}

/** Files below a folder, without what lies in `.git`; `more` where there are too many to look at. */
function filesBelow(folder: string): { readonly files: readonly string[]; readonly more: boolean } {
  const files: string[] = [];
  const waiting = [folder];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const entries = entriesOf(next);
    for (const entry of entries) {
      if (files.length + waiting.length >= fileLimit) {
        return { files, more: true };
      }
      const path = join(next, entry.name);
      if (!entry.isDirectory()) {
        files.push(path);
      } else if (entry.name !== ".git") {
        waiting.push(path);
      }
    }
  }
  return { files, more: false };
}

function statsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function headBranch(gitDir: string): string | undefined {
  return branchIn(join(gitDir, "HEAD"), "refs/heads/");
}

function defaultBranch(gitDir: string): string | undefined {
  return branchIn(join(gitDir, "refs", "remotes", "origin", "HEAD"), "refs/remotes/origin/");
}

function branchIn(file: string, prefix: string): string | undefined {
  try {
    const stats = statSync(file);
    if (!stats.isFile() || stats.size > 4096) {
      return undefined;
    }
    const text = readFileSync(file, "utf8").trim();
    return text.startsWith(`ref: ${prefix}`) ? text.slice(`ref: ${prefix}`.length) : undefined;
  } catch {
    return undefined;
  }
}

function nameIn(path: string, workspace: string): string {
  const inside = relative(workspace, path);
  return inside === "" ? "the workspace" : inside.startsWith("..") ? path : inside;
}

function countOf(count: number, more: boolean): string {
  return `${more ? "more than " : ""}${count} ${count === 1 && !more ? "file" : "files"}`;
}

function listed(paths: readonly string[]): string {
  const shown = paths.toSorted().slice(0, 3).join(", ");
  return paths.length > 3 ? `${shown} and ${paths.length - 3} more` : shown;
}
