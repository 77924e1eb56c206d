import type { NamePattern, TreeReach } from "../model/tree.ts";
import { isWithin, pathHere } from "./paths.ts";
import { report } from "./report.ts";
import type { Scope } from "./scope.ts";
import { globPattern, isBoundedPattern } from "./shell/glob.ts";
import type { FileList, Invocation, Word } from "./shell/invocation.ts";

type At = Pick<Invocation, "start" | "end">;

/** What is said of a tree: which files of it are meant, and what shows them. */
export interface TreeFinding {
  readonly tree: TreeReach;
  readonly because: string;
}

/** Reports that a command shows the files below a folder, as far as `tree` reaches. Absolute path; nothing where it is a file. */
export function reportTree(scope: Scope, path: string, { tree, because }: TreeFinding, at: At): void {
  const folder = scope.elsewhere === undefined ? path : pathHere(path, scope.elsewhere.mounts);
  const kind = folder === undefined ? "other" : scope.lookups.kind(folder);
  if (folder === undefined || kind === "file" || kind === "other") {
    return;
  }
  const everything = tree.only === undefined && tree.git === undefined && (tree.depth ?? 9) > 1;
  if (everything && reachesHome(scope, folder)) {
    reportHomeSearch(scope, folder, because, at);
    return;
  }
  report(scope, at, {
    action: "fs:search",
    effects: [],
    target: { display: folder, path: scope.lookups.realPath(folder), tree },
    because,
    access: "read",
  });
}

/** Too much to look through: all that is at home lies below. */
export function reportHomeSearch(scope: Scope, root: string, because: string, at: At): void {
  report(scope, at, {
    action: "fs:search_home",
    effects: ["credential_access"],
    target: { display: root, path: root },
    because: `${because} \`${root}\`, the user's credentials among them`,
    access: "read",
  });
}

/** Whether everything in the home folder lies below; somebody whose workspace that is searches what is theirs. */
export function reachesHome(scope: Pick<Scope, "lookups" | "workspace">, root: string): boolean {
  return isWithin(scope.lookups.home, root) && root !== scope.workspace;
}

/** The lists of files that a word stands for: `$(find …)`, `{}` of `find -exec`, the items of `xargs`. */
export function listsOf(word: Word): readonly FileList[] {
  return word.listed ?? (word.printed?.kind === "unknown" ? (word.printed.listed ?? []) : []);
}

/** Reports that all files of the lists that a word stands for are shown; `tree` leaves out some of them again. */
export function reportListed(scope: Scope, word: Word, { tree, because }: TreeFinding, at: At): void {
  for (const { root, reach } of listsOf(word).slice(0, 8)) {
    // `cat "config/$f"`: what is listed is read in another folder.
    const slash = word.known ? -1 : word.prefix.lastIndexOf("/");
    const prefix = word.prefix.slice(0, slash + 1);
    const place: Word = slash < 0 ? root : { ...root, text: prefix, prefix, suffix: prefix };
    const folder = scope.resolvePath(place);
    if (folder !== undefined) {
      reportTree(scope, folder, { tree: { ...reach, ...tree }, because }, at);
    }
  }
}

/** `*.ts` as the name of a file or folder; undefined where it could take long, so that it narrows nothing. */
export function nameGlob(
  glob: string,
  on: "name" | "file" = "name",
  ignoreCase = false,
): NamePattern | undefined {
  return pattern(glob, { on, path: true, ignoreCase });
}

/** The same for a path from the folder on; `crossing` where a star stands for slashes, too, as in `find -path`. */
export function pathGlob(glob: string, crossing: boolean): NamePattern | undefined {
  const text = glob.replace(/^(?:\.?\/)+/, "").replace(/\/+$/, "");
  if (crossing) {
    return pattern(text, { on: "path", path: false, ignoreCase: false });
  }
  if (!isBoundedPattern(text) || text.includes("[")) {
    return undefined;
  }
  const source = text
    .split("/")
    .map((part) => (part === "**" ? "(?:[^/]+/)*" : `${body(part)}/`))
    .join("");
  return { on: "path", source: `^${source.replace(/\/$/, "").replace(/\(\?:\[\^\/\]\+\/\)\*$/, ".*")}$` };
}

function body(part: string): string {
  return globPattern(part, true).source.slice(1, -1);
}

function pattern(
  glob: string,
  {
    on,
    path,
    ignoreCase,
  }: { readonly on: NamePattern["on"]; readonly path: boolean; readonly ignoreCase: boolean },
): NamePattern | undefined {
  if (!isBoundedPattern(glob) || glob === "") {
    return undefined;
  }
  const found: NamePattern = { on, source: globPattern(glob, path).source };
  return ignoreCase ? { ...found, ignoreCase } : found;
}

/**
 * A glob as tools with ignore files read it: of a name where it has no slash, of a path where it has one; several where it
 * has braces. What is not understood is undefined, and may be any file.
 */
export function ignoreGlobs(glob: string): readonly (NamePattern | undefined)[] {
  const [, before = "", inside = "", behind = ""] = /^([^{}]*)\{([^{}]*)\}(.*)$/s.exec(glob) ?? [];
  if (inside.includes(",") && glob.length <= 256) {
    return inside.split(",").flatMap((part) => ignoreGlobs(before + part + behind));
  }
  const text = glob.replace(/\/+$/, "").replace(/^\*\*\/(?=[^/]+$)/, "");
  if (/[{}]/.test(text)) {
    return [undefined];
  }
  return [text.includes("/") ? pathGlob(text, false) : nameGlob(text)];
}

export function defined<T>(items: readonly (T | undefined)[]): readonly T[] {
  return items.filter((item) => item !== undefined);
}

/** Shortest text that tells anything of the files that hold it. */
const shortestText = 3;

/**
 * Texts of which one must occur in a line for a search pattern to match it; undefined where that cannot be told: then it may
 * match anything. `extended` for patterns in which a bar and braces are special without a backslash.
 */
export function requiredTexts(search: string, extended: boolean): readonly string[] | undefined {
  const bars = extended ? /(?<!\\)\|/ : /\\\|/;
  const texts = search.split(bars).map((choice) => requiredText(choice, extended));
  return texts.every((text) => text !== undefined && text.trim().length >= shortestText)
    ? defined(texts)
    : undefined;
}

/** The longest run of plain letters that every match of one alternative holds. */
function requiredText(choice: string, extended: boolean): string | undefined {
  // Without the extended syntax, a backslash makes these special instead of plain.
  const literalEscape = extended ? /\\([^\w\s])/g : /\\([^\w\s?+|(){}])/g;
  const special = extended ? /[()[\]{}|?+*^$.\\]/ : /[[\]*^$.\\]/;
  const runs = choice
    .replace(/^\^|\$$/g, "")
    .split(/\\[bB<>]|(?:\.|\\[swdSWD])(?:[*+?]|\{\d+(?:,\d*)?\})?|\[[^\]\\]+\](?:[*+?]|\{\d+(?:,\d*)?\})?/)
    .map((run) => run.replaceAll(literalEscape, (_all, char: string) => `\u0000${char}`));
  const plain = runs.map((run) =>
    special.test(run.replaceAll(/\u0000./g, "")) ? "" : run.replaceAll("\u0000", ""),
  );
  return plain.includes("") && runs.some((run, index) => run !== "" && plain[index] === "")
    ? undefined
    : plain.toSorted((a, b) => b.length - a.length)[0];
}
