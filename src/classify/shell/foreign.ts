import { reportDeletion, reportRead, reportWrite } from "../file-actions.ts";
import { rulesFor } from "../programs/registry.ts";
import { report } from "../report.ts";
import type { Scope } from "../scope.ts";
import type { Word } from "./invocation.ts";
import { decodeBase64 } from "./decoders.ts";
import {
  bareName,
  downloadedBy,
  judgeTypeCalls,
  reportEnvironment,
  withoutInstallers,
} from "./foreign-calls.ts";
import { unveil } from "./foreign-disguise.ts";
import { foreignVerbs } from "./foreign-verbs.ts";
import { inherited, knownWord, programOf, unknownWord } from "./word.ts";

export type ForeignShell = "powershell" | "cmd";

const maximumStatements = 400;

/** Judges PowerShell and cmd text: statement by statement, by the verbs that matter. Loops and functions are not followed. */
export function judgeForeignShell(source: string, shell: ForeignShell, scope: Scope): void {
  const powershell = shell === "powershell";
  const { text, nested } = unveil(source, shell);
  for (const inner of nested) {
    judgeForeignShell(inner.text, inner.shell, scope);
  }
  const statements = splitStatements(powershell ? withoutInstallers(text, scope) : text, shell);
  if (statements.length > maximumStatements) {
    scope.opaque("it has too many statements to be judged", {
      start: 0,
      end: text.length,
      text: text.slice(0, 200),
    });
    return;
  }
  if (powershell) {
    judgeTypeCalls(text, scope);
  }
  const downloaded = downloadedBy(text);
  for (const statement of statements) {
    judgeDownloaded(statement, downloaded, scope);
    judgeStatement(statement, shell, scope);
  }
}

/** `iwr … -OutFile x.exe; ./x.exe`, also by `Start-Process`. */
function judgeDownloaded(statement: Statement, downloaded: ReadonlySet<string>, scope: Scope): void {
  const [first, ...rest] = statement.tokens;
  if (downloaded.size === 0 || first === undefined) {
    return;
  }
  const starts =
    /^(?:start-process|saps|start|invoke-item|ii|powershell|pwsh|cmd|msiexec|rundll32|regsvr32)$/i;
  const run = starts.test(bareName(first.text).replace(/\.exe$/, "")) ? rest : [first];
  const file = run.find((token) => downloaded.has(bareName(token.text)));
  if (file !== undefined) {
    report(scope, statement, {
      action: "shell:run_remote_code",
      effects: ["remote_code_execution"],
      target: file.text,
      because: `\`${file.text}\` was downloaded and is run`,
    });
  }
}

interface Token {
  readonly text: string;
  readonly quoted: boolean;
  readonly known: boolean;
}

interface Statement {
  readonly tokens: readonly Token[];
  readonly start: number;
  readonly end: number;
}

/** Tokens per statement. `;`, newlines, `|`, `&`, `&&`, braces and parentheses end one. */
function splitStatements(text: string, shell: ForeignShell): readonly Statement[] {
  const statements: Statement[] = [];
  let tokens: Token[] = [];
  let start = 0;
  for (const match of text.matchAll(shell === "cmd" ? cmdTokens : powershellTokens)) {
    const raw = match[0];
    const at = match.index;
    if (/^(?:[;|&{}()\n]+|\r\n)$/.test(raw)) {
      if (tokens.length > 0) {
        statements.push({ tokens, start, end: at });
      }
      tokens = [];
    } else if (!/^\s+$/.test(raw) && !raw.startsWith("#") && !raw.startsWith("<#")) {
      if (tokens.length === 0) {
        start = at;
      }
      tokens.push(readToken(raw, shell));
    }
  }
  if (tokens.length > 0) {
    statements.push({ tokens, start, end: text.length });
  }
  return statements;
}

const powershellTokens =
  /<#[\s\S]*?#>|#[^\n]*|\r?\n|(?:"(?:[^"`]|`[\s\S]|"")*"|'(?:[^']|'')*'|`[\s\S]|\$\([^)]*\)|[^\s;|&{}()"'`])+|[;|&{}()]+|\s+/g;
const cmdTokens = /\r?\n|(?:"[^"\n]*"|\^[\s\S]|[^\s;|&()"^])+|[;|&()]+|\s+/g;

function readToken(raw: string, shell: ForeignShell): Token {
  const quoted = /^["']/.test(raw);
  const plain =
    shell === "cmd"
      ? raw.replaceAll(/\^([\s\S])/g, "$1").replaceAll('"', "")
      : raw.replaceAll(/`([\s\S])/g, "$1").replaceAll(/["']/g, "");
  const known =
    shell === "cmd"
      ? !/%\w+%|!\w+!|%%?~?\w/.test(plain)
      : !/\$(?!true|false|null|env:USERPROFILE|HOME\b)/i.test(plain) || raw.startsWith("'");
  return { text: plain, quoted, known };
}

const deleters =
  /^(?:remove-item|ri|rm|del|erase|rd|rmdir|clear-content|clc|clear-item|cli|remove-itemrecursively)$/;
const readers = /^(?:get-content|gc|cat|type|more|select-string|sls|import-csv|findstr|get-itemproperty)$/;
const copiers = /^(?:copy-item|cpi|copy|cp|xcopy|move-item|mi|mv|move|rename-item|ren)$/;
const writers = /^(?:set-content|sc|add-content|ac|out-file|new-item|ni|tee-object)$/;

function judgeStatement(statement: Statement, shell: ForeignShell, scope: Scope): void {
  const tokens = shell === "cmd" ? withoutControl(statement.tokens) : withoutAssignment(statement.tokens);
  const [first, ...rest] = tokens;
  if (first === undefined || isRehearsal(first, rest)) {
    return;
  }
  if (shell === "powershell" && isValue(tokens, statement)) {
    return;
  }
  const name = programOf(knownWord(first.text, 0, 0)).toLowerCase();
  const words = rest.map((token) => toWord(token, statement));
  judgeFiles(name, words, statement, scope);
  if (
    /^(?:get-childitem|gci|dir|ls|get-item|gi)$/.test(name) &&
    rest.some(({ text }) => /^env:[\\/]?\*?$/i.test(text))
  ) {
    reportEnvironment(scope, statement);
  }
  for (const verb of foreignVerbs) {
    const text = rest.map((token) => token.text).join(" ");
    if (verb.names.test(name) && (verb.words === undefined || verb.words.test(`${name} ${text}`))) {
      report(scope, statement, {
        action: verb.action,
        effects: verb.effects,
        target: `${name} ${text}`.slice(0, 160),
        because: verb.because,
        reach: verb.remote === true ? "remote" : "local",
      });
    }
  }
  judgeNested(name, rest, { shell, scope, statement });
}

/** `$last = $lines[-1]`, `$a -eq $b`: what a variable names runs behind `&` alone. */
function isValue(tokens: readonly Token[], statement: Statement): boolean {
  const [first, next] = tokens;
  if (first?.text.startsWith("$") !== true) {
    return false;
  }
  return statement.tokens === tokens
    ? next !== undefined && !/^[-+*/]?=|^\./.test(next.text) && !/^\$env:/i.test(first.text)
    : /^\$[\w:]/.test(first.text);
}

/** `-WhatIf` only says what would happen. */
function isRehearsal(first: Token, rest: readonly Token[]): boolean {
  return first.text.includes("-") && rest.some((token) => /^-whatif$/i.test(token.text));
}

/** `start "title" /b COMMAND`: where the command is. */
function startedAt(tokens: readonly Token[], from: number): number {
  const found = tokens.findIndex(
    (token, index) => index >= from && !token.quoted && !token.text.startsWith("/"),
  );
  return found < 0 ? tokens.length : found;
}

/** `for … do del %i`, `if exist dist rmdir /s dist`, `@del`: what `cmd` writes in front of a command. */
function withoutControl(tokens: readonly Token[]): readonly Token[] {
  let at = 0;
  for (;;) {
    const word = tokens[at]?.text.toLowerCase().replace(/^@+(?=.)/, "") ?? "";
    if (at + 1 < tokens.length && /^(?:do|else|call|@)$/.test(word)) {
      at += 1;
    } else if (at + 2 < tokens.length && word === "if") {
      at += conditionLength(tokens, at + 1) + 1;
    } else if (word === "start" && startedAt(tokens, at + 1) < tokens.length) {
      at = startedAt(tokens, at + 1);
    } else {
      break;
    }
  }
  const [first, ...rest] = tokens.slice(at);
  return first === undefined ? [] : [{ ...first, text: first.text.replace(/^@+(?=.)/, "") }, ...rest];
}

/** `exist X`, `defined X`, `"%a%"=="b"`, `a equ b`, each also behind `not`. */
function conditionLength(tokens: readonly Token[], from: number): number {
  const negated = /^(?:not|\/i)$/i.test(tokens[from]?.text ?? "") ? 1 : 0;
  const test = tokens[from + negated]?.text.toLowerCase() ?? "";
  if (test.includes("==")) {
    return negated + 1;
  }
  return negated + (/^(?:exist|defined|errorlevel)$/.test(test) ? 2 : 3);
}

/** `$x = Remove-Item …` runs its right side. */
function withoutAssignment(tokens: readonly Token[]): readonly Token[] {
  return tokens.length > 2 && tokens[0]?.text.startsWith("$") === true && tokens[1]?.text === "="
    ? tokens.slice(2)
    : tokens;
}

function toWord(token: Token, at: Statement): Word {
  const text = token.text.replace(/^\$env:USERPROFILE|^%USERPROFILE%|^\$HOME/i, "~");
  if (!token.known) {
    // PowerShell does not split what a variable holds: to a shell that does, it stands in quotes.
    const unsplit = /^[\w./\\-]*\$\w+[\w./\\-]*$/.test(text) ? { template: `"${text}"` } : undefined;
    return { ...unknownWord(text, at.start, at.end), ...unsplit };
  }
  const word = knownWord(text, at.start, at.end);
  return /[*?]/.test(text) && !token.quoted ? { ...word, glob: true } : word;
}

function absolute(word: Word, scope: Scope): Word {
  const text = word.text.startsWith("~") ? scope.lookups.home + word.text.slice(1) : word.text;
  const path = text.replaceAll("\\", "/");
  return word.known ? { ...word, text: path, prefix: path, suffix: path } : word;
}

function judgeFiles(name: string, words: readonly Word[], statement: Statement, scope: Scope): void {
  const operands = operandsOf(words).map((word) => absolute(word, scope));
  const flags = words.map((word) => word.text.toLowerCase());
  if (deleters.test(name)) {
    const recursive = flags.some((flag) => /^-r(?:e(?:c\w*)?)?$|^\/s$|^-rf$|^-fr$/.test(flag));
    const piped = {
      ...unknownWord("what comes through the pipe", statement.start, statement.end),
      template: "$__item",
    };
    for (const operand of operands.length === 0 ? [piped] : operands) {
      reportDeletion(scope, operand, statement, { recursive, how: `\`${name}\`` });
    }
  } else if (readers.test(name)) {
    for (const operand of operands) {
      reportRead(scope, operand, statement, `\`${name}\` prints it`);
    }
  } else if (writers.test(name) && operands[0] !== undefined) {
    reportWrite(scope, operands[0], statement, `\`${name}\``);
  } else if (copiers.test(name)) {
    for (const operand of operands.slice(0, -1)) {
      reportRead(scope, operand, statement, `\`${name}\` gives it another name`);
    }
  }
}

/** Operands, also behind `-Path`; values of other parameters are not files. */
function operandsOf(words: readonly Word[]): readonly Word[] {
  const operands: Word[] = [];
  for (const [index, word] of words.entries()) {
    const before = words[index - 1]?.text.toLowerCase() ?? "";
    const option = /^-[a-z]/i.test(word.text) || /^\/[a-z]$/i.test(word.text) || /^\/[a-z]:/i.test(word.text);
    const valueOfOther =
      /^-(?:exclude|include|filter|erroraction|ea|encoding|value|itemtype|name|pattern|tail|totalcount|credential|stream)$/.test(
        before,
      );
    if (!option && !valueOfOther) {
      operands.push(
        ...(word.known && word.text.includes(",")
          ? word.text
              .split(",")
              .filter((text) => text !== "")
              .map((text) => knownWord(text, word.start, word.end))
          : [word]),
      );
    }
  }
  return operands;
}

interface NestedSite {
  readonly shell: ForeignShell;
  readonly scope: Scope;
  readonly statement: Statement;
}

/** Programs that every system has are judged as on the other shells; shells are opened up. */
function judgeNested(name: string, rest: readonly Token[], site: NestedSite): void {
  const { scope, statement } = site;
  const text = rest.map((token) => token.text).join(" ");
  if (name === "cmd") {
    judgeForeignShell(text.replace(/^(?:\/\w+\s+)*/, ""), "cmd", scope);
  } else if (name === "powershell" || name === "pwsh") {
    const encoded = /-e(?:nc\w*|c)?\s+([A-Za-z0-9+/=]{8,})/i.exec(text)?.[1];
    const decoded = encoded === undefined ? undefined : decodeBase64(encoded)?.replaceAll("\0", "");
    if (encoded !== undefined && decoded === undefined) {
      scope.opaque("`-EncodedCommand` hides what runs", scope.evidence(statement));
    } else {
      judgeForeignShell(
        decoded ??
          text.replace(/^(?:-\w+(?:\s+(?:bypass|unrestricted|hidden))?\s+)*?(?:-c(?:ommand)?\s+)/i, ""),
        "powershell",
        scope,
      );
    }
  } else if (/^(?:start-process|saps)$/.test(name)) {
    const words = rest
      .flatMap((token) => token.text.split(","))
      .filter((word) => !/^-(?:filepath|argumentlist|args|wait|nonewwindow|passthru)$/i.test(word));
    judgeForeignShell(words.join(" "), site.shell, scope);
  } else if (
    (!name.includes("-") || rulesFor(name).length > 0) &&
    !deleters.test(name) &&
    !readers.test(name) &&
    !copiers.test(name) &&
    /^[\w.+-]+$/.test(name)
  ) {
    scope.command(
      [knownWord(name, statement.start, statement.end), ...rest.map((token) => toWord(token, statement))],
      inherited,
    );
  }
}
