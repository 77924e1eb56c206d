import { braceExpand } from "minimatch";
import { err, ok, type Result } from "../base/result.ts";
import type { Pattern } from "./compiled.ts";

const maximumLength = 1000;
const maximumAlternatives = 200;
const maximumQuestions = 16;

/** True where the text holds a wildcard, so that it stands for more than one name or path. */
export function isGlob(source: string): boolean {
  return /[*?[{]/.test(source);
}

/**
 * A pattern over names: `*` and `?` match any characters including `:` and `/`, `{a,b}` is an alternative. Names are
 * compared without regard to case. No regular expression is involved, and what would take long is refused.
 */
export function namePattern(source: string): Result<Pattern> {
  const problem = sizeProblem(source) ?? braceProblem(source) ?? questionProblem(source);
  if (problem !== undefined) {
    return err(problem);
  }
  const alternatives = expandBraces(source.toLowerCase());
  if (alternatives === undefined) {
    return err(tooManyAlternatives);
  }
  return ok({ source, matches: anyOf(alternatives.map(nameMatcher)) });
}

/** Why a path glob cannot be used, as the end of a sentence; undefined where it can. */
export function pathGlobProblem(source: string): string | undefined {
  if (source.includes("\\")) {
    return "paths are written with `/`, and a backslash escapes nothing";
  }
  if (/^(?:~[^/]|\$|%\w+%)|\$\{/.test(source)) {
    return "only `~/` at the start is replaced, no variables and no other homes";
  }
  if (/[@!+?*]\(/.test(source)) {
    return "extended globs such as `@(…)` are not supported: write `{a,b}` or two entries";
  }
  const problem = sizeProblem(source) ?? braceProblem(source);
  if (problem !== undefined) {
    return problem;
  }
  if (plainAlternatives(source) === undefined && expandBraces(source) === undefined) {
    return tooManyAlternatives;
  }
  const segments = source.split("/");
  if (segments.filter((segment) => segment === "**").length > 4) {
    return "it has more than four `**`";
  }
  // INVARIANT: few stars per segment keep the regular expression behind it far from catastrophic backtracking.
  return segments.some((segment) => segment !== "**" && segment.split("*").length > 4)
    ? "it has more than three `*` between two slashes"
    : undefined;
}

const tooManyAlternatives = `it stands for more than ${maximumAlternatives} alternatives`;

function sizeProblem(source: string): string | undefined {
  if (source.trim() === "") {
    return "it is empty and would match nothing";
  }
  return source.length > maximumLength ? `it is longer than ${maximumLength} characters` : undefined;
}

/** INVARIANT: whoever writes a policy, approved or not, cannot make decisions slow with it. */
function questionProblem(source: string): string | undefined {
  return source.split("?").length - 1 > maximumQuestions
    ? `it has more than ${maximumQuestions} \`?\``
    : undefined;
}

function braceProblem(source: string): string | undefined {
  const closing: string[] = [];
  for (const char of source) {
    if (char === "{" || char === "[") {
      closing.push(char === "{" ? "}" : "]");
    } else if ((char === "}" || char === "]") && closing.pop() !== char) {
      return `\`${char}\` closes nothing`;
    }
  }
  const open = closing.pop();
  return open === undefined ? undefined : `\`${open}\` is missing`;
}

/** How many texts a glob stands for, where that can be counted without writing them: flat lists, and few enough. */
function plainAlternatives(source: string): number | undefined {
  const lists = source.match(/\{[^{}]*\}/g) ?? [];
  const flat = source.replaceAll(/\{[^{}]*\}/g, "");
  const count = lists.reduce((product, list) => product * list.split(",").length, 1);
  return /[{}]/.test(flat) || source.includes("..") || count > maximumAlternatives ? undefined : count;
}

/** The texts that `{a,b}` stand for; undefined where they are too many. */
export function expandBraces(source: string): readonly string[] | undefined {
  if (!source.includes("{")) {
    return [source];
  }
  const alternatives = braceExpand(source, { braceExpandMax: maximumAlternatives + 1 });
  return alternatives.length > maximumAlternatives ? undefined : alternatives;
}

function anyOf(matchers: readonly ((text: string) => boolean)[]): (text: string) => boolean {
  const [only] = matchers;
  return matchers.length === 1 && only !== undefined
    ? only
    : (text) => matchers.some((matcher) => matcher(text));
}

function nameMatcher(pattern: string): (text: string) => boolean {
  if (!/[*?]/.test(pattern)) {
    return (text) => text.length === pattern.length && text.toLowerCase() === pattern;
  }
  if (pattern === "*") {
    return () => true;
  }
  return (text) => wildcardMatches(pattern, text.toLowerCase());
}

/** Each piece between two stars is taken where it comes first: a later place would leave less for the rest. */
function wildcardMatches(pattern: string, text: string): boolean {
  const pieces = pattern.split("*");
  const first = pieces[0] ?? "";
  const last = pieces.at(-1) ?? "";
  if (pieces.length === 1) {
    return text.length === pattern.length && fitsAt(pattern, text, 0);
  }
  const end = text.length - last.length;
  if (end < first.length || !fitsAt(first, text, 0) || !fitsAt(last, text, end)) {
    return false;
  }
  let at = first.length;
  for (const piece of pieces.slice(1, -1)) {
    at = placeOf(piece, text, at);
    if (at < 0 || at + piece.length > end) {
      return false;
    }
    at += piece.length;
  }
  return true;
}

function placeOf(piece: string, text: string, from: number): number {
  if (!piece.includes("?")) {
    return text.indexOf(piece, from);
  }
  for (let at = from; at + piece.length <= text.length; at++) {
    if (fitsAt(piece, text, at)) {
      return at;
    }
  }
  return -1;
}

function fitsAt(piece: string, text: string, at: number): boolean {
  if (!piece.includes("?")) {
    return text.startsWith(piece, at);
  }
  for (let index = 0; index < piece.length; index++) {
    if (piece[index] !== "?" && piece[index] !== text[at + index]) {
      return false;
    }
  }
  return true;
}
