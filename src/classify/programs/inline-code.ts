import { codeContext } from "../code/bindings.ts";
import { canonicalCode } from "../code/canonical.ts";
import { judgeCommandCalls } from "../code/command-calls.ts";
import { judgeDeletions } from "../code/deleting.ts";
import { judgeEnvironment } from "../code/environment-values.ts";
import { readArgumentValues, readValue, unescaped, type CodeLanguage } from "../code/read-value.ts";
import { judgeReads } from "../code/reading.ts";
import { judgeRuns } from "../code/running.ts";
import type { CodeSite } from "../code/site.ts";
import { judgeStoredData } from "../code/stored-data.ts";
import { hasUnknown, isUnknown } from "../code/value.ts";
import { judgeWebCalls } from "../code/web-calls.ts";
import { reportPathWrite, reportRead } from "../file-actions.ts";
import { report } from "../report.ts";
import { computedWrites } from "./code-writes.ts";
import { classifyMentions } from "../http/mentions.ts";
import { judgeSdkCalls } from "../http/service-call.ts";
import type { Scope } from "../scope.ts";
import type { Invocation } from "../shell/invocation.ts";
import { knownWord, unknownFlow } from "../shell/word.ts";

export type Language = "shell" | CodeLanguage;

/** The language of a script by its name and first line; undefined for binaries and what is not run. */
export function languageOf(path: string, text: string): Language | undefined {
  const first = text.startsWith("#!") ? (text.slice(2, 120).split("\n")[0] ?? "") : "";
  if (text.includes("\0")) {
    return undefined;
  }
  const named = /\b(python|node|deno|bun|tsx|ruby|perl|php)/.exec(first)?.[1];
  if (named !== undefined) {
    return /^(?:node|deno|bun|tsx)$/.test(named) ? "javascript" : (named as Language);
  }
  if (/\b(?:sh|bash|zsh|dash|ksh)\b/.test(first)) {
    return "shell";
  }
  const extension = /\.(\w+)$/.exec(path)?.[1] ?? "";
  return byExtension.get(extension);
}

const byExtension: ReadonlyMap<string, Language> = new Map([
  ["sh", "shell"],
  ["bash", "shell"],
  ["zsh", "shell"],
  ["env", "shell"],
  ["py", "python"],
  ["js", "javascript"],
  ["mjs", "javascript"],
  ["cjs", "javascript"],
  ["ts", "javascript"],
  ["mts", "javascript"],
  ["rb", "ruby"],
  ["pl", "perl"],
  ["php", "php"],
]);

export interface Code {
  readonly language: CodeLanguage;
  readonly text: string;
  /** True for `-c`, `-e` and input, where what cannot be followed hides something. */
  readonly inline: boolean;
}

const maximumCode = 64 * 1024;

type At = Pick<Invocation, "start" | "end">;

/**
 * Searches code for calls that start programs, delete, change stored data, read secrets or run what they compute. Lexical
 * and bounded: what a call is given is judged by what it comes to; what cannot be told is opaque in inline code.
 */
export function scanCode(code: Code, at: At, scope: Scope): void {
  judgeCode(code, { at, scope, level: 0 });
}

/** The same for a module that a script loads: only what it starts and deletes, as most of it may never be called. */
export function scanLibrary(code: Code, at: At, scope: Scope): void {
  const text = canonicalCode(code.text.slice(0, maximumCode), code.language);
  const context = codeContext(text, code.language, scope.lookups.home);
  const site: CodeSite = { context, inline: false, at, scope, how: `a module in ${code.language}` };
  judgeRuns(site);
  judgeDeletions(site);
}

interface Depth {
  readonly at: At;
  readonly scope: Scope;
  /** How many times code was found in code. */
  readonly level: number;
}

function judgeCode(code: Code, { at, scope, level }: Depth): void {
  const text = canonicalCode(code.text.slice(0, maximumCode), code.language);
  const how = `${code.inline ? "inline " : ""}${code.language}`;
  const site: CodeSite = {
    context: codeContext(text, code.language, scope.lookups.home),
    inline: code.inline,
    at,
    scope,
    how,
  };
  // What code writes to a file may be what it runs.
  fileAccess(code, text, { at, scope });
  judgeReads(site);
  judgeRuns(site);
  judgeDeletions(site);
  judgeCommandCalls(site);
  judgeStoredData(site);
  judgeWebCalls(site);
  computedWrites(code.text.slice(0, maximumCode), { at, scope, how, inline: code.inline });
  if (code.inline) {
    judgeEnvironment(site);
  }
  const seen = level < maximumLevel ? nestedCode(site) : [];
  for (const inner of seen) {
    judgeCode({ ...code, text: inner }, { at, scope, level: level + 1 });
  }
  hiddenCode(code, text, { at, scope });
  if (code.inline && starters.test(text)) {
    harmfulTexts(text, { at, scope });
  }
  classifyMentions(text, `${code.language} code`, scope, scope.evidence(at));
  judgeSdkCalls(text, scope, scope.evidence(at));
  if (code.language === "ruby" && /^\s*(?:rm|dd|mkfs|shred)\s+-/.test(text)) {
    scope.shell(text, code.language, scope.evidence(at));
  }
}

const maximumLevel = 3;

const runsText: Readonly<Record<CodeLanguage, RegExp>> = {
  python: /(?<![\w.])(?:exec|eval)\s*\(\s*(?:compile\s*\(\s*)?/g,
  javascript:
    /(?<![\w.$])(?:eval|(?:new\s+)?Function)\s*\(\s*|\brunIn(?:This|New)?Context\s*\(\s*|\bvm\.(?:Script|compileFunction)\s*\(\s*/g,
  ruby: /(?<![\w])(?:eval|instance_eval|class_eval)(?:\s*\(|\s+)/g,
  perl: /(?<![\w$])eval(?:\s*\(|\s+)(?!\{)/g,
  php: /(?<![\w$])(?:eval|assert|create_function)\s*\(\s*/g,
};

/** Code that code runs: a text that it holds, or a file that it names. */
function nestedCode(site: CodeSite): readonly string[] {
  const { context } = site;
  const { code, language } = context;
  const found: string[] = [];
  for (const match of [...code.matchAll(runsText[language])].slice(0, 8)) {
    const at = match.index + match[0].length;
    const file =
      /^(?:open|File\.read|(?:require\(\s*["']fs["']\s*\)|fs)\.readFileSync|file_get_contents|Path)\s*\(\s*["']([^"'\n]+)["']/.exec(
        code.slice(at, at + 300),
      )?.[1];
    found.push(...(file === undefined ? knownTexts(site, at, match[0]) : codeIn(file, site)));
  }
  for (const match of [
    ...code.matchAll(/\b(?:runpy\.run_path|execfile|run_path)\s*\(\s*["']([^"'\n]+)["']/g),
  ].slice(0, 4)) {
    found.push(...codeIn(match[1] ?? "", site));
  }
  return found;
}

const outside =
  /https?\b|fetch|socket|urlopen|requests|\binput\(|argv|stdin|\benviron\b|process\.env|\brecv\b|gets\b/;

function knownTexts(site: CodeSite, at: number, call: string): readonly string[] {
  const { context, inline, scope } = site;
  const value = call.includes("Function")
    ? readArgumentValues(context, at).slice(-1)
    : [readValue(context, at)];
  if (inline && value.some(({ texts }) => texts.every(isUnknown)) && outside.test(context.code)) {
    scope.opaque(`${site.how} runs code that it is given`, scope.evidence(site.at));
  }
  return value.flatMap(({ texts }) => texts).filter((text) => !hasUnknown(text) && /[(.`=]/.test(text));
}

/** The code of a file that is run as text; nobody has seen one that is not there. */
function codeIn(name: string, { scope, at, how, inline }: CodeSite): readonly string[] {
  if (/^https?:/.test(name)) {
    return [];
  }
  const path =
    scope.elsewhere === undefined ? scope.resolvePath(knownWord(name, at.start, at.end)) : undefined;
  const file = path === undefined ? undefined : (scope.writtenFile(path) ?? scope.readInput(path));
  if (file?.kind === "text") {
    return [file.text.slice(0, maximumCode)];
  }
  if (inline) {
    scope.opaque(`${how} runs the code of \`${name}\`, which cannot be read`, scope.evidence(at));
  }
  return [];
}

const starters =
  /child_process|subprocess|\bos\b|\bexec(?!ut)|\bsystem|spawn|popen|Process|pty|\bsh\b|plumbum|invoke|fabric/;

/** Text in code that starts programs, and that would do harm if it were one: whatever name it is started by. */
function harmfulTexts(text: string, site: Site): void {
  for (const match of [
    ...text.matchAll(/"((?:[^"\\\n]|\\.){0,400})"|'((?:[^'\\\n]|\\.){0,400})'|`([^`]{0,400})`/g),
  ]
    .filter((match) => match[0].length > 6)
    .slice(0, 12)) {
    const literal = unescaped(match[1] ?? match[2] ?? match[3] ?? "");
    if (
      /^[\w./-]+\s+\S/.test(literal) &&
      !/^(?:select|insert|with)\s/i.test(literal) &&
      site.scope.wouldHarm(literal)
    ) {
      site.scope.shell(literal, "inline code", site.scope.evidence(site.at));
    }
  }
}

interface Site {
  readonly at: At;
  readonly scope: Scope;
}

/** What a call writes, where it is a literal that follows at once. */
function rememberWritten(path: string, rest: string, inline: boolean, { scope }: Site): void {
  const literal = /^\s*,?\s*\)?(?:\s*\.\s*write(?:_text)?\s*\()?/.exec(rest)?.[0].length ?? 0;
  const content =
    /^[rbu]?(?:"""([\s\S]*?)"""|'''([\s\S]*?)'''|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|`((?:[^`\\]|\\.)*)`)/.exec(
      rest.slice(literal, literal + 4000),
    );
  if (content !== null) {
    const text = content.slice(1).find((group) => group !== undefined) ?? "";
    scope.rememberFile(path, { kind: "text", text: unescaped(text) });
  } else if (inline) {
    const fetched = /^[^;\n]{0,200}?(?:requests|urlopen|httpx|urllib|fetch\(|\.get\(\s*["']https?:)/.test(
      rest,
    );
    const flow = unknownFlow("what code writes to a file");
    scope.rememberFile(path, fetched && flow.kind === "unknown" ? { ...flow, fromNetwork: true } : flow);
  }
}

/** Files that are opened by a literal name. */
function fileAccess({ inline }: Code, text: string, site: Site): void {
  let found = 0;
  for (const match of text.matchAll(
    /\b(open|readFileSync|readFile|read_text|File\.read|File\.open|file_get_contents|fopen|Path|createReadStream|readlines|IO\.read|Deno\.readTextFileSync|Deno\.readTextFile|Bun\.file|dotenv_values|dotenv\.parse|writeFileSync|writeFile|appendFileSync|file_put_contents|File\.write|Deno\.writeTextFile)\s*\(\s*(?:os\.path\.expanduser\(\s*)?[rbf]?(["'])((?:(?!\2)[^\n\\]){1,300})\2\s*(?:,\s*["']([rwax+bt]{1,3})["'])?/g,
  )) {
    found += 1;
    if (found > 40) {
      return;
    }
    const call = match[1] ?? "";
    const name = match[3] ?? "";
    const path = name.startsWith("~") ? site.scope.lookups.home + name.slice(1) : name;
    const word = knownWord(path, site.at.start, site.at.end);
    const resolved = site.scope.resolvePath(word);
    if (/write|append|put_contents/i.test(call) || /[wax+]/.test(match[4] ?? "")) {
      if (resolved !== undefined) {
        reportPathWrite(site.scope, resolved, site.at, "code");
        rememberWritten(resolved, text.slice(match.index + match[0].length), inline, site);
      }
    } else if (call !== "Path" || /\.read_/.test(text.slice(match.index, match.index + 400))) {
      reportRead(site.scope, word, site.at, "code reads it");
    }
  }
}

const hiding: Readonly<Record<Code["language"], RegExp>> = {
  python:
    /(?<![\w.])(?:exec|eval)\s*\(\s*(?!["'])[^;\n]{0,300}(?:decode|b64|fromhex|compile|input|read|request|urlopen|join|chr|\[::-1\]|codecs|zlib|marshal)|(?:exec|eval)\s*\(\s*(?:__import__|importlib)|__import__\s*\(\s*(?!["'])|getattr\s*\(\s*(?:os|subprocess|__import__)/,
  javascript:
    /\b(?:eval|Function)\s*\(\s*(?!["'`])[^)]{0,300}(?:atob|Buffer|from|decode|fetch|fromCharCode|join|reverse|require|exec|get|body|data)|\.then\s*\(\s*(?:eval|Function)\b|\bimport\s*\(\s*["'`]data:|\brequire\s*\(\s*(?!["'`])[^)]{0,300}(?:\+|join|atob|Buffer)/,
  ruby: /\b(?:eval|instance_eval|class_eval|send|public_send)\b\s*\(?\s*(?!["':])[^\n;]{0,300}(?:decode|unpack|open|read|pack|reverse)/,
  perl: /\beval\b\s*\(?\s*(?!["'{])[^\n;]{0,300}(?:decode|unpack|pack|reverse|get)/,
  php: /\b(?:eval|assert|create_function)\s*\(\s*(?!["'])[^)]{0,300}(?:base64_decode|gzinflate|str_rot13|file_get_contents|hex2bin|\$_)/,
};

/** Code that runs what it decodes or receives. */
function hiddenCode(code: Code, text: string, site: Site): void {
  if (
    code.inline &&
    /socket|fsockopen|\bnet["')]*\.connect|createConnection/i.test(text) &&
    /["'`\s](?:\/bin\/)?(?:ba|z|da)?sh\b|cmd\.exe|powershell/.test(text)
  ) {
    report(site.scope, site.at, {
      action: "network:remote_shell",
      effects: ["remote_code_execution"],
      target: `inline ${code.language}`,
      because: `inline ${code.language} connects a shell to the network`,
      reach: "remote",
    });
  }
  if (hiding[code.language].test(text) || hiding[code.language].test(code.text.slice(0, maximumCode))) {
    site.scope.opaque(
      `${code.inline ? "inline " : ""}${code.language} runs code that it computes or fetches`,
      site.scope.evidence(site.at),
    );
  }
}
