import { isCredentialVariable } from "../programs/environment.ts";
import { rulesFor } from "../programs/registry.ts";
import { report } from "../report.ts";
import type { Scope } from "../scope.ts";
import { decodeBase64 } from "./decoders.ts";
import {
  bareName,
  downloadedBy,
  judgeDisguisedCalls,
  judgeTypeCalls,
  reportEnvironment,
  withoutInstallers,
} from "./foreign-calls.ts";
import { unveil, type ForeignShell } from "./foreign-disguise.ts";
import {
  absolute,
  isFileCommand,
  judgeFiles,
  judgeRedirections,
  toWord,
  type Statement,
  type Token,
} from "./foreign-files.ts";
import { foreignVerbs } from "./foreign-verbs.ts";
import type { Word } from "./invocation.ts";
import { inherited, knownWord, programOf } from "./word.ts";

const maximumStatements = 400;

/** How deep one shell may start another: what lies deeper hides on purpose. */
const maximumLevel = 8;

/** Judges PowerShell and cmd text: statement by statement, by the verbs that matter. Loops and functions are not followed. */
export function judgeForeignShell(source: string, shell: ForeignShell, scope: Scope, level = 0): void {
  if (level > maximumLevel) {
    scope.opaque("too many shells start one another", { start: 0, end: 0, text: source.slice(0, 200) });
    return;
  }
  const powershell = shell === "powershell";
  const { text, nested } = unveil(source, shell);
  for (const inner of nested) {
    judgeForeignShell(inner.text, inner.shell, scope, level + 1);
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
    judgeDisguisedCalls(text, scope);
  }
  const downloaded = downloadedBy(text);
  for (const [index, statement] of statements.entries()) {
    judgeDownloaded(statement, downloaded, scope);
    judgeStatement({
      shell,
      scope,
      statement,
      level,
      earlier: statements.slice(Math.max(0, index - 6), index),
    });
  }
}

/** One statement, and what stands around it. */
interface Site {
  readonly shell: ForeignShell;
  readonly scope: Scope;
  readonly statement: Statement;
  readonly level: number;
  readonly earlier: readonly Statement[];
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

/** Tokens per statement. `;`, newlines, `|`, `&`, `&&`, braces and parentheses end one. */
function splitStatements(text: string, shell: ForeignShell): readonly Statement[] {
  const statements: Statement[] = [];
  let tokens: Token[] = [];
  let start = 0;
  let before = "";
  for (const match of text.matchAll(shell === "cmd" ? cmdTokens : powershellTokens)) {
    const raw = match[0];
    const at = match.index;
    if (/^(?:[;|&{}()\n]+|\r\n)$/.test(raw)) {
      if (tokens.length > 0) {
        statements.push({ tokens, start, end: at, before });
        before = "";
      }
      tokens = [];
      before += raw;
    } else if (!/^\s+$/.test(raw) && !raw.startsWith("#") && !raw.startsWith("<#")) {
      if (tokens.length === 0) {
        start = at;
      }
      tokens.push(readToken(raw, shell));
    }
  }
  if (tokens.length > 0) {
    statements.push({ tokens, start, end: text.length, before });
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
      ? !/%(?!USERPROFILE%)\w+%|!\w+!|%%?~?(?!USERPROFILE%)\w/.test(plain)
      : !/\$(?!true|false|null|env:USERPROFILE|HOME\b)/i.test(plain) || raw.startsWith("'");
  return { text: plain, quoted, known };
}

function judgeStatement(site: Site): void {
  const { statement, shell, scope } = site;
  const kept = judgeRedirections(statement, shell, scope);
  const tokens =
    shell === "cmd" ? withoutControl(kept) : withoutAssignment(kept[0]?.text === "." ? kept.slice(1) : kept);
  const [first, ...rest] = tokens;
  if (first === undefined || isRehearsal(first, rest)) {
    return;
  }
  const name = programOf(knownWord(first.text, 0, 0)).toLowerCase();
  judgePrinting(name, tokens, site);
  if (shell === "powershell" && isValue(tokens, kept)) {
    judgeCalled(site, rest);
    return;
  }
  const words = rest.map((token) => toWord(token, statement));
  judgeFiles(name, words, { statement, scope, earlier: site.earlier });
  if (
    /^(?:get-childitem|gci|dir|ls|get-item|gi)$/.test(name) &&
    rest.some(({ text }) => /^env:[\\/]?\*?$/i.test(text))
  ) {
    reportEnvironment(scope, statement);
  }
  const text = rest.map((token) => token.text).join(" ");
  for (const verb of foreignVerbs) {
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
  judgePipedKill(name, rest, site);
  judgeNested(name, rest, site);
}

/** `$last = $lines[-1]`, `$a -eq $b`: what a variable names runs behind `&` alone. */
function isValue(tokens: readonly Token[], kept: readonly Token[]): boolean {
  const [first, next] = tokens;
  if (first?.text.startsWith("$") !== true) {
    return false;
  }
  return kept === tokens
    ? next !== undefined && !/^[-+*/]?=|^\./.test(next.text) && !/^\$env:/i.test(first.text)
    : /^\$[\w:]/.test(first.text);
}

/** `& $command x`: which command runs is not known; it matters where it would with one that deletes. */
function judgeCalled({ statement, scope }: Site, rest: readonly Token[]): void {
  if (!/[&.]$/.test(statement.before.trim())) {
    return;
  }
  const words = ["rm", "-r"].map((text) => knownWord(text, statement.start, statement.end));
  const operands = rest.filter(({ text }) => !text.startsWith("-") && !text.startsWith("/"));
  if (scope.wouldHarm([...words, ...operands.map((token) => toWord(token, statement))])) {
    scope.opaque("which command runs is not known before it runs", scope.evidence(statement));
  }
}

const printing = /^(?:write-output|write-host|write|echo|out-host|write-information)$/;

/** `echo $env:TOKEN`, `$env:TOKEN`, `echo %TOKEN%`, `set TOKEN`: a credential is shown. */
function judgePrinting(name: string, tokens: readonly Token[], { statement, shell, scope }: Site): void {
  const alone = tokens.length === 1 && /^\$env:\w+$/i.test(tokens[0]?.text ?? "");
  const shown = printing.test(name) || alone;
  const asked = shell === "cmd" && name === "set" && tokens.length === 2 ? tokens[1]?.text : undefined;
  const names = shown
    ? tokens.flatMap(({ text }) =>
        [...text.matchAll(/(?<!\[bool\]\s*|IsNullOr\w+\(\s*)\$\{?env:(\w+)|%(\w+)%/gi)].map(
          (match) => match[1] ?? match[2] ?? "",
        ),
      )
    : asked !== undefined && /^\w+$/.test(asked)
      ? [asked]
      : [];
  const prefix =
    asked !== undefined &&
    /^(?:aws|azure|arm_|github|gh_|npm_|railway|google|stripe|openai|anthropic)/i.test(asked);
  const found = names.find(isCredentialVariable) ?? (prefix ? asked : undefined);
  if (found !== undefined) {
    report(scope, statement, {
      action: "process:print_variable",
      effects: ["credential_access"],
      target: found,
      because: `it prints \`${found}\``,
      access: "read",
    });
  }
}

/** `Get-Process | Stop-Process`: everything, unless the list was asked for by name or narrowed. */
function judgePipedKill(name: string, rest: readonly Token[], site: Site): void {
  const { statement, scope, earlier } = site;
  const [source] = earlier.slice(-1);
  const names = /^(?:stop-process|spps|kill|stop-service|spsv)$/;
  const lists = /^(?:get-process|gps|ps|get-service|gsv)$/i;
  const piped =
    names.test(name) &&
    statement.before.includes("|") &&
    isBare(source, lists) &&
    rest.every(({ text }) => text.startsWith("-"));
  // `Stop-Process -Id (Get-Process).Id`
  const given =
    lists.test(name) &&
    rest.length === 0 &&
    statement.before.endsWith("(") &&
    names.test(source?.tokens[0]?.text.toLowerCase() ?? "");
  // `Get-Process | % { $_.Kill() }`, `(Get-Process).Kill()`
  const called = /(?:^|\$_)\.kill$/i.test(name) && earlier.slice(-2).some((before) => isBare(before, lists));
  if (piped || given || called) {
    report(scope, statement, {
      action: "process:kill",
      effects: ["process_kill"],
      target: "every process",
      because: `\`${name}\` ends everything that is listed`,
    });
  }
}

function isBare(statement: Statement | undefined, names: RegExp): boolean {
  return statement?.tokens.length === 1 && names.test(statement.tokens[0]?.text ?? "");
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

/** Programs that every system has are judged as on the other shells; shells are opened up. */
function judgeNested(name: string, rest: readonly Token[], site: Site): void {
  const { scope, statement, level } = site;
  const text = rest.map((token) => token.text).join(" ");
  if (name === "cmd") {
    judgeForeignShell(text.replace(/^(?:\/\w+(?::\w+)?\s+)*/, ""), "cmd", scope, level + 1);
  } else if ((name === "powershell" || name === "pwsh") && isFed(rest, site)) {
    reportFed(site);
  } else if (name === "powershell" || name === "pwsh") {
    judgeInnerPowerShell(text, site);
  } else if (/^(?:start-process|saps)$/.test(name)) {
    const words = rest
      .flatMap((token) => token.text.split(","))
      .filter((word) => !/^-(?:filepath|argumentlist|args|wait|nonewwindow|passthru)$/i.test(word));
    judgeForeignShell(words.join(" "), site.shell, scope, level + 1);
  } else if (name === "invoke-sqlcmd") {
    judgeSqlcmd(rest, site);
  } else if (/\.(?:ps1|bat|cmd)$/.test(name)) {
    judgeScript(site);
  } else if (
    (!name.includes("-") || rulesFor(name).length > 0) &&
    !isFileCommand(name) &&
    /^[\w.+-]+$/.test(name)
  ) {
    scope.command(
      [
        knownWord(name, statement.start, statement.end),
        ...rest
          .filter((token, index) => name !== "wsl" || index > 0 || token.text !== "--")
          .map((token) => slashed(toWord(token, statement), scope)),
      ],
      inherited,
    );
  }
}

/** A relative path as every program of the other shells writes it. */
function slashed(word: Word, scope: Scope): Word {
  if (word.known && /^~(?:[\\/]|$)/.test(word.text)) {
    return absolute(word, scope);
  }
  return word.known && /^[\w.-]+(?:\\[\w.-]+)+$/.test(word.text)
    ? knownWord(word.text.replaceAll("\\", "/"), word.start, word.end)
    : word;
}

/** `… | powershell -`: the shell runs what the pipe hands it. */
function isFed(rest: readonly Token[], { statement }: Site): boolean {
  const runs = rest.some(({ text }) => /^-(?:c|e|f)/i.test(text) && !/^-ex/i.test(text));
  return statement.before.includes("|") && (!runs || rest.at(-1)?.text === "-");
}

function reportFed({ scope, statement, earlier }: Site): void {
  const source = earlier.at(-1)?.tokens[0]?.text.toLowerCase() ?? "";
  if (/^(?:curl|wget|iwr|irm|invoke-webrequest|invoke-restmethod)(?:\.exe)?$/.test(source)) {
    report(scope, statement, {
      action: "shell:run_remote_code",
      effects: ["remote_code_execution"],
      target: source,
      because: "it runs what it receives from the network",
    });
  } else {
    scope.opaque("a shell runs what another command prints", scope.evidence(statement));
  }
}

function judgeInnerPowerShell(text: string, { scope, statement, level }: Site): void {
  const encoded = /-e(?:nc\w*|c)?\s+([A-Za-z0-9+/=]{8,})/i.exec(text)?.[1];
  const decoded = encoded === undefined ? undefined : decodeBase64(encoded)?.replaceAll("\0", "");
  if (encoded !== undefined && decoded === undefined) {
    scope.opaque("`-EncodedCommand` hides what runs", scope.evidence(statement));
    return;
  }
  const inner = text.replace(
    /^(?:-\w+(?:\s+(?:bypass|unrestricted|hidden|remotesigned))?\s+)*?(?:-c(?:ommand)?\s+)/i,
    "",
  );
  const file = /(?:^|\s)-f(?:i|il|ile)?\s+(\S+)/i.exec(text)?.[1];
  judgeForeignShell(decoded ?? file ?? inner, "powershell", scope, level + 1);
}

/** `Invoke-Sqlcmd -Query "…"`: what `sqlcmd` does. */
function judgeSqlcmd(rest: readonly Token[], { scope, statement }: Site): void {
  const names: readonly (readonly [RegExp, string])[] = [
    [/^-q(?:u\w*)?$/i, "-Q"],
    [/^-s(?:erverinstance|erver\w*)?$/i, "-S"],
    [/^-d(?:atabase)?$/i, "-d"],
    [/^-i(?:nputfile)?$/i, "-i"],
  ];
  const alone = rest.find(
    (token, index) => !token.text.startsWith("-") && (index === 0 || !rest[index - 1]?.text.startsWith("-")),
  );
  const words = (alone === undefined ? rest : [{ ...alone, text: "-q" }, alone, ...rest]).flatMap(
    (token, index, all) => {
      const option = names.find(([pattern]) => pattern.test(token.text))?.[1];
      const value = all[index + 1];
      return option === undefined || value === undefined
        ? []
        : [knownWord(option, statement.start, statement.end), toWord(value, statement)];
    },
  );
  scope.command([knownWord("sqlcmd", statement.start, statement.end), ...words], inherited);
}

/** A script of the project that is run by its name: judged by what stands in it. */
function judgeScript({ scope, statement, shell, level }: Site): void {
  const token = withoutControl(statement.tokens).find(({ text }) => /\.(?:ps1|bat|cmd)$/i.test(text));
  const path =
    token?.known === true ? scope.resolvePath(absolute(toWord(token, statement), scope)) : undefined;
  if (path === undefined || scope.elsewhere !== undefined) {
    return;
  }
  const written = scope.writtenFile(path);
  const file = written ?? (scope.lookups.kind(path) === "missing" ? undefined : scope.readInput(path));
  if (file?.kind === "text") {
    const inner = /\.ps1$/i.test(path) ? "powershell" : /\.(?:bat|cmd)$/i.test(path) ? "cmd" : shell;
    judgeForeignShell(file.text, inner, scope, level + 1);
  }
}
