import { braceExpand } from "minimatch";
import { err, ok, type Result } from "../base/result.ts";
import type { Pattern } from "./compiled.ts";

const maximumLength = 1000;
const maximumAlternatives = 200;

/** True where the text holds a wildcard, so that it stands for more than one name or path. */
export function isGlob(source: string): boolean {
  return /[*?[{]/.test(source);
}

/**
 * A pattern over names: `*` and `?` match any characters including `:` and `/`, `{a,b}` is an alternative. Names are
 * compared without regard to case. Matching takes time linear in the text for a literal and at worst
 * pattern × text for a wildcard: no regular expression is involved.
 */
export function namePattern(source: string): Result<Pattern> {
  const problem = sizeProblem(source) ?? braceProblem(source);
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

function expandBraces(source: string): readonly string[] | undefined {
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

/** The two-pointer match: on a mismatch only the last star takes one character more. */
function wildcardMatches(pattern: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  let index = 0;
  while (index < text.length) {
    const wanted = pattern[at];
    if (wanted === "*") {
      star = at;
      at++;
      resume = index;
    } else if (wanted !== undefined && (wanted === "?" || wanted === text[index])) {
      at++;
      index++;
    } else if (star >= 0) {
      at = star + 1;
      resume++;
      index = resume;
    } else {
      return false;
    }
  }
  while (pattern[at] === "*") {
    at++;
  }
  return at === pattern.length;
}
