import { reportDeletion, reportPathWrite, reportRead, reportWrite } from "../file-actions.ts";
import { report } from "../report.ts";
import type { Scope } from "../scope.ts";
import type { Word } from "./invocation.ts";
import type { ForeignShell } from "./foreign-disguise.ts";
import { knownWord, unknownWord } from "./word.ts";

/** One word of PowerShell or cmd, without its quotes. */
export interface Token {
  readonly text: string;
  readonly quoted: boolean;
  readonly known: boolean;
}

export interface Statement {
  readonly tokens: readonly Token[];
  readonly start: number;
  readonly end: number;
  /** What separates it from the statement before: `|`, `;`, `{`. */
  readonly before: string;
}

const deleters =
  /^(?:remove-item|ri|rm|del|erase|rd|rmdir|clear-content|clc|clear-item|cli|remove-itemrecursively)$/;
const readers =
  /^(?:get-content|gc|cat|type|more|select-string|sls|import-csv|findstr|get-itemproperty|compress-archive)$/;
const copiers = /^(?:copy-item|cpi|copy|cp|xcopy|move-item|mi|mv|move|rename-item|ren|rni)$/;
const movers = /^(?:move-item|mi|mv|move|rename-item|ren|rni)$/;
const writers = /^(?:set-content|sc|add-content|ac|out-file|new-item|ni|tee-object)$/;
const lists = /^(?:get-childitem|gci|ls|dir|get-item|gi)$/;

/** True for what PowerShell and cmd do with files themselves, under whatever alias. */
export function isFileCommand(name: string): boolean {
  return deleters.test(name) || readers.test(name) || copiers.test(name);
}

interface FileSite {
  readonly statement: Statement;
  readonly scope: Scope;
  readonly earlier: readonly Statement[];
}

/** Judges what a command of PowerShell or cmd does with files. `name` in lower case. */
export function judgeFiles(name: string, words: readonly Word[], site: FileSite): void {
  const { statement, scope } = site;
  const operands = operandsOf(words).map((word) => absolute(word, scope));
  if (deleters.test(name)) {
    judgeDeletion(name, words, operands, site);
  } else if (readers.test(name)) {
    for (const operand of name === "compress-archive" ? operands.slice(0, -1) : operands) {
      reportRead(scope, operand, statement, `\`${name}\` prints it`);
    }
  } else if (writers.test(name) && operands[0] !== undefined && !makesFolder(words)) {
    reportWrite(scope, operands[0], statement, `\`${name}\``);
  } else if (copiers.test(name)) {
    judgeCopy(name, operands, site);
  } else if (name === "robocopy") {
    judgeMirror(words, operands, site);
  }
}

/** `New-Item -ItemType Directory`: a folder has no content. */
function makesFolder(words: readonly Word[]): boolean {
  return words.some(
    (word, index) => /^-(?:itemtype|type|it)$/i.test(word.text) && /^dir/i.test(words[index + 1]?.text ?? ""),
  );
}

function judgeDeletion(
  name: string,
  words: readonly Word[],
  operands: readonly Word[],
  site: FileSite,
): void {
  const { statement, scope, earlier } = site;
  const flags = words.map((word) => word.text.toLowerCase());
  const recursive = flags.some((flag) =>
    /^-r(?:e(?:c\w*)?)?(?::\$true)?$|^(?:\/\w)*\/s(?:\/\w)*$|^-rf$|^-fr$/.test(flag),
  );
  const piped = isPiped(operands) ? pipedFrom(earlier, scope) : undefined;
  for (const operand of piped === undefined ? operands : [piped]) {
    if (/^(?:HK(?:LM|CU|CR|U|CC)|HKEY_\w+|Registry:):?[:/\\]/i.test(operand.text)) {
      report(scope, statement, {
        action: "system:registry",
        effects: ["system_modification"],
        target: operand.text,
        because: `\`${name}\` deletes from the registry`,
      });
    } else if (!/^(?:env|alias|function|variable|cert|wsman):/i.test(operand.text)) {
      reportDeletion(scope, operand, statement, {
        recursive: recursive || piped?.glob === true,
        how: `\`${name}\``,
      });
    }
  }
}

/** Nothing is named, or what the pipeline hands over: `$_`, `$_.FullName`, `$file.FullName`. */
function isPiped(operands: readonly Word[]): boolean {
  return operands.every((word) => /^\$(?:_|PSItem|\w+\.(?:FullName|PSPath))/i.test(word.text));
}

/** `Get-ChildItem x -Filter *.log | Remove-Item`: what the list before it stands for. */
function pipedFrom(earlier: readonly Statement[], scope: Scope): Word {
  const source = earlier
    .toReversed()
    .find(({ tokens }) =>
      lists.test((tokens.at(tokens[0]?.text === "foreach" ? 3 : 0)?.text ?? "").toLowerCase()),
    );
  const last = earlier.at(-1);
  const start = last?.start ?? 0;
  const end = last?.end ?? 0;
  const unknown: Word = { ...unknownWord("what comes through the pipe", start, end), template: "$__item" };
  if (source === undefined) {
    return unknown;
  }
  const words = source.tokens.slice(1).map((token) => toWord(token, source));
  const folders = operandsOf(words).map((word) => absolute(word, scope));
  const folder = folders[0] ?? knownWord(".", start, end);
  if (!folder.known) {
    return unknown;
  }
  const texts = words.map((word) => word.text);
  const at = texts.findIndex((text) => /^-(?:fi\w*|i(?:n\w*)?)$/i.test(text));
  const pattern = at < 0 ? undefined : texts[at + 1]?.split(",");
  const below = texts.some((text) => /^-r(?:e\w*)?$/i.test(text)) ? "**/" : "";
  const named = folder.text.includes("*") && pattern === undefined;
  const list = named ? folder.text : (pattern ?? ["*"]).map((name) => `${folder.text}/${below}${name}`)[0];
  const path = list ?? folder.text;
  const word = knownWord(path, start, end);
  // A pattern with an ending stands for every file of its kind, not for a folder's content.
  return /\/\*+$/.test(path) || named ? { ...word, glob: true } : word;
}

function judgeCopy(name: string, operands: readonly Word[], site: FileSite): void {
  const { statement, scope } = site;
  const target = operands.at(-1);
  const to = target?.text ?? "";
  for (const operand of operands.slice(0, -1)) {
    reportRead(scope, operand, statement, `\`${name}\` gives it another name`);
    const path = scope.resolvePath(operand);
    if (path !== undefined && path !== scope.workspace && !path.startsWith(`${scope.workspace}/`)) {
      judgeForeignSource(name, operand, to, site);
    }
  }
  if (/\/Start Menu\/Programs\/Startup/i.test(to.replaceAll("\\", "/"))) {
    report(scope, statement, {
      action: "fs:write",
      effects: ["persistence"],
      target: to,
      because: `\`${name}\` puts it where programs start by themselves`,
    });
  }
  if (target !== undefined && operands.length > 1 && !/^(?:nul|\/\/)/i.test(to)) {
    reportWrite(scope, target, statement, `\`${name}\``);
  }
  if (target !== undefined && /^nul$/i.test(operands[0]?.text ?? "") && operands.length > 1) {
    reportDeletion(scope, target, statement, {
      recursive: false,
      how: `\`${name} nul\``,
      contentOnly: true,
    });
  }
}

/** What lies outside the workspace is gone from there once it is moved, and away once it is on another machine. */
function judgeForeignSource(name: string, operand: Word, to: string, { statement, scope }: FileSite): void {
  if (movers.test(name)) {
    reportDeletion(scope, operand, statement, { recursive: true, how: `\`${name}\`` });
  }
  if (/^\/\/[\w.-]+\//.test(to)) {
    report(scope, statement, {
      action: "network:upload",
      effects: ["data_exfiltration"],
      target: to,
      because: `\`${name}\` copies what lies outside the workspace to another machine`,
      reach: "remote",
    });
  }
}

/** `robocopy A B /MIR` deletes in B what is not in A, `/MOVE` deletes in A. */
function judgeMirror(
  words: readonly Word[],
  operands: readonly Word[],
  { statement, scope }: FileSite,
): void {
  const flags = words.map((word) => word.text.toLowerCase());
  const [from, to] = operands;
  if (flags.some((flag) => /^\/(?:mir|purge)$/.test(flag)) && to !== undefined) {
    reportDeletion(scope, to, statement, { recursive: true, how: "`robocopy /mir`" });
  }
  if (flags.some((flag) => /^\/mov[e]?$/.test(flag)) && from !== undefined) {
    reportDeletion(scope, from, statement, { recursive: true, how: "`robocopy /move`" });
  }
}

const redirection = /^([^>]*?)[12*]?>{1,2}(?!&)(.*)$/;

/** Reports the files that `>` writes, and gives the tokens without the redirections. */
export function judgeRedirections(statement: Statement, shell: ForeignShell, scope: Scope): readonly Token[] {
  const { tokens } = statement;
  const first = tokens.findIndex((token) => isRedirection(token));
  const token = tokens[first];
  if (token === undefined) {
    return tokens;
  }
  const [, before = "", behind = ""] = redirection.exec(token.text) ?? [];
  const kept = [...tokens.slice(0, first), ...(before === "" ? [] : [{ ...token, text: before }])];
  const target = behind === "" ? tokens[first + 1] : { ...token, text: behind };
  if (target !== undefined && !/^(?:nul|\$null|&?\d)$/i.test(target.text)) {
    judgeRedirected(target, kept, statement, { shell, scope });
  }
  return [...kept, ...tokens.slice(first + (behind === "" ? 2 : 1))];
}

function isRedirection(token: Token): boolean {
  const before = token.quoted ? undefined : redirection.exec(token.text)?.[1];
  return before !== undefined && !/[$({=<-]/.test(before);
}

function judgeRedirected(
  target: Token,
  written: readonly Token[],
  statement: Statement,
  { shell, scope }: { readonly shell: ForeignShell; readonly scope: Scope },
): void {
  const word = absolute(toWord(target, statement), scope);
  const text = written.map((token) => token.text.toLowerCase()).join(" ");
  const nothing =
    shell === "cmd" ? /^(?:@?type nul|break|echo\.|rem|cd)$/.test(text) : /^(?:\$null)?$/.test(text);
  const path = scope.resolvePath(word);
  if (path !== undefined) {
    reportPathWrite(scope, path, statement, "a redirection");
    if (nothing && scope.lookups.kind(path) !== "missing") {
      reportDeletion(scope, word, statement, {
        recursive: false,
        how: "a redirection of nothing",
        contentOnly: true,
      });
    } else if (nothing && /^[A-Za-z]:\//.test(path)) {
      reportDeletion(scope, word, statement, {
        recursive: false,
        how: "a redirection of nothing",
        contentOnly: true,
      });
    }
  }
}

/** A token as the word of a command; `~` for the variables of the home folder. */
export function toWord(token: Token, at: Statement): Word {
  const text = token.text
    .replace(/^(?:\$env:TE?MP|%TE?MP%)(?=[\\/])/i, "/tmp")
    .replace(/^\$env:USERPROFILE|^%USERPROFILE%|^\$HOME\b|^\$\{HOME\}/i, "~");
  if (!token.known && !(text.startsWith("/tmp") && !/[$%!]/.test(text))) {
    // PowerShell does not split what a variable holds: to a shell that does, it stands in quotes.
    const unsplit = /^[\w./\\-]*\$\w+[\w./\\-]*$/.test(text) ? { template: `"${text}"` } : undefined;
    const first = text.search(/\$|%|!\w/);
    const prefix = first > 0 ? { prefix: text.slice(0, first).replaceAll("\\", "/") } : undefined;
    return { ...unknownWord(text, at.start, at.end), ...unsplit, ...prefix };
  }
  const word = knownWord(text, at.start, at.end);
  return /[*?]/.test(text) && !token.quoted ? { ...word, glob: true } : word;
}

export function absolute(word: Word, scope: Scope): Word {
  const text = word.text.startsWith("~") ? scope.lookups.home + word.text.slice(1) : word.text;
  const path = text.replaceAll("\\", "/");
  return word.known ? { ...word, text: path, prefix: path, suffix: path } : word;
}

/** Operands, also behind `-Path`; values of other parameters are not files. */
function operandsOf(words: readonly Word[]): readonly Word[] {
  const operands: Word[] = [];
  for (const [index, word] of words.entries()) {
    const before = words[index - 1]?.text.toLowerCase() ?? "";
    const path = /^-(?:path|literalpath|lp|pspath):(.+)$/i.exec(word.text)?.[1];
    if (path !== undefined && word.known) {
      operands.push(knownWord(path, word.start, word.end));
      continue;
    }
    const option =
      /^-[a-z]/i.test(word.text) || /^(?:\/[a-z])+$/i.test(word.text) || /^\/[a-z]+:/i.test(word.text);
    const valueOfOther =
      /^-(?:exclude|include|i|filter|fi|fil|erroraction|ea|encoding|value|itemtype|name|pattern|tail|totalcount|credential|stream|depth|attributes|confirm)$/.test(
        before,
      );
    if (!option && !valueOfOther) {
      operands.push(
        ...(word.known && word.text.includes(",")
          ? word.text
              .split(",")
              .filter((text) => text !== "")
              .map((text) => ({ ...word, ...knownWord(text, word.start, word.end) }))
          : [word]),
      );
    }
  }
  return operands;
}
