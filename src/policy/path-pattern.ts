import { Minimatch } from "minimatch";
import { err, ok, type Result } from "../base/result.ts";
import type { Pattern } from "./compiled.ts";
import { gatesOf, type PathGate } from "./path-gates.ts";
import { expandBraces, isGlob, pathGlobProblem } from "./pattern.ts";

/** What relative patterns start from, and how strictly they match. */
export interface PathContext {
  readonly workspace: string;
  readonly home: string;
  /**
   * `wide` for what hides or forbids: a leading `**` reaches outside the workspace, case is ignored, a literal covers
   * what is below it. `narrow` for what allows.
   */
  readonly reach: "wide" | "narrow";
}

export interface PathPattern extends Pattern {
  readonly literal: boolean;
  readonly anchor?: { readonly base: string; readonly rest: string };
  /** A path must pass one of these for the pattern to match it. */
  readonly gates: readonly PathGate[];
}

/**
 * Compiles a glob over absolute, `/`-separated paths: `./x` and `x` start at the workspace, `~/x` at home, `**`
 * anywhere. The error is the end of a sentence that says why it cannot be used.
 */
export function pathPattern(source: string, context: PathContext): Result<PathPattern> {
  const problem = pathGlobProblem(source);
  if (problem !== undefined) {
    return err(problem);
  }
  const wide = context.reach === "wide";
  const { base, rest } = place(wide ? source.normalize("NFC") : source, context);
  if (rest === "") {
    const matches = literalMatcher(base, context);
    return ok({
      source,
      literal: true,
      anchor: anchorOf(base, context),
      matches,
      gates: gatesOf(base, [""]),
    });
  }
  const keys = keysOf(rest);
  const inside = globMatcher(base, rest, wide);
  const matches =
    keys === undefined
      ? inside
      : (path: string) => endsLike(path).some((end) => keys.includes(end)) && inside(path);
  return ok({ source, literal: false, matches, gates: gatesOf(base, alternativesOf(rest)) });
}

/** True for a glob whose last step is neither a name nor has an extension: each path has to be held against it. */
export function isLooseGlob(source: string): boolean {
  const isPlain = /^[^*?[{]*\*\*$/.test(source) || /^\*\*\/[^*?[{]+\/\*\*$/.test(source);
  return isGlob(source) && !isPlain && keysOf(source) === undefined;
}

/** Most alternatives of one pattern that are looked up by name. */
const mostKeys = 20;

function keysOf(glob: string): readonly string[] | undefined {
  const texts = expandBraces(glob) ?? [];
  const keys = texts.map((text) => keyOf(text.slice(text.lastIndexOf("/") + 1)));
  const known = keys.filter((key) => key !== undefined);
  return texts.length === 0 || texts.length > mostKeys || known.length < keys.length
    ? undefined
    : [...new Set(known)];
}

function keyOf(tail: string): string | undefined {
  if (!isGlob(tail)) {
    return tail.toLowerCase();
  }
  const extension = /\.[^.*?[\]{}]+$/.exec(tail)?.[0];
  return extension === undefined ? undefined : `*${extension.toLowerCase()}`;
}

/** A glob without its braces; as it is where there are too many. */
function alternativesOf(glob: string): readonly string[] {
  const texts = expandBraces(glob) ?? [];
  return texts.length === 0 || texts.length > mostKeys ? [glob] : texts;
}

/** What the end of a path is, as `keysOf` says it of patterns. */
function endsLike(path: string): readonly string[] {
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  return [name, `*${name.slice(name.lastIndexOf("."))}`];
}

/** Removes `.`, `..` and repeated slashes without asking the file system. */
export function normalisePath(path: string): string {
  if (path.startsWith("/") && !/\/(?:\.{0,2}(?:\/|$))/.test(path)) {
    return path;
  }
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") {
      parts.pop();
    } else if (part !== "" && part !== ".") {
      parts.push(part);
    }
  }
  const joined = parts.join("/");
  return /^[A-Za-z]:(\/|$)/.test(joined) ? joined : `/${joined}`;
}

/** Splits into a literal folder and the glob below it; `rest` is empty for a literal path. */
function place(source: string, context: PathContext): { readonly base: string; readonly rest: string } {
  const text = source.endsWith("/") ? `${source}**` : source;
  if (text.startsWith("**") && context.reach === "wide") {
    return { base: "", rest: text };
  }
  const segments = absolute(text, context).split("/");
  const first = segments.findIndex((segment) => isGlob(segment));
  const literal = first < 0 ? segments : segments.slice(0, first);
  const base = normalisePath(literal.join("/"));
  return { base: base === "/" ? "" : base, rest: first < 0 ? "" : segments.slice(first).join("/") };
}

function absolute(text: string, context: PathContext): string {
  if (text === "~" || text.startsWith("~/")) {
    return `${context.home}${text.slice(1)}`;
  }
  return /^(\/|[A-Za-z]:\/)/.test(text) ? text : `${context.workspace}/${text}`;
}

/**
 * INVARIANT: below the workspace (or home) an allowed literal follows no symlink, so nobody can point an allowed name
 * at a hidden file. Elsewhere only its folder may be a symlink.
 */
function anchorOf(path: string, context: PathContext): { readonly base: string; readonly rest: string } {
  for (const root of [context.workspace, context.home]) {
    if (path.startsWith(`${root}/`)) {
      return { base: root, rest: path.slice(root.length) };
    }
  }
  const slash = path.lastIndexOf("/");
  return { base: path.slice(0, slash), rest: path.slice(slash) };
}

function literalMatcher(base: string, context: PathContext): (path: string) => boolean {
  const below = `${base}/`;
  if (context.reach === "narrow") {
    return (path) => path === base || path.startsWith(below);
  }
  const lower = base.toLowerCase();
  return (path) => startsAt(path, lower, true);
}

function globMatcher(base: string, rest: string, wide: boolean): (path: string) => boolean {
  const inside = insideMatcher(rest, wide);
  if (base === "") {
    return (path) => inside(path.slice(1));
  }
  const start = wide ? base.toLowerCase() : base;
  const whole = rest === "**";
  return (path) =>
    startsAt(path, start, wide) &&
    (path.length === base.length ? whole : inside(path.slice(base.length + 1)));
}

/** True for the folder itself and all below it. */
function startsAt(path: string, base: string, ignoreCase: boolean): boolean {
  if (path.length < base.length || (path.length > base.length && path[base.length] !== "/")) {
    return false;
  }
  const start = path.slice(0, base.length);
  return start === base || (ignoreCase && start.toLowerCase() === base);
}

/** The common forms are matched by comparing text; everything else goes through minimatch. */
function insideMatcher(rest: string, wide: boolean): (path: string) => boolean {
  if (rest === "**") {
    return () => true;
  }
  const folder = /^\*\*\/([^*?[{]+)\/\*\*$/.exec(rest)?.[1];
  if (folder !== undefined && wide) {
    const lower = `/${folder.toLowerCase()}/`;
    return (path) => `/${path.toLowerCase()}/`.includes(lower);
  }
  const prefix = /^\*\*\/([^*?[{/]+)\*$/.exec(rest)?.[1];
  if (prefix !== undefined && wide) {
    const lower = prefix.toLowerCase();
    return (path) =>
      path
        .slice(path.lastIndexOf("/") + 1)
        .toLowerCase()
        .startsWith(lower);
  }
  // Made when a path first gets as far as this: most of the built-in patterns never see one in a short process.
  let glob: Minimatch | undefined;
  return (path) => {
    glob ??= new Minimatch(rest, {
      dot: true,
      nocase: wide,
      nonegate: true,
      nocomment: true,
      noext: true,
      platform: "linux",
    });
    return glob.match(path);
  };
}
