import type { Effect } from "../model/effect.ts";
import { dotFilesOption, globPattern, isBoundedPattern } from "./shell/glob.ts";
import {
  baseName,
  expandGlob,
  isBlockDevice,
  isGovernanceFile,
  isSecretFile,
  isStartUpFile,
  isSystemPath,
  joinPath,
  normalizePath,
  parentOf,
  whyEveryKind,
  whyPrecious,
  whyPreciousUnknown,
  type Ground,
} from "./paths.ts";
import { meansBroker } from "./processes.ts";
import { report } from "./report.ts";
import type { Scope } from "./scope.ts";
import type { TreeReach } from "../model/tree.ts";
import { nameGlob, reportListed, reportTree } from "./tree-reach.ts";
import type { Invocation, Word } from "./shell/invocation.ts";

type At = Pick<Invocation, "start" | "end">;

/** Reports that the content of a file enters the agent's context. Globs stand for the files that exist. */
export function reportRead(scope: Scope, word: Word, at: At, because: string): void {
  reportListed(scope, word, { tree: {}, because }, at);
  const path = scope.resolvePath(word);
  if (path === undefined) {
    reportUnknown(scope, word, at, because);
    reportFoundSecrets(scope, word, at, because);
    return;
  }
  if (word.glob !== true) {
    reportPathRead(scope, path, at, because);
    return;
  }
  if (path.includes("/**/")) {
    reportFolders(scope, path, at, because);
  }
  const matches = expandGlob(path, (folder) => scope.lookups.list(folder), meansDotFiles(scope));
  for (const match of matches) {
    reportPathRead(scope, match, at, because);
  }
  if (matches.length === 1 && matches[0] === path) {
    reportLikelySecrets(scope, path, at, because);
  }
}

/** Whether stars stand for dot files as well, because the line says so. */
function meansDotFiles(scope: Scope): boolean {
  return scope.isSet(dotFilesOption) || scope.isSet("GLOBIGNORE");
}

/** `cat src/**\/*.ts`: all files of the name below the folder, with dot files where the line says so. */
function reportFolders(scope: Scope, path: string, at: At, because: string): void {
  const from = path.search(/\/[^/]*[*?[]/);
  const name = nameGlob(baseName(path), "file");
  const tree: TreeReach = {
    ...(name === undefined || /^\*+$/.test(baseName(path)) ? {} : { only: [name] }),
    ...(meansDotFiles(scope) ? {} : { noDotFiles: true }),
  };
  reportTree(scope, path.slice(0, from) || "/", { tree, because }, at);
}

/** Of a path that is not known as a whole, its end may tell which file it is. */
function reportUnknown(scope: Scope, word: Word, at: At, because: string): void {
  if (word.prefix.startsWith("/proc/")) {
    reportProcess(scope, word.suffix, at, because);
  }
  if (scope.elsewhere !== undefined && word.known && isSecretFile(word.text)) {
    reportPathRead(scope, word.text, at, because);
  }
  // `cat "$folder/.env"`: wherever it lies, it is one.
  if (!word.known && word.suffix.startsWith("/") && isSecretFile(word.suffix)) {
    reportPathRead(scope, joinPath(scope.workspace, `.${word.suffix}`), at, because);
  }
}

/** `/proc/$$/…`: of whichever process, its environment, and the files behind its folders. */
function reportProcess(scope: Scope, suffix: string, at: At, because: string): void {
  const [, place, below] = /^\/(environ|cwd|root)(\/.*)?$/.exec(suffix) ?? [];
  if (place === "environ") {
    reportPathRead(scope, "/proc/self/environ", at, because);
  } else if (place !== undefined && below !== undefined) {
    const folder = place === "root" ? "" : (scope.cwd ?? scope.workspace);
    reportPathRead(scope, normalizePath(folder + below), at, because);
  }
}

/** `$(find ~ -name id_rsa)`: where the files lie is not known, but what they are called is. */
function reportFoundSecrets(scope: Scope, { printed }: Word, at: At, because: string): void {
  const names = printed?.kind === "unknown" ? (printed.names ?? []) : [];
  for (const name of names.slice(0, 20)) {
    const base = baseName(name);
    if (isSecretFile(base) && !/[*?[]/.test(base)) {
      reportPathRead(scope, `${scope.workspace}/${base}`, at, because);
    }
  }
}

const secretNames = [
  ".env",
  ".env.local",
  ".env.production",
  ".netrc",
  ".npmrc",
  ".pypirc",
  ".git-credentials",
  "id_rsa",
  "id_ed25519",
  "credentials",
  "credentials.json",
  "shadow",
  "config.json",
  "kubeconfig",
];

/** A glob in a folder that cannot be listed stands for the secret files whose names it fits. */
function reportLikelySecrets(scope: Scope, path: string, at: At, because: string): void {
  if (!isBoundedPattern(baseName(path))) {
    return;
  }
  const pattern = globPattern(baseName(path), true);
  if (/^(?:[*?.]+|\*\.json)$/.test(baseName(path)) && !/\/\.\w+\/[^/]*$/.test(path)) {
    return;
  }
  for (const name of secretNames) {
    if (pattern.test(name)) {
      reportPathRead(scope, `${parentOf(path)}/${name}`, at, because);
    }
  }
}

/** The same for a path that is already absolute. Devices such as `/dev/null` say nothing. */
export function reportPathRead(scope: Scope, path: string, at: At, because: string): void {
  if (path.startsWith("/dev/") && !path.startsWith("/dev/fd/")) {
    return;
  }
  report(scope, at, {
    action: "fs:read",
    effects: readEffects(scope, path),
    target: { display: path, path: scope.lookups.realPath(path) },
    because,
    access: "read",
  });
  const held = secretFolders.find(([folder]) => path.endsWith(folder));
  if (held !== undefined) {
    reportPathRead(scope, `${path}/${held[1]}`, at, because);
  }
}

/** Folders that are kept for secrets, with the file that they are kept for: who reads the folder reads it. */
const secretFolders: readonly (readonly [folder: string, file: string])[] = [
  ["/.ssh", "id_rsa"],
  ["/.aws", "credentials"],
  ["/.kube", "config"],
  ["/.gnupg", "secring.gpg"],
  ["/.docker", "config.json"],
  ["/.config/gcloud", "credentials.db"],
  ["/.config/gh", "hosts.yml"],
  ["/.password-store", "x.gpg"],
];

/** Files on another machine or in a container are hidden by nobody, and a program's memory holds its secrets. */
function readEffects(scope: Scope, path: string): readonly Effect[] {
  const open =
    /^\/etc\/passwd$|\/(?:authorized_keys|config|known_hosts)$|(?:cert|chain|ca|public)[^/]*\.pem$/;
  return /^\/proc\/(?:\d+|self)\/mem$|\/serviceaccount\/token$/.test(path) ||
    (scope.elsewhere !== undefined && isSecretFile(path) && !open.test(path))
    ? ["credential_access"]
    : [];
}

/** Reports a write. `how` names what writes: "`tee`", "a redirection". */
export function reportWrite(scope: Scope, word: Word, at: At, how: string): void {
  const path = scope.resolvePath(word);
  if (path !== undefined) {
    reportPathWrite(scope, path, at, how);
  } else if (word.prefix.startsWith("/proc/") && !word.known) {
    reportProcessWrite(scope, word, at, how);
  }
}

/** `/proc/$(pgrep NAME)/…`: which process is changed is known by what its number was picked by. */
function reportProcessWrite(scope: Scope, word: Word, at: At, how: string): void {
  const picked = word.printed?.kind === "unknown" ? (word.printed.processes ?? "") : "";
  report(scope, at, {
    action: "fs:write",
    effects: meansBroker(picked) ? ["governance_tampering"] : ["system_modification"],
    target: word.text,
    because: `${how} changes a running process by \`${word.text}\``,
  });
}

const quietDevices = new Set([
  "/dev/null",
  "/dev/stdout",
  "/dev/stderr",
  "/dev/tty",
  "/dev/full",
  "/dev/zero",
]);

export function reportPathWrite(scope: Scope, path: string, at: At, how: string): void {
  if (quietDevices.has(path) || path.startsWith("/dev/fd/")) {
    return;
  }
  const real = scope.lookups.realPath(path);
  const effects = [...new Set([...writeEffects(path), ...(real === path ? [] : writeEffects(real))])];
  if (effects.length === 0 && isSecretFile(path) && scope.isMissing(path)) {
    // `[ -f .env ] || cp .env.example .env` takes the place of nothing.
    return;
  }
  report(scope, at, {
    action: "fs:write",
    effects,
    target: { display: path, path: real },
    because: `${how} writes \`${path}\`${effects.length > 0 ? `, ${why(effects[0])}` : ""}`,
  });
}

/** What a write to this path means beyond the write itself. */
export function writeEffects(path: string): readonly Effect[] {
  if (isGovernanceFile(path)) {
    return ["governance_tampering"];
  }
  if (isStartUpFile(path)) {
    return ["persistence"];
  }
  if (isBlockDevice(path)) {
    return ["irreversible_data_deletion"];
  }
  if (/\/\.git\/(?:HEAD|packed-refs|(?:refs|objects|logs)\/.+|info\/grafts)$/.test(path)) {
    return ["history_rewrite"];
  }
  return isSystemPath(path) ? ["system_modification"] : [];
}

function why(effect: Effect | undefined): string {
  switch (effect) {
    case "governance_tampering":
      return "which decides what agents may do";
    case "persistence":
      return "which runs by itself later";
    case "irreversible_data_deletion":
      return "which is a disk";
    case "history_rewrite":
      return "which is the history of the repository";
    default:
      return "which belongs to the system";
  }
}

/** How something is deleted. */
export interface Deletion {
  readonly recursive: boolean;
  /** What deletes, for people: "`rm -r`". */
  readonly how: string;
  /** True where the content is gone for good even if the name is kept (`shred`, `truncate`). */
  readonly contentOnly?: boolean;
}

/** Reports that a word's files are deleted: always `file_deletion`, and more where what goes is precious or unbounded. */
export function reportDeletion(scope: Scope, word: Word, at: At, deletion: Deletion): void {
  const ground: Ground = { workspace: scope.workspace, home: scope.lookups.home };
  const path = scope.resolvePath(word);
  const reason =
    path === undefined ? whyUnknown(scope, word, ground, deletion) : whyKnown(scope, path, word, deletion);
  const effects: Effect[] = ["file_deletion"];
  if (reason !== undefined) {
    effects.push("irreversible_data_deletion");
  }
  if (path !== undefined && isGovernanceFile(path)) {
    effects.push("governance_tampering");
  }
  report(scope, at, {
    action: "fs:delete",
    effects,
    target: path === undefined ? word.text : { display: path, path: scope.lookups.realPath(path) },
    because: `${deletion.how} deletes \`${path ?? word.text}\`${reason === undefined ? "" : `, and ${reason}`}`,
  });
}

/** A glob as the last segment stands for everything in its folder. */
function whyKnown(scope: Scope, path: string, word: Word, deletion: Deletion): string | undefined {
  const ground: Ground = { workspace: scope.workspace, home: scope.lookups.home };
  // A slash behind a link means what the link leads to.
  const real = normalizePath(
    scope.lookups.realPath(word.text.endsWith("/") && path !== "/" ? `${path}/.` : path),
  );
  if (
    word.glob === true &&
    /\/(?:\.?\*+|\.\[!?\.\]\*|\.\?\?\*|\{.*\}|[*?]+\.\*|\*\*?(?:\/\*+)*)$/.test(path)
  ) {
    const folder = normalizePath(path.slice(0, path.search(/\/[^/]*[*?[{]/)) || "/");
    const meant = folder === "/" ? folder : normalizePath(scope.lookups.realPath(`${folder}/.`));
    return (
      whyPrecious(folder, ground, true) ?? (meant === folder ? undefined : whyPrecious(meant, ground, true))
    );
  }
  return (
    (word.glob === true && !path.includes("/**/") ? undefined : whyEveryKind(path, ground)) ??
    whyPrecious(path, ground, deletion.recursive) ??
    (real === path ? undefined : whyPrecious(real, ground, deletion.recursive))
  );
}

function whyUnknown(scope: Scope, word: Word, ground: Ground, deletion: Deletion): string | undefined {
  const prefix = word.known ? word.text : word.prefix;
  const absolute = prefix.startsWith("/")
    ? prefix
    : prefix === "" || scope.cwd === undefined
      ? undefined
      : `${scope.cwd}/${prefix}`;
  return whyPreciousUnknown(
    { prefix: absolute, suffix: word.known ? "" : word.suffix },
    ground,
    // A list that comes from elsewhere may name everything.
    deletion.recursive || word.template === "$__item" || listsEverything(word),
  );
}

/** `$(git ls-files)`: a list of files that nothing narrows. */
function listsEverything({ known, text }: Word): boolean {
  return (
    !known &&
    /^["']?(?:\$\(|`)\s*(?:git\s+(?:ls-files|diff --name-only)|ls|fd|fdfind)(?:\s+-[\w-]+)*\s*[)`]["']?$/.test(
      text,
    )
  );
}
