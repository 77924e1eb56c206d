import type { GitQuestion, NamePattern, Narrowing, TreeReach } from "../../model/tree.ts";
import { reportPathRead, reportRead } from "../file-actions.ts";
import { optionSpec, readArguments, type Arguments } from "../options.ts";
import { joinPath, parentOf } from "../paths.ts";
import type { Scope } from "../scope.ts";
import { pathspec } from "../shell/file-lists.ts";
import type { Invocation, Word } from "../shell/invocation.ts";
import { defined, reportTree } from "../tree-reach.ts";
import { quoted } from "./tree-searches.ts";

/** One call of git, its words told apart. */
export interface GitCall {
  readonly verb: string;
  readonly words: readonly Word[];
  /** Options with what they are given, as far as they only choose: each is one word for git. */
  readonly choosing: readonly string[];
  readonly revisions: readonly Word[];
  readonly paths: readonly Word[];
  readonly args: Arguments;
  readonly folder: string;
  readonly scope: Scope;
  readonly invocation: Invocation;
}

const valued = optionSpec(
  "-n --max-count --skip --since --after --until --before --author --committer --grep -S -G -L -O -o --output --format --pretty --date -e -f -A -B -C -m --max-depth --threads --prefix --add-file --remote --exec -U --unified --diff-filter --stat-width -x --extcmd -t --tool --since-as-filter --glob --branches-glob --exclude",
);

/** What narrows which commits and files are printed and nothing else; whatever else is given may be left out: it is less then. */
const choosing =
  /^(?:-\d+|-n\d+|--(?:max-count|skip|since|after|until|before|author|committer|grep|diff-filter|branches|tags|remotes|min-parents|max-parents)=.*|--(?:all|branches|tags|remotes|first-parent|merges|no-merges|reverse|walk-reflogs|no-walk|cc|regexp-ignore-case|extended-regexp|fixed-strings|pickaxe-all|pickaxe-regex)|-[giEFmcR])$/;

export function callOf(
  verb: string,
  words: readonly Word[],
  at: Pick<GitCall, "invocation" | "scope" | "folder">,
): GitCall {
  const dashes = words.findIndex((word) => word.known && word.text === "--");
  const front = dashes < 0 ? words : words.slice(0, dashes);
  const args = readArguments(front, valued, 0);
  const named = args.operands.filter((word) => isPath(word, at, verb));
  return {
    ...at,
    verb,
    words,
    args,
    choosing: choices(front),
    revisions: args.operands.filter((word) => !named.includes(word)),
    paths: [...named, ...(dashes < 0 ? [] : words.slice(dashes + 1))],
  };
}

/** Where a word may be a revision or a file, git takes it for what is there. */
function isPath(word: Word, { scope, folder }: Pick<GitCall, "scope" | "folder">, verb: string): boolean {
  if (!word.known || /^[:@]|[~^]|\.\.\.?[^/]|\.\.$|:/.test(word.text)) {
    return false;
  }
  return (
    scope.lookups.kind(joinPath(folder, word.text)) !== "missing" ||
    word.glob === true ||
    (/(?:^|\/)\.env/.test(word.text) && verb !== "grep")
  );
}

function choices(words: readonly Word[]): readonly string[] {
  return words.flatMap((word, index) => {
    const before = words[index - 1]?.text ?? "";
    if (!word.known) {
      return [];
    }
    if (/^(?:-n|--(?:max-count|skip|since|after|until|before|author|committer|grep))$/.test(before)) {
      return [before === "-n" ? `-n${word.text}` : `${before}=${word.text}`];
    }
    if (/^-[SG]./.test(word.text) || /^-[SG]$/.test(before)) {
      return [/^-[SG]$/.test(before) ? `${before}${word.text}` : word.text];
    }
    return choosing.test(word.text) ? [word.text] : [];
  });
}

export function folderOf(outer: Arguments, scope: Scope): string | undefined {
  const placed = outer.values.get("-C") ?? outer.values.get("--work-tree") ?? outer.values.get("--git-dir");
  const folder = placed === undefined ? scope.cwd : scope.resolvePath(placed);
  return folder?.endsWith("/.git") === true ? parentOf(folder) : folder;
}

export function because({ verb }: Pick<GitCall, "verb">): string {
  return `\`git ${verb}\` prints it`;
}

/** `HEAD:config/.env`, `:.env`, `stash@{0}:./x`: one file as git has it. From the top of the repository, unless it says otherwise. */
export function readObject(word: Word, call: GitCall): void {
  const texts = word.known
    ? [/^(?!-)[^\s:]*:(?![/!^(])(.+)$/.exec(word.text)?.[1]]
    : [...(word.template ?? word.text).matchAll(/[\w@{}~^-]*:(\.?[\w][\w./-]*)/g)].map((match) => match[1]);
  for (const text of texts) {
    const path = text?.replace(/^[0-3]:/, "");
    if (path !== undefined && !path.startsWith("//")) {
      const base = /^\.\.?\//.test(path) ? call.folder : topOf(call);
      reportPathRead(call.scope, joinPath(base, path), call.invocation, because(call));
    }
  }
}

function topOf({ folder, scope }: Pick<GitCall, "folder" | "scope">): string {
  for (let top = folder; top !== "/"; top = parentOf(top)) {
    if (scope.lookups.kind(`${top}/.git`) !== "missing") {
      return top;
    }
  }
  return folder;
}

/** Files that are named are meant, whether git knows of them or not. */
export function readFiles(call: GitCall, words: readonly Word[]): void {
  for (const word of words) {
    reportRead(call.scope, word, call.invocation, because(call));
  }
}

/** Pathspecs as patterns; undefined where there are none, or one is not understood. */
export function patternsOf(words: readonly Word[]): readonly NamePattern[] | undefined {
  const patterns = words.map((word) => pathspec(word));
  return patterns.length > 0 && patterns.every((each) => each !== undefined) ? defined(patterns) : undefined;
}

/** Revisions as git may be asked for them; undefined where one is not known, or no plain name of a revision. */
export function wordsOf(words: readonly Word[]): readonly string[] | undefined {
  return words.every((word) => word.known && /^[\w@^][\w./@{}~^+:-]*(?: [\w:]+\})?$/.test(word.text))
    ? words.map(({ text }) => text)
    : undefined;
}

export function ask(
  call: GitCall,
  verb: GitQuestion["verb"],
  words: readonly string[],
  reach: TreeReach = {},
): void {
  const known = call.paths.every((word) => word.known && /^[\w@.*?/()!:^-]/.test(word.text));
  const paths = known && /^(?:log|show|diff|staged)$/.test(verb) ? call.paths.map(({ text }) => text) : [];
  const chosen = verb === "changed" ? patternsOf(call.paths) : undefined;
  const only = chosen === undefined ? {} : { only: chosen };
  tell(call, { ...only, ...reach, git: { verb, words, paths } });
}

function tell(call: GitCall, tree: TreeReach): void {
  const { scope, folder, invocation } = call;
  const narrowing =
    tree.git === undefined || !/^(?:log|show|diff|staged|changed|index)$/.test(tree.git.verb)
      ? {}
      : narrowingOf(call);
  reportTree(scope, folder, { tree: { ...tree, ...narrowing }, because: because(call) }, invocation);
}

/** The same command with the hidden files taken out by pathspecs. */
function narrowingOf({ invocation, paths, verb }: GitCall): { readonly narrowing?: Narrowing } {
  const { words } = invocation;
  if (words.some((word) => !word.known) || verb === "stash") {
    return {};
  }
  const dashes = words.some(({ text }) => text === "--");
  const text = `${words.map(quoted).join(" ")}${dashes ? "" : " --"}${paths.length > 0 ? "" : " :/"} `;
  return { narrowing: { text, at: text.length, option: "':!%'", by: "path" } };
}
