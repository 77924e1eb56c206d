import { reportWrite } from "../file-actions.ts";
import { inherited } from "../shell/word.ts";
import { readArgumentValues, readListedValues, readValue, type CodeLanguage } from "./read-value.ts";
import { wordOf, type CodeSite } from "./site.ts";
import { firstText, hasUnknown, isUnknown, unknownPart, type Value } from "./value.ts";

const runners: Readonly<Record<CodeLanguage, RegExp>> = {
  python:
    /\b(?:os\.(?:system|popen|startfile|exec[lv]p?e?|spawn[lv]p?e?|posix_spawnp?)|subprocess\.(?:run|call|Popen|check_call|check_output|getoutput|getstatusoutput)|commands\.getoutput|pty\.spawn|(?:asyncio\.)?create_subprocess_(?:shell|exec)|exec_command|(?:check_call|check_output|Popen|popen|system))\s*\(/g,
  javascript:
    /(?:\b|\.)(?:exec|execSync|execFile|execFileSync|spawn|spawnSync|fork|execa|execaSync|execaCommand|execaCommandSync|Deno\.Command|Deno\.run|Bun\.spawn|Bun\.spawnSync|shell\.exec|execAsync|execPromise|promisify\([\w.]*exec\w*\))\s*\(|(?:\bBun\.)?(?<![\w$])\$(?=`)/g,
  ruby: /(?<![\w.])(?:system|exec|spawn|IO\.popen|Open3\.\w+|Process\.spawn|Kernel\.system)(?:\s*\(|(?=\s+["'%[]))/g,
  perl: /(?<![\w$@%])(?:system|exec|open)\b(?:\s*\(|(?=\s+["'q@])|(?=\s*(?:my\s*)?\$))/g,
  php: /(?<![\w>:])(?:system|exec|shell_exec|passthru|popen|proc_open|pcntl_exec)\s*\(/g,
};

/** Backticks, `%x(…)` of Ruby and `qx{…}` of Perl. */
const quotedCommands =
  /`([^`\n]{2,500})`|(?:%x|\bqx)\s*(?:\(([^)]{2,500})\)|\{([^}]{2,500})\}|\[([^\]]{2,500})\]|([|!/])([^\n]{2,500}?)\5)/g;

const maximumCalls = 40;

/** Judges the programs that code starts. Without parentheses a call ends with its line. */
export function judgeRuns(site: CodeSite): void {
  const { code, language } = site.context;
  let left = maximumCalls;
  for (const match of code.matchAll(runners[language])) {
    left -= 1;
    if (left < 0) {
      return;
    }
    const at = match.index + match[0].length;
    const call = moduleBefore(code, match) + match[0].replace(/\s*\($/, "");
    const values = match[0].endsWith("(")
      ? readArgumentValues(site.context, at)
      : readListedValues(site.context, at);
    judgeRun(
      call,
      /Deno\.(?:Command|run)$/.test(call) ? [...values.slice(0, 1), ...denoWords(site, at)] : values,
      site,
    );
  }
  judgeNamedPrograms(site);
  if (language === "ruby" || language === "perl" || language === "php") {
    for (const match of code.matchAll(quotedCommands)) {
      const text = match[1] ?? match[2] ?? match[3] ?? match[4] ?? match[6] ?? "";
      site.scope.shell(text, language, site.scope.evidence(site.at));
    }
  }
}

/** `require("child_process").exec(`, `cp.exec(`: such a call is no method of a regular expression. */
function moduleBefore(code: string, { index, 0: text }: RegExpExecArray): string {
  return text.startsWith(".") &&
    /(?:child_process["'`]\s*\)|\b(?:cp|child|childProcess|child_process))\s*$/.test(
      code.slice(Math.max(0, index - 40), index),
    )
    ? "child_process"
    : "";
}

/** `new Deno.Command("rm", { args: ["-rf", "x"] })`. */
function denoWords({ context }: CodeSite, at: number): readonly Value[] {
  const found = /\b(?:args|cmd)\s*:\s*/.exec(context.code.slice(at, at + 400));
  return found === null ? [] : [readValue(context, at + found.index + found[0].length)];
}

/** Libraries in which a program is a function: `sh.rm("-rf", "x")`, `local["rm"]("-rf", "x")`. */
function judgeNamedPrograms(site: CodeSite): void {
  const { context } = site;
  if (context.language !== "python" || !/\bimport\s+sh\b|\bplumbum\b/.test(context.code)) {
    return;
  }
  for (const match of [
    ...context.code.matchAll(/(?:\bsh\.(\w+)|\blocal(?:\.cmd\.(\w+)|\[\s*["']([\w-]+)["']\s*\]))\s*\(/g),
  ].slice(0, maximumCalls)) {
    const values = readArgumentValues(context, match.index + match[0].length);
    runWords([match[1] ?? match[2] ?? match[3] ?? "", ...values.map(firstText)], site);
  }
}

function judgeRun(call: string, values: readonly Value[], site: CodeSite): void {
  const { language } = site.context;
  if (language === "perl" && call === "open") {
    judgePerlOpen(values, site);
    return;
  }
  const [first, ...rest] = skipsFirst(call, values, language) ? values.slice(1) : values;
  if (first === undefined) {
    return;
  }
  const more = wordsBehind(call, firstText(first), isMode(call, rest) ? [] : rest, language);
  if (first.list !== undefined && first.list.length > 0 && !/Deno/.test(call)) {
    runWords([...first.list, ...(more ?? [])], site);
  } else if (more !== undefined && more.length > 0) {
    runWords([firstText(first), ...more], site);
  } else {
    for (const text of first.texts) {
      runText(text, call, site);
    }
  }
}

/** The spawn family of Python is told first how to wait, Ruby's may be given variables first. */
function skipsFirst(call: string, values: readonly Value[], language: CodeLanguage): boolean {
  return (
    /\bspawn[lv]/.test(call) ||
    (language === "ruby" &&
      values.length > 1 &&
      !isMode(call, values.slice(1)) &&
      isUnknown(firstText(values[0])) &&
      values[0]?.list === undefined)
  );
}

/** `IO.popen(command, "r+")`: how the pipe is opened is no word of the command. */
function isMode(call: string, rest: readonly Value[]): boolean {
  return call.endsWith("popen") && rest.length <= 2 && /^[rwab]\+?[bt]?$/.test(firstText(rest[0]));
}

function wordsBehind(
  call: string,
  program: string,
  rest: readonly Value[],
  language: CodeLanguage,
): readonly string[] | undefined {
  const listed = rest[0]?.list;
  if (language === "javascript" || language === "php") {
    return listed;
  }
  // Keywords are left out, so that what follows the first in Python can only be words of the `exec` family.
  const family = /\bexec[lv]|\bspawn[lv]|posix_spawn|create_subprocess_exec/.test(call);
  if (language === "python" && !family) {
    return undefined;
  }
  const words = listed ?? rest.filter((value) => value.list === undefined).map(firstText);
  return family && words[0] === program ? words.slice(1) : words;
}

function runWords(texts: readonly string[], site: CodeSite): void {
  const { scope, inline } = site;
  const [program = "", ...rest] = texts;
  if (isUnknown(program)) {
    // Whatever is started with these words: would they do harm with what deletes?
    const words = ["rm", ...rest.filter((text) => !hasUnknown(text))].map((text) => wordOf(text, site));
    if (inline && scope.wouldHarm(words)) {
      hidden(site);
    }
    return;
  }
  // The words of a script's own variables are its business; inline code has no other reader than this one.
  const shown = inline ? rest : rest.filter((text) => !isUnknown(text));
  scope.command(
    [program, ...shown].map((text) => wordWithoutGlob(text, site)),
    inherited,
  );
}

/** No shell expands the words of a list. */
function wordWithoutGlob(text: string, site: CodeSite): ReturnType<typeof wordOf> {
  const { glob: _glob, ...word } = wordOf(text, site);
  return word;
}

function runText(text: string, call: string, site: CodeSite): void {
  const { scope, inline, context } = site;
  if (isUnknown(text)) {
    if (inline && certain(call, context.language)) {
      hidden(site);
    }
  } else if (inline || !text.startsWith(unknownPart)) {
    scope.shell(text, context.language, scope.evidence(site.at));
  }
}

function hidden({ scope, at, how }: CodeSite): void {
  scope.opaque(`${how} starts a program that is not known before it runs`, scope.evidence(at));
}

/** `exec` is also a method of regular expressions: only calls that can be nothing else are opaque by themselves. */
function certain(call: string, language: CodeLanguage): boolean {
  return language !== "javascript" || /Sync|spawn|execFile|Deno|Bun|execa|child_process|\$/.test(call);
}

/** `open(F, "rm x |")`, `open(F, "-|", "rm", "x")`: the other modes open files. */
function judgePerlOpen(values: readonly Value[], site: CodeSite): void {
  const [, mode, ...words] = values;
  const text = firstText(mode);
  if (/^(?:-\||\|-)$/.test(text)) {
    runWords(
      words.flatMap((value) => value.list ?? [firstText(value)]),
      site,
    );
  } else if (/^\s*\||\|\s*$/.test(text)) {
    runText(text.replace(/^\s*\||\|\s*$/g, ""), "open", site);
  } else {
    judgePerlWrite(text, firstText(words[0]), site);
  }
}

/** `open(F, ">", "x")`, `open(F, ">:utf8", "x")` and `open(F, ">x")`. */
function judgePerlWrite(mode: string, named: string, site: CodeSite): void {
  if (!/^\s*\+?>/.test(mode)) {
    return;
  }
  const behind = mode.replace(/^\s*\+?>>?\s*/, "");
  const text = behind === "" || behind.startsWith(":") ? named : behind;
  if (!isUnknown(text)) {
    reportWrite(site.scope, wordOf(text, site), site.at, site.how);
  }
}
