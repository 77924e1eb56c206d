import { spawnSync } from "node:child_process";
import { existsSync, lstatSync } from "node:fs";
import { join } from "node:path";
import type { GitQuestion } from "../../model/tree.ts";
import type { TrackedFile } from "./git-index.ts";
import { repositoryOf, trackedFiles, type Repository } from "./repository.ts";

/** How long git may take to answer one question, in milliseconds. */
const timeLimit = 700;
const outputLimit = 8 * 1024 * 1024;

const gits = [
  "/usr/bin/git",
  "/usr/local/bin/git",
  "/opt/homebrew/bin/git",
  "/bin/git",
  "C:/Program Files/Git/cmd/git.exe",
];

/**
 * Absolute paths of the files that git would print, as far as they are `wanted`; undefined where that cannot be told in time.
 * What is asked only names things: no filter, hook, pager, signature program or remote of the repository is run for it.
 */
export function gitNames(
  folder: string,
  question: GitQuestion,
  wanted: (path: string) => boolean,
): readonly string[] | undefined {
  const repository = repositoryOf(folder);
  if (repository === undefined) {
    return [];
  }
  if (!isAskable(question)) {
    return undefined;
  }
  const names = namesOf(folder, repository, question);
  const absolute = (name: string): string => join(repository.top, name);
  if (names !== undefined || question.verb !== "changed") {
    return names?.map(absolute).filter((path) => wanted(path));
  }
  return trackedFiles(repository)
    ?.filter((file) => wanted(absolute(file.path)) && isChanged(repository, file))
    .map(({ path }) => absolute(path));
}

function namesOf(
  folder: string,
  repository: Repository,
  { verb, words, paths }: GitQuestion,
): readonly string[] | undefined {
  const plain = [
    "--name-only",
    "--no-renames",
    "--no-ext-diff",
    "--no-textconv",
    "--ignore-submodules=all",
    "-z",
  ];
  const behind = paths.length === 0 ? [] : ["--", ...paths];
  switch (verb) {
    case "changed":
      return undefined;
    case "index":
      return trackedFiles(repository)?.map(({ path }) => path);
    case "object":
      return trackedFiles(repository)
        ?.filter(({ blob }) => words.some((word) => blob.startsWith(word.toLowerCase())))
        .map(({ path }) => path);
    case "staged":
      return ask(folder, ["diff-index", "--cached", "-r", ...plain, words[0] ?? "HEAD", ...behind]);
    case "log":
    case "show":
      return ask(folder, [verb, "--format=", ...plain, ...words, ...behind]);
    case "diff":
      return ask(folder, ["diff", ...plain, ...words, ...behind]);
    case "tree":
      return ask(folder, ["ls-tree", "-r", "--name-only", "--full-tree", "-z", ...words]);
    case "everything":
      return everyName(repository, ask(folder, ["log", "--all", "-m", "--format=", ...plain]));
    default:
      return undefined;
  }
}

function everyName(
  repository: Repository,
  ever: readonly string[] | undefined,
): readonly string[] | undefined {
  const tracked = trackedFiles(repository)?.map(({ path }) => path) ?? [];
  return ever === undefined ? undefined : [...tracked, ...ever];
}

/** INVARIANT: a comparison is between commits: one with the working tree would run the filters that the repository names. */
function isAskable({ verb, words, paths }: GitQuestion): boolean {
  const commits = words.filter((word) => !word.startsWith("-"));
  return (
    words.every(isPlain) &&
    paths.every((path) => !path.startsWith("-")) &&
    (verb !== "diff" || commits.length > 1 || commits.some((word) => word.includes("..")))
  );
}

/** Revisions, and options that only choose among commits: nothing that writes, runs or compares with the working tree. */
function isPlain(word: string): boolean {
  return (
    /^[\w@^]/.test(word) ||
    /^-(?:\d+|n\d+|[giEFmcR]|[SG].*)$/s.test(word) ||
    /^--(?:max-count|skip|since|after|until|before|author|committer|grep|diff-filter|branches|tags|remotes|min-parents|max-parents)=/.test(
      word,
    ) ||
    /^--(?:all|branches|tags|remotes|first-parent|merges|no-merges|reverse|walk-reflogs|no-walk|cc|regexp-ignore-case|extended-regexp|fixed-strings|pickaxe-all|pickaxe-regex)$/.test(
      word,
    )
  );
}

const quiet = [
  "core.fsmonitor=false",
  "core.hooksPath=/dev/null",
  "core.pager=cat",
  "log.showSignature=false",
  "diff.external=",
  "protocol.allow=never",
];

function ask(folder: string, words: readonly string[]): readonly string[] | undefined {
  const git = gits.find((path) => existsSync(path));
  if (git === undefined) {
    return undefined;
  }
  const settings = quiet.flatMap((setting) => ["-c", setting]);
  const { status, stdout } = spawnSync(git, ["--no-pager", "--no-optional-locks", ...settings, ...words], {
    cwd: folder,
    env: {
      PATH: "/usr/bin:/bin",
      HOME: process.env["HOME"],
      LC_ALL: "C",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_NO_LAZY_FETCH: "1",
      GIT_ALLOW_PROTOCOL: "none",
      GIT_TERMINAL_PROMPT: "0",
    },
    stdio: ["ignore", "pipe", "ignore"],
    timeout: timeLimit,
    killSignal: "SIGKILL",
    maxBuffer: outputLimit,
    encoding: "utf8",
  });
  // A revision that does not exist is an error of git's, and then it prints nothing of a file either.
  return status === null ? undefined : [...new Set(stdout.split(/[\0\n]/).filter((name) => name !== ""))];
}

/** Whether the file in the working tree is another one than git last saw, by its time and size. */
function isChanged({ top }: Repository, { path, mtimeSeconds, size }: TrackedFile): boolean {
  const stats = lstatSync(join(top, path), { throwIfNoEntry: false });
  return (
    stats === undefined ||
    Math.floor(stats.mtimeMs / 1000) % 2 ** 32 !== mtimeSeconds ||
    stats.size % 2 ** 32 !== size
  );
}
