import type { Pattern } from "../../policy/compiled.ts";
import { isGlob } from "../../policy/pattern.ts";
import { normalisePath } from "../../policy/path-pattern.ts";
import { alternativesOf } from "./samples.ts";
import { another } from "./settings.ts";
import type { Ground } from "./subjects.ts";

/** What two patterns have in common: neither of them alone stands for it. */
export interface Overlap {
  /** The pattern that changed. */
  readonly of: Pattern;
  readonly also: Pattern;
  /** A text that both match. */
  readonly text: string;
}

export interface Overlaps {
  readonly found: readonly Overlap[];
  /** False where there were more pairs than could be tried. */
  readonly complete: boolean;
}

/** Steps of the search for all pairs together. One pair of usual length takes a few dozen. */
const mostSteps = 150_000;
const mostStepsOfPair = 3_000;
const mostPairs = 10_000;

/**
 * A text for each pair of a changed pattern and another one that have any in common. What a change does may show only
 * there: a file that is hidden no longer matters where another pattern lets it be read.
 */
export function* overlapsOf(
  changed: readonly Pattern[],
  all: readonly Pattern[],
  formsOf: (source: string) => readonly string[],
): Generator<undefined, Overlaps, undefined> {
  const others = bySource(all);
  const budget = { left: mostSteps };
  const forms = tokensBySource(formsOf);
  const found = new Map<string, Overlap>();
  let pairs = 0;
  for (const of of bySource(changed)) {
    for (const also of others) {
      if (of.source === also.source || !(isGlob(of.source) || isGlob(also.source))) {
        continue;
      }
      pairs++;
      if (pairs > mostPairs || budget.left <= 0) {
        return { found: [...found.values()], complete: false };
      }
      yield;
      const text = commonText(of, also, { forms, budget });
      if (text !== undefined && !found.has(text)) {
        found.set(text, { of, also, text });
      }
    }
  }
  return { found: [...found.values()], complete: true };
}

function bySource(patterns: readonly Pattern[]): readonly Pattern[] {
  return [...new Map(patterns.map((pattern) => [pattern.source, pattern])).values()];
}

/** What patterns over names are spelled like. */
export function nameForms(source: string): readonly string[] {
  return alternativesOf(source).map((text) => text.replaceAll(/\*+/g, "**"));
}

/** Absolute paths with wildcards that a pattern of paths may stand for. */
export function pathForms({ workspace, home }: Ground): (source: string) => readonly string[] {
  return (source) =>
    alternativesOf(source.endsWith("/") ? `${source}**` : source).flatMap((text) => {
      const rooted = text.startsWith("~/")
        ? [`${home}${text.slice(1)}`]
        : text.startsWith("/")
          ? [text]
          : [`${workspace}/${text}`, ...(text.startsWith("**") ? [`/${text}`] : [])];
      // What is below a literal belongs to it, and `**/` may stand for no folder.
      const whole = rooted.flatMap((path) => (isGlob(path) ? [path] : [path, `${path}/**`]));
      return [...new Set([...whole, ...whole.map((path) => path.replaceAll("**/", ""))])].map(normalisePath);
    });
}

type Forms = readonly (readonly Token[])[];

interface Search {
  readonly forms: (source: string) => Forms;
  readonly budget: { left: number };
}

function tokensBySource(formsOf: (source: string) => readonly string[]): Search["forms"] {
  const known = new Map<string, Forms>();
  return (source) => {
    const forms = known.get(source) ?? formsOf(source).map(tokensOf);
    known.set(source, forms);
    return forms;
  };
}

function commonText(of: Pattern, also: Pattern, { forms, budget }: Search): string | undefined {
  for (const one of forms(of.source)) {
    for (const other of forms(also.source)) {
      const text = walk([one, other], budget);
      if (text !== undefined && of.matches(text) && also.matches(text)) {
        return text;
      }
    }
  }
  return undefined;
}

/** One character; any character; or some characters, with or without a `/` among them. */
type Token = { readonly char: string } | { readonly any: "one" | "segment" | "path" };

function tokensOf(glob: string): readonly Token[] {
  return (glob.match(/\*+|\[[^\]]*\]|[\s\S]/g) ?? []).map((part) => {
    if (part.startsWith("*")) {
      return { any: part === "*" ? "segment" : "path" };
    }
    if (part === "?") {
      return { any: "one" };
    }
    return { char: part.length === 1 ? part : (/^\[!?([\s\S])/.exec(part)?.[1] ?? part) };
  });
}

/** A text that fits all of these, each wildcard taking at least one character. */
function walk(globs: readonly (readonly Token[])[], budget: { left: number }): string | undefined {
  const seen = new Set<string>();
  const open: { readonly at: readonly number[]; readonly text: string }[] = [
    { at: globs.map(() => 0), text: "" },
  ];
  for (let steps = 0; steps < mostStepsOfPair && budget.left > 0; steps++) {
    const state = open.pop();
    if (state === undefined) {
      return undefined;
    }
    budget.left--;
    const { at, text } = state;
    if (at.every((place, index) => place === globs[index]?.length)) {
      return text;
    }
    const tokens = at.flatMap((place, index) => globs[index]?.[place] ?? []);
    const key = at.join();
    if (tokens.length < globs.length || seen.has(key)) {
      continue;
    }
    seen.add(key);
    const literal = tokens.find((token) => "char" in token);
    const next = literal !== undefined && "char" in literal ? literal.char : another.slice(0, 1);
    for (const places of combined(tokens.map((token, index) => placesAfter(token, at[index] ?? 0, next)))) {
      open.push({ at: places, text: `${text}${next}` });
    }
  }
  return undefined;
}

/** Staying at a wildcard is tried last: what is pushed last comes first. */
function placesAfter(token: Token, place: number, next: string): readonly number[] {
  if ("char" in token) {
    return token.char.toLowerCase() === next.toLowerCase() ? [place + 1] : [];
  }
  if (token.any !== "path" && next === "/") {
    return [];
  }
  return token.any === "one" ? [place + 1] : [place, place + 1];
}

function combined(choices: readonly (readonly number[])[]): readonly (readonly number[])[] {
  return choices.reduce<readonly (readonly number[])[]>(
    (all, each) => all.flatMap((places) => each.map((place) => [...places, place])),
    [[]],
  );
}
