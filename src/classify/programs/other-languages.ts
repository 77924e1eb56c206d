import { reportDeletion, reportRead } from "../file-actions.ts";
import { joinPath } from "../paths.ts";
import type { Scope } from "../scope.ts";
import type { Invocation, Word } from "../shell/invocation.ts";
import { inherited, knownWord } from "../shell/word.ts";

/** How an interpreter is given code, for languages that are searched by the verbs that all of them share. */
interface OtherLanguage {
  /** Options whose value is code. */
  readonly code: RegExp;
  /** Endings of its files. */
  readonly files: RegExp;
  /** Word in front of a file (`go run`); without it the program does something else. */
  readonly verb?: RegExp;
}

const functional: OtherLanguage = {
  code: /^(?:-e|--eval|-eval|-c|-f|--execute)$/,
  files: /\.(?:ex|exs|scm|lisp|el|rkt|clj|cljs|hs|nims?|erl)$/,
};

export const otherLanguages: ReadonlyMap<string, OtherLanguage> = new Map<string, OtherLanguage>([
  ...["lua", "luajit", "lua5.4", "luau"].map((name): [string, OtherLanguage] => [
    name,
    { code: /^-e$/, files: /\.lua$/ },
  ]),
  ...["Rscript", "R", "littler"].map((name): [string, OtherLanguage] => [
    name,
    { code: /^-e$/, files: /\.[rR]$/ },
  ]),
  ["julia", { code: /^(?:-e|-E|--eval|--print)$/, files: /\.jl$/ }],
  ...[
    "groovy",
    "scala",
    "scala-cli",
    "kotlin",
    "kotlinc",
    "swift",
    "jshell",
    "crystal",
    "dart",
    "raku",
    "nu",
    "fish",
  ]
    .filter((name) => name !== "fish" && name !== "nu")
    .map((name): [string, OtherLanguage] => [
      name,
      {
        code: /^(?:-e|--eval|eval|-execute-code|--execute-script-code)$/,
        files: /\.(?:groovy|scala|sc|kts?|swift|jsh|java|cr|dart|raku|p6)$/,
      },
    ]),
  ...[
    "elixir",
    "iex",
    "mix",
    "erl",
    "guile",
    "emacs",
    "sbcl",
    "clisp",
    "racket",
    "clojure",
    "clj",
    "bb",
    "ghc",
    "ghci",
    "runghc",
    "runhaskell",
    "stack",
    "nim",
    "ocaml",
  ].map((name): [string, OtherLanguage] => [name, functional]),
  ...["octave", "octave-cli", "matlab"].map((name): [string, OtherLanguage] => [
    name,
    { code: /^(?:--eval|-eval|-batch|-r)$/, files: /\.m$/ },
  ]),
  ["osascript", { code: /^-e$/, files: /\.(?:scpt|applescript|js)$/ }],
  ["go", { code: /(?!)/, files: /\.go$/, verb: /^run$/ }],
]);

const maximumCode = 32 * 1024;

/** Judges code of a language that is not read: the verbs that delete, and the texts that it would start. */
export function judgeOtherLanguage(invocation: Invocation, scope: Scope): void {
  const language = otherLanguages.get(invocation.program);
  const words = invocation.words.slice(1);
  if (language === undefined || (language.verb !== undefined && !language.verb.test(words[0]?.text ?? ""))) {
    return;
  }
  const site: Site = { invocation, scope };
  const told = words.filter((_word, index) => index > 0 && language.code.test(words[index - 1]?.text ?? ""));
  for (const word of told) {
    searchText(word.known ? word.text : (word.template ?? word.text), true, site);
  }
  const file = words.find((word) => isFile(word, language));
  if (told.length > 0) {
    return;
  }
  if (file === undefined && invocation.stdin.kind === "text") {
    searchText(invocation.stdin.text, true, site);
  } else if (file !== undefined && scope.elsewhere === undefined) {
    for (const path of filesAt(scope, scope.resolvePath(file), language)) {
      searchFile(path, site);
    }
  }
}

function isFile(word: Word, language: OtherLanguage): boolean {
  const folder = language.verb !== undefined && /^\.{1,2}(?:\/|$)/.test(word.text);
  return word.known && (language.files.test(word.text) || folder);
}

/** A file, or the files of the language in a folder. */
function filesAt(scope: Scope, path: string | undefined, language: OtherLanguage): readonly string[] {
  if (path === undefined || scope.lookups.kind(path) !== "directory") {
    return path === undefined ? [] : [path];
  }
  return scope.lookups
    .list(path)
    .filter((name) => language.files.test(name) && !name.endsWith("_test.go"))
    .slice(0, 4)
    .map((name) => joinPath(path, name));
}

interface Site {
  readonly invocation: Invocation;
  readonly scope: Scope;
}

/** The same for a file that another program builds and starts. One that is not there says nothing. */
export function judgeProgramFile(path: string, invocation: Invocation, scope: Scope): void {
  searchFile(path, { invocation, scope });
}

/** Judges the file of a program in a language that is not read. */
function searchFile(path: string, site: Site): void {
  const written = site.scope.writtenFile(path);
  const file = written ?? (site.scope.lookups.kind(path) === "file" ? site.scope.readInput(path) : undefined);
  if (file?.kind === "text") {
    searchText(file.text.slice(0, maximumCode), false, site);
  }
}

const deleters =
  /(?:\b|\.)(?:unlink|rm|rm_rf!?|rm_r|rmdir!?|rmtree|remove|removeSync|removeItem|removeAt|removeAll|RemoveAll|Remove|remove_dir_all|remove_dir|remove_file|removeDir|removeDirectory\w*|removePathForcibly|delete|deleteIfExists|deleteDir|deleteDirectory|deleteRecursively|delete-directory(?:\/files)?|delete-file|delete-directory-tree|delete-tree|deleteTree|del_dir_r|rmr?f)\s*(?:!|\(|\s)\s*(?:\(\s*)?(?:#p)?(?:(?:atPath|at|path|File|Path\.of|Paths\.get|URL\(fileURLWithPath|x|pathlib)\s*[:=(]?\s*\(?\s*)?["']([^"'\n]{1,300})["']([^\n;]{0,80})/g;

const receivers =
  /\b(?:new\s+)?(?:File|Path|Paths\.get|Path\.of|Pathname|os\.Path)\(\s*["']([^"'\n]{1,300})["']\s*\)(?:\.\w+\(\))*\.(?:delete\w*|deleteDir|removeAll|rmtree)\b/g;

const recursive =
  /rm_r|rmtree|RemoveAll|remove_dir_all|deleteDir|deleteDirectory|Recursive|Forcibly|directory|-tree|Tree|removeItem|removeAll|removeDir|del_dir_r|\brmr?f?\b|\.rm_rf|recursive\s*=\s*(?:true|TRUE|T)\b/;

const starters =
  /(?:do shell script|os\.execute|io\.popen|system2?|shell(?:_out)?|exec|execute|spawn|run|cmd|sh|popen|callCommand|callProcess|run-program|shell-command|call-process)\w*!?\s*\(?\s*(?:sh\s*,\s*)?(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|`([^`]*)`)/g;

const commandLists =
  /\b(?:System\.cmd|exec\.Command(?:Context)?|Command::new|Process(?:Builder|\.run|\.new)?|system2|run-program|callProcess|rawSystem|posix_spawn|Cmd|cmd|exec|run|launch|Seq|system\*|start-process|call-process)\s*!?\(?\s*(?:ctx\s*,\s*)?((?:[[("'\s,]|List\.of\(|listOf\(|c\(|arguments:|args\s*=|&)*["'][^;\n]{1,400})/g;

/** The verbs of all languages, with a literal behind them. `inline` code is judged where it is only a disguise, too. */
function searchText(source: string, inline: boolean, site: Site): void {
  const text = source
    .slice(0, maximumCode)
    .replaceAll(/\b(?:homedir|home_dir|System\.user_home!?)\(\)/g, '"~"')
    // A chain of calls goes on over lines.
    .replaceAll(/\n\s*(?=\.\w)/g, "");
  const { invocation, scope } = site;
  const how = `${inline ? "inline code" : "a program"} of \`${invocation.program}\``;
  for (const match of [
    ...[...text.matchAll(deleters)].slice(0, 20),
    ...[...text.matchAll(receivers)].slice(0, 20),
  ]) {
    const path = match[1] ?? "";
    const word = knownWord(
      path.startsWith("~") ? scope.lookups.home + path.slice(1) : path,
      invocation.start,
      invocation.end,
    );
    if (!/[\s"'(){}]/.test(path)) {
      reportDeletion(scope, word, invocation, { recursive: recursive.test(match[0]), how });
    }
  }
  for (const match of [...text.matchAll(starters)].slice(0, 20)) {
    const command = (match[1] ?? match[2] ?? match[3] ?? "").replaceAll('\\"', '"');
    if (command.includes(" ")) {
      scope.shell(command, invocation.program, scope.evidence(invocation));
    }
  }
  for (const match of [...text.matchAll(commandLists)].slice(0, 20)) {
    const words = [...(match[1] ?? "").matchAll(/["']([^"'\n]*)["']/g)].flatMap((found) =>
      (found[1] ?? "").split(/(?<=^)$/),
    );
    if (words.length > 1 && /^[\w./-]+$/.test(words[0] ?? "")) {
      scope.command(
        words.map((word) => knownWord(word, invocation.start, invocation.end)),
        inherited,
      );
    }
  }
  if (inline) {
    judgeEscapes(text, site);
    judgeLiterals(text, site);
  }
  if (/tell application "(?:Finder|System Events)"[\s\S]*\b(?:delete|empty)\b/i.test(text)) {
    scope.opaque("it tells another program to delete", scope.evidence(invocation));
  }
}

/** `:! COMMAND` of ghci, a door to the shell. */
function judgeEscapes(text: string, { invocation, scope }: Site): void {
  for (const [, command = ""] of [...text.matchAll(/^\s*:!\s*(.+)$/gm)].slice(0, 20)) {
    scope.shell(command, invocation.program, scope.evidence(invocation));
  }
}

/** Text that would do harm as a command, whatever starts it; and files that are read by their names. */
function judgeLiterals(text: string, { invocation, scope }: Site): void {
  for (const match of [...text.matchAll(/"((?:[^"\\\n]|\\.){5,300})"|'((?:[^'\\\n]|\\.){5,300})'/g)].slice(
    0,
    12,
  )) {
    const literal = match[1] ?? match[2] ?? "";
    if (/^[\w./-]+\s+\S/.test(literal) && scope.wouldHarm(literal)) {
      scope.shell(literal, "inline code", scope.evidence(invocation));
    }
  }
  for (const match of [
    ...text.matchAll(
      /\b(?:open|read\w*|readFile|File\.read!?|readLines|readlines|io\.open|slurp|getText|contentsOfFile:?|ReadFile)\s*!?\(?\s*["']([^"'\n]{1,200})["']/g,
    ),
  ].slice(0, 12)) {
    reportRead(
      scope,
      knownWord(match[1] ?? "", invocation.start, invocation.end),
      invocation,
      "code reads it",
    );
  }
}
