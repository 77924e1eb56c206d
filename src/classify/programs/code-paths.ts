import { isGovernanceFolder } from "../paths.ts";
import type { Scope } from "../scope.ts";

/** What an expression for a path comes to, as far as its text says. */
export interface CodePath {
  /** The path up to the first part that is not known. */
  readonly text: string;
  readonly complete: boolean;
  /** True where it is made of what the code does not show: the environment, arguments, what it decodes. */
  readonly hidden: boolean;
}

interface Reading {
  readonly scope: Scope;
  /** The whole code, in which names are looked up. */
  readonly code: string;
  readonly depth: number;
}

interface Piece {
  readonly pattern: RegExp;
  /** The text that a piece stands for; undefined where it is not known, `null` where it is hidden on purpose. */
  readonly value: (match: RegExpExecArray, reading: Reading) => string | undefined | null;
}

const home = (_match: RegExpExecArray, { scope }: Reading): string => scope.lookups.home;
const here = (_match: RegExpExecArray, { scope }: Reading): string | undefined => scope.cwd;

/** In the order in which they are tried. Functions that only join or wrap stand for nothing. */
const pieces: readonly Piece[] = [
  { pattern: /\s+/y, value: () => "" },
  {
    pattern:
      /(?:os\.homedir|require\(\s*["'](?:node:)?os["']\s*\)\.homedir|(?:pathlib\.)?Path\.home|Dir\.home|homedir)\s*(?:\(\s*\))?/y,
    value: home,
  },
  {
    pattern:
      /(?:process\.cwd|os\.getcwd|(?:pathlib\.)?Path\.cwd|Dir\.pwd|Deno\.cwd|getcwd)\s*(?:\(\s*\))?|__dirname|import\.meta\.dirname/y,
    value: here,
  },
  {
    pattern:
      /(?:process\.env(?:\.|\[\s*["'`])|os\.environ(?:\.get\(\s*["']|\[\s*["'])|(?:os\.)?getenv\(\s*["']|ENV(?:\.fetch\(\s*["']|\[\s*["'])|Deno\.env\.get\(\s*["']|\$ENV\{\s*["']?)(\w+)["'`]?\s*[\])}]?/y,
    value: (match, { scope }) => scope.variable(match[1] ?? "") ?? null,
  },
  {
    pattern:
      /(?:process\.|sys\.)?\bargv\b|\bARGV\b|\$ARGV|\binput\s*\(|\bstdin\b|Buffer\.from|\batob\b|\w*b64\w*|\bdecode\w*|fromCharCode|fromhex|unhexlify|\bchr\b|unescape|\breversed?\b|\[::-1\]|\bunpack\b|\bpack\b|["']{2}\.join|\.join\(\s*["']{2}\s*\)|\beval\b/y,
    value: () => null,
  },
  { pattern: /(?:[rbuRBU]{0,2})(["'])((?:(?!\1)[^\\\n]|\\.)*)\1/y, value: (match) => plain(match[2] ?? "") },
  {
    pattern: /[fF][rR]?(["'])((?:(?!\1)[^\\\n]|\\.)*)\1/y,
    value: (match, reading) => interpolated(match[2] ?? "", /\{([^{}]*)\}/g, reading),
  },
  {
    pattern: /`((?:[^`\\]|\\.)*)`/y,
    value: (match, reading) => interpolated(match[1] ?? "", /\$\{([^{}]*)\}/g, reading),
  },
  {
    pattern:
      /(?:require\(\s*["'](?:node:)?path["']\s*\)\.|(?:os\.)?path\.|posix\.|pathlib\.|File\.|Pathname\.)?(?:join|resolve|normalize|Path|PurePath|expanduser|abspath|str|String|expand_path|open)\s*(?=\()/y,
    value: () => "",
  },
  { pattern: /[()+.]/y, value: () => "" },
  { pattern: /[,/]|os\.sep|path\.sep/y, value: () => "/" },
  { pattern: /\$?([A-Za-z_]\w*)/y, value: (match, reading) => named(match[1] ?? "", reading) },
];

function plain(text: string): string {
  return text.replaceAll(/\\(.)/g, "$1");
}

/** A literal with expressions in it. */
function interpolated(text: string, holes: RegExp, reading: Reading): string | undefined | null {
  let result: string | undefined | null = "";
  let from = 0;
  for (const match of text.matchAll(holes)) {
    const inner = read(match[1] ?? "", { ...reading, depth: reading.depth + 1 });
    if (inner.hidden) {
      return null;
    }
    if (!inner.complete || result === undefined) {
      result = undefined;
      continue;
    }
    result += plain(text.slice(from, match.index)) + inner.text;
    from = match.index + match[0].length;
  }
  return result === undefined ? undefined : result + plain(text.slice(from));
}

/** What the code itself assigns to a name. */
function named(name: string, reading: Reading): string | undefined | null {
  if (reading.depth > 3) {
    return undefined;
  }
  const assigned = new RegExp(`(?:^|[\\s;{(,])\\$?${name}\\s*=\\s*(?![=>])([^;\\n]{1,200})`).exec(
    reading.code,
  )?.[1];
  if (assigned === undefined || new RegExp(`\\b${name}\\b`).test(assigned)) {
    return undefined;
  }
  const found = read(argumentsOf(`${assigned})`)[0] ?? "", { ...reading, depth: reading.depth + 1 });
  return found.hidden ? null : found.complete ? found.text : undefined;
}

/** Reads an expression from left to right. `path` of `~` is the home folder, as the functions that expand it say. */
function read(expression: string, reading: Reading): CodePath {
  let text = "";
  let complete = true;
  let at = 0;
  for (let count = 0; at < expression.length && count < 60; count += 1) {
    const step = stepAt(expression, at, reading);
    if (step === undefined) {
      complete = false;
      at += 1;
      continue;
    }
    if (step.value === null) {
      return { text, complete: false, hidden: true };
    }
    complete &&= step.value !== undefined;
    text += complete ? (step.value ?? "") : "";
    at = step.end;
  }
  return { text: text.replaceAll(/\/{2,}/g, "/"), complete, hidden: false };
}

function stepAt(
  expression: string,
  at: number,
  reading: Reading,
): { value: string | undefined | null; end: number } | undefined {
  for (const { pattern, value } of pieces) {
    pattern.lastIndex = at;
    const match = pattern.exec(expression);
    if (match !== null && match[0] !== "") {
      return { value: value(match, reading), end: at + match[0].length };
    }
  }
  return undefined;
}

/** The arguments of a call, from behind its parenthesis: up to the one that closes it. */
export function argumentsOf(rest: string): readonly string[] {
  const found: string[] = [];
  let depth = 0;
  let from = 0;
  let quote = "";
  for (let at = 0; at < rest.length; at += 1) {
    const letter = rest.charAt(at);
    if (quote !== "") {
      if (letter === "\\") {
        at += 1;
      } else if (letter === quote) {
        quote = "";
      }
    } else if (letter === '"' || letter === "'" || letter === "`") {
      quote = letter;
    } else if ("([{".includes(letter)) {
      depth += 1;
    } else if (")]}".includes(letter)) {
      depth -= 1;
      if (depth < 0) {
        return [...found, rest.slice(from, at)];
      }
    } else if (letter === "," && depth === 0) {
      found.push(rest.slice(from, at));
      from = at + 1;
    }
  }
  return found;
}

/** What an expression for a path in `code` comes to. Bounded; never throws. */
export function readPath(expression: string, code: string, scope: Scope): CodePath {
  const found = read(expression.slice(0, 300), { scope, code, depth: 0 });
  const text =
    found.text === "~" || found.text.startsWith("~/") ? scope.lookups.home + found.text.slice(1) : found.text;
  return { ...found, text };
}

/** Whether a path of which only the start is known may be one that governs agents. */
export function mayGovern({ text, complete, hidden }: CodePath, scope: Scope): boolean {
  const folder = text.replace(/\/+$/, "");
  return (
    hidden || (!complete && folder !== "" && (folder === scope.lookups.home || isGovernanceFolder(folder)))
  );
}
