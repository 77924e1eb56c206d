import { reportDeletion, reportPathWrite, reportRead } from "../file-actions.ts";
import { report } from "../report.ts";
import { computedWrites } from "./code-writes.ts";
import { classifyMentions } from "../http/mentions.ts";
import { judgeSdkCalls } from "../http/service-call.ts";
import type { Scope } from "../scope.ts";
import type { Invocation } from "../shell/invocation.ts";
import { inherited, knownWord, unknownFlow, unknownWord } from "../shell/word.ts";

export type Language = "shell" | "python" | "javascript" | "ruby" | "perl" | "php";

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
  readonly language: Exclude<Language, "shell">;
  readonly text: string;
  /** True for `-c`, `-e` and input, where what cannot be followed hides something. */
  readonly inline: boolean;
}

const maximumCode = 64 * 1024;

type At = Pick<Invocation, "start" | "end">;

/**
 * Searches code for calls that start programs, delete, read secrets or run what they compute. Lexical and bounded:
 * literal arguments are judged as what they name, computed ones are opaque in inline code.
 */
export function scanCode(code: Code, at: At, scope: Scope): void {
  const text = code.text.slice(0, maximumCode);
  const strings = constants(text);
  runCalls(code, text, strings, { at, scope });
  deletions(code, text, strings, { at, scope });
  fileAccess(code, text, { at, scope });
  const how = `${code.inline ? "inline " : ""}${code.language}`;
  computedWrites(text, { at, scope, how, inline: code.inline });
  environmentDumps(code, text, { at, scope });
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

const starters = /child_process|subprocess|\bos\b|\bexec|\bsystem|spawn|popen|Process|pty/;

/** Text in code that starts programs, and that would do harm if it were one: whatever name it is started by. */
function harmfulTexts(text: string, site: Site): void {
  for (const match of [
    ...text.matchAll(/"((?:[^"\\\n]|\\.){5,400})"|'((?:[^'\\\n]|\\.){5,400})'|`([^`]{5,400})`/g),
  ].slice(0, 12)) {
    const literal = unquote(match[1] ?? match[2] ?? match[3] ?? "");
    if (/^[\w./-]+\s+\S/.test(literal) && site.scope.wouldHarm(literal)) {
      site.scope.shell(literal, "inline code", site.scope.evidence(site.at));
    }
  }
}

interface Site {
  readonly at: At;
  readonly scope: Scope;
}

/** Names that hold a literal string. */
function constants(text: string): ReadonlyMap<string, string> {
  const table = new Map<string, string>();
  for (const match of text.matchAll(
    /(?:^|[\s;{(])(?:const |let |var |my |\$)?\$?([A-Za-z_]\w*)\s*=\s*(?:"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)')/g,
  )) {
    table.set(match[1] ?? "", match[2] ?? match[3] ?? "");
  }
  return table;
}

const runners: Readonly<Record<Code["language"], RegExp>> = {
  python:
    /\b(?:os\.(?:system|popen|exec[lv]p?e?|spawn[lv]p?e?|posix_spawn)|subprocess\.(?:run|call|Popen|check_call|check_output|getoutput|getstatusoutput)|commands\.getoutput|pty\.spawn|asyncio\.create_subprocess_(?:shell|exec)|(?:check_call|check_output|Popen|popen|system))\s*\(/g,
  javascript:
    /(?:\b|\.)(?:exec|execSync|execFile|execFileSync|spawn|spawnSync|fork|execa|execaSync|execaCommand|execaCommandSync|Deno\.Command|Deno\.run|Bun\.spawn|Bun\.spawnSync|shell\.exec)\s*\(|(?:\bBun)?(?<![\w$])\$(?=`)/g,
  ruby: /\b(?:system|exec|spawn|IO\.popen|Open3\.\w+|Kernel\.system|Process\.spawn|%x)\s*\(?/g,
  perl: /\b(?:system|exec|qx|open)\b\s*\(?/g,
  php: /\b(?:system|exec|shell_exec|passthru|popen|proc_open|pcntl_exec)\s*\(/g,
};

/** A call that starts a program, with what it is given. */
function runCalls(code: Code, text: string, strings: ReadonlyMap<string, string>, site: Site): void {
  let found = 0;
  for (const match of text.matchAll(runners[code.language])) {
    found += 1;
    if (found > 40) {
      return;
    }
    judgeArgument(
      code,
      text.slice(match.index + match[0].length, match.index + match[0].length + 2000),
      strings,
      { ...site, call: match[0] },
    );
  }
  if (code.language === "ruby" || code.language === "perl" || code.language === "php") {
    for (const match of text.matchAll(/`([^`\n]{2,500})`|%x[({[]([^)}\]]{2,500})[)}\]]/g)) {
      site.scope.shell(match[1] ?? match[2] ?? "", code.language, site.scope.evidence(site.at));
    }
  }
}

interface CallSite extends Site {
  readonly call: string;
}

function judgeArgument(code: Code, rest: string, strings: ReadonlyMap<string, string>, site: CallSite): void {
  const { scope, at } = site;
  const list = /^\s*\[([^\]]{0,1500})\]/.exec(rest)?.[1];
  const words = list === undefined ? undefined : literals(list);
  if (words !== undefined && words.length > 0) {
    scope.command(
      words.map((word) => knownWord(word, at.start, at.end)),
      inherited,
    );
    return;
  }
  const literal = firstLiteral(rest);
  if (literal !== undefined) {
    const arguments_ =
      /^\s*,\s*\[([^\]]{0,1500})\]/.exec(rest.slice(literal.length))?.[1] ??
      listed(rest.slice(literal.length), code);
    const given = arguments_ === undefined ? [] : literals(arguments_);
    // The `exec` family names the program twice: once to find it, once as its own first argument.
    const more = /exec[lv]p?e?\s*\($/.test(site.call) && given[0] === literal.text ? given.slice(1) : given;
    if (more.length > 0) {
      scope.command(
        [literal.text, ...more].map((word) => knownWord(word, at.start, at.end)),
        inherited,
      );
    } else {
      scope.shell(literal.text, code.language, scope.evidence(at));
    }
    return;
  }
  const name = /^\s*\$?([A-Za-z_]\w*)\s*[,)]/.exec(rest)?.[1];
  const value = name === undefined ? undefined : strings.get(name);
  if (value !== undefined) {
    scope.shell(value, code.language, scope.evidence(at));
  } else if (code.inline && certain(code, site.call)) {
    scope.opaque(
      `inline ${code.language} starts a program that is not known before it runs`,
      scope.evidence(at),
    );
  }
}

/** `system("rm", "-rf", "/")` of Ruby, Perl and Python's `exec` family. */
function listed(rest: string, code: Code): string | undefined {
  const match = /^\s*,\s*((?:"[^"]*"|'[^']*')(?:\s*,\s*(?:"[^"]*"|'[^']*'))*)\s*\)?/.exec(rest);
  return code.language === "javascript" ? undefined : match?.[1];
}

/** `exec` is also a method of regular expressions: only calls that can be nothing else are opaque by themselves. */
function certain(code: Code, call: string): boolean {
  return code.language !== "javascript" || /Sync|spawn|execFile|Deno|Bun|execa|\$/.test(call);
}

function firstLiteral(rest: string): { text: string; length: number } | undefined {
  const match =
    /^\s*(?:[rbfuRBFU]{0,2})(?:"""([\s\S]*?)"""|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|`((?:[^`\\]|\\.)*)`|qw?\(([^)]*)\))/.exec(
      rest,
    );
  if (match === null) {
    return undefined;
  }
  const text = match[1] ?? match[2] ?? match[3] ?? match[4] ?? match[5] ?? "";
  const tail = rest.slice(match[0].length);
  if (/^\s*(?:\+|\.|%)/.test(tail) && !/^\s*\.\s*['"]/.test(tail)) {
    const joined = joinedLiteral(text, tail);
    return joined === undefined
      ? { text: `${unquote(text)}$__unknown`, length: match[0].length }
      : { text: joined, length: match[0].length };
  }
  return { text: unquote(text), length: match[0].length };
}

/** `"rm" + " -rf /"` and `"rm" " -rf /"`. */
function joinedLiteral(first: string, tail: string): string | undefined {
  let text = unquote(first);
  let rest = tail;
  for (let count = 0; count < 16; count += 1) {
    const match = /^\s*[+.]?\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')/.exec(rest);
    if (match === null) {
      return /^\s*[+.]/.test(rest) || count === 0 ? undefined : text;
    }
    text += unquote(match[1] ?? match[2] ?? "");
    rest = rest.slice(match[0].length);
  }
  return text;
}

function unquote(text: string): string {
  return text
    .replaceAll(/\\(["'`\\$@#])/g, "$1")
    .replaceAll("\\n", "\n")
    .replaceAll("\\t", "\t")
    .replaceAll(/\\x([0-9a-fA-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function literals(list: string): readonly string[] {
  return [...list.matchAll(/"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|`([^`]*)`/g)].map((match) =>
    unquote(match[1] ?? match[2] ?? match[3] ?? ""),
  );
}

const deleters: Readonly<Record<Code["language"], RegExp>> = {
  python:
    /\b(?:shutil\.rmtree|(?<!\w)rmtree|os\.(?:remove|unlink|removedirs|rmdir)|send2trash)\s*\(|\bPath\s*\(\s*(?=[^)]*\)\.(?:unlink|rmdir))/g,
  javascript:
    /\b(?:rmSync|rmdirSync|unlinkSync|rm|rmdir|unlink|rimraf|rimrafSync|removeSync|emptyDirSync|Deno\.remove|Deno\.removeSync|del|deleteSync)\s*\(/g,
  ruby: /\b(?:FileUtils\.(?:rm_rf|rm_r|rm|remove_dir|remove_entry\w*|rmtree)|File\.(?:delete|unlink)|Dir\.(?:rmdir|delete))\s*\(?/g,
  perl: /\b(?:unlink|rmtree|remove_tree|rmdir)\b\s*\(?/g,
  php: /\b(?:unlink|rmdir)\s*\(/g,
};

const manyFiles = /listdir|\bglob\b|os\.walk|readdir|iterdir|scandir|Dir\.|<\*/;

function deletions(code: Code, text: string, strings: ReadonlyMap<string, string>, site: Site): void {
  let found = 0;
  for (const match of text.matchAll(deleters[code.language])) {
    found += 1;
    if (found > 20) {
      return;
    }
    const rest = text.slice(match.index + match[0].length, match.index + match[0].length + 400);
    const recursive =
      /rmtree|rm_r|remove_dir|remove_tree|rimraf|removeSync|emptyDir|remove_entry/.test(match[0]) ||
      /^[^;\n]*recursive\s*[:=]\s*[tT]rue/.test(rest);
    const name = /^\s*\$?([A-Za-z_]\w*)/.exec(rest)?.[1];
    const home =
      /^\s*(?:os\.path\.expanduser\(|Path\.home\(\)|os\.homedir\(\)|Dir\.home|process\.env\.HOME|os\.environ\[['"]HOME['"]\]|ENV\[['"]HOME['"]\])/.test(
        rest,
      );
    const literal =
      firstLiteral(rest)?.text ??
      (name === undefined ? undefined : strings.get(name)) ??
      /expanduser\(\s*['"]([^'"]*)/.exec(rest)?.[1] ??
      (home ? "~" : undefined);
    if (literal !== undefined) {
      const path = literal.startsWith("~") ? site.scope.lookups.home + literal.slice(1) : literal;
      const word = knownWord(path, site.at.start, site.at.end);
      reportDeletion(site.scope, path.includes("*") ? { ...word, glob: true } : word, site.at, {
        recursive,
        how: `inline ${code.language}`,
      });
    } else if (code.inline && (recursive || manyFiles.test(text))) {
      reportDeletion(site.scope, unknownWord(rest.slice(0, 40), site.at.start, site.at.end), site.at, {
        recursive: true,
        how: `inline ${code.language}`,
      });
    }
  }
}

/** What a call writes, where it is a literal that follows at once. */
function rememberWritten(path: string, rest: string, inline: boolean, { scope }: Site): void {
  const literal = /^\s*,?\s*\)?(?:\s*\.\s*write(?:_text)?\s*\()?/.exec(rest)?.[0].length ?? 0;
  const content = firstLiteral(rest.slice(literal, literal + 4000));
  if (content !== undefined) {
    scope.rememberFile(path, { kind: "text", text: content.text });
  } else if (inline) {
    scope.rememberFile(path, unknownFlow("what code writes to a file"));
  }
}

/** Files that are opened by a literal name. */
function fileAccess({ inline }: Code, text: string, site: Site): void {
  let found = 0;
  for (const match of text.matchAll(
    /\b(open|readFileSync|readFile|read_text|File\.read|File\.open|file_get_contents|fopen|Path|createReadStream|readlines|IO\.read|Deno\.readTextFileSync|Deno\.readTextFile|Bun\.file|load_dotenv|writeFileSync|writeFile|appendFileSync|file_put_contents|File\.write|Deno\.writeTextFile)\s*\(\s*(?:os\.path\.expanduser\(\s*)?[rbf]?(["'])((?:(?!\2)[^\n\\]){1,300})\2\s*(?:,\s*["']([rwax+bt]{1,3})["'])?/g,
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

const dumps: Readonly<Record<Code["language"], RegExp>> = {
  python:
    /(?:print|dumps|pprint|write|str|repr|urlencode)\s*\(\s*(?:dict\s*\(\s*)?os\.environ\s*(?:\)|\.items|\.copy|,)|for\s+\w+(?:\s*,\s*\w+)?\s+in\s+os\.environ/,
  javascript:
    /(?:console\.\w+|stringify|write)\s*\(\s*(?:JSON\.stringify\s*\(\s*)?process\.env\s*[,)]|Deno\.env\.toObject/,
  ruby: /\b(?:puts|p|print|pp)\b\s*\(?\s*ENV(?:\.(?:inspect|to_h|to_a|map|each))?(?!\[)/,
  perl: /\b(?:print|Dumper|foreach|for|keys|each|map)\b[^;]*%ENV/,
  php: /(?:print_r|var_dump|echo|json_encode)\s*\(?\s*(?:\$_ENV|\$_SERVER|getenv\(\s*\))/,
};

function environmentDumps(code: Code, text: string, site: Site): void {
  if (code.inline && dumps[code.language].test(text)) {
    report(site.scope, site.at, {
      action: "process:print_environment",
      effects: ["credential_access"],
      target: "the whole environment",
      because: `inline ${code.language} prints the whole environment, with the credentials in it`,
      access: "read",
    });
  }
}

const hiding: Readonly<Record<Code["language"], RegExp>> = {
  python:
    /\b(?:exec|eval)\s*\(\s*(?!["'])[^)]{0,300}(?:decode|b64|fromhex|compile|input|read|request|urlopen|join|chr|\[::-1\]|codecs|zlib|marshal)|__import__\s*\(\s*(?!["'])|getattr\s*\(\s*(?:os|subprocess|__import__)/,
  javascript:
    /\b(?:eval|Function)\s*\(\s*(?!["'`])[^)]{0,300}(?:atob|Buffer|from|decode|fetch|fromCharCode|join|reverse|require|exec|get|body|data)|\.then\s*\(\s*(?:eval|Function)\b|\brequire\s*\(\s*(?!["'`])[^)]{0,300}(?:\+|join|atob|Buffer)/,
  ruby: /\b(?:eval|instance_eval|class_eval|send|public_send)\b\s*\(?\s*(?!["':])[^\n;]{0,300}(?:decode|unpack|open|read|pack|reverse)/,
  perl: /\beval\b\s*\(?\s*(?!["'{])[^\n;]{0,300}(?:decode|unpack|pack|reverse|get)/,
  php: /\b(?:eval|assert|create_function)\s*\(\s*(?!["'])[^)]{0,300}(?:base64_decode|gzinflate|str_rot13|file_get_contents|hex2bin|\$_)/,
};

/** Code that runs what it decodes or receives. */
function hiddenCode(code: Code, text: string, site: Site): void {
  if (
    code.inline &&
    /socket|fsockopen|net\.connect|createConnection/i.test(text) &&
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
  if (hiding[code.language].test(text)) {
    site.scope.opaque(
      `${code.inline ? "inline " : ""}${code.language} runs code that it computes or fetches`,
      site.scope.evidence(site.at),
    );
  }
}
