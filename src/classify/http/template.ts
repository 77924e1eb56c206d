import { hole } from "../../catalogue/hole.ts";
import type { Word } from "../shell/invocation.ts";

/** Looks up a variable; undefined where its value is not known. */
export type VariableLookup = (name: string) => string | undefined;

/**
 * The text of a word with a `hole` for every part that is not known before it runs: `"id: $ID"` → `id: <hole>`. What
 * stands around the unknown part can then still be read.
 */
export function textWithHoles(word: Word, variable: VariableLookup): string {
  return word.known ? word.text : fillTemplate(word.template ?? word.text, variable);
}

/** Puts holes, or values where they are known, in the place of expansions. Quotes were taken away before. */
export function fillTemplate(source: string, variable: VariableLookup): string {
  let text = "";
  let at = 0;
  while (at < source.length) {
    const char = source.charAt(at);
    if (char === "$" || char === "`") {
      const part = expansion(source, at, variable);
      text += part.text;
      at = part.end;
    } else {
      text += char;
      at += 1;
    }
  }
  return text;
}

interface Expanded {
  readonly text: string;
  readonly end: number;
}

function expansion(source: string, at: number, variable: VariableLookup): Expanded {
  const next = source.charAt(at + 1);
  if (source.charAt(at) === "`") {
    return { text: hole, end: closing(source, at + 1, "`") };
  }
  if (next === "(" || next === "{") {
    const end = balancedEnd(source, at + 1);
    const name = next === "{" ? /^\{([A-Za-z_]\w*)\}$/.exec(source.slice(at + 1, end))?.[1] : undefined;
    return { text: (name === undefined ? undefined : variable(name)) ?? hole, end };
  }
  const name = /^[A-Za-z_]\w*/.exec(source.slice(at + 1, at + 80))?.[0];
  if (name !== undefined) {
    return { text: variable(name) ?? hole, end: at + 1 + name.length };
  }
  return /[\d@*#?$!-]/.test(next) ? { text: hole, end: at + 2 } : { text: "$", end: at + 1 };
}

function closing(source: string, from: number, mark: string): number {
  const end = source.indexOf(mark, from);
  return end < 0 ? source.length : end + 1;
}

/** The end of `(…)` or `{…}` that opens at `from`; quotes are stepped over. */
function balancedEnd(source: string, from: number): number {
  const open = source.charAt(from);
  const close = open === "(" ? ")" : "}";
  let depth = 0;
  for (let at = from; at < source.length; at += 1) {
    const char = source.charAt(at);
    if (char === "\\") {
      at += 1;
    } else if (char === "'") {
      const end = source.indexOf("'", at + 1);
      at = end < 0 ? source.length : end;
    } else if (char === open) {
      depth += 1;
    } else if (char === close) {
      depth -= 1;
      if (depth === 0) {
        return at + 1;
      }
    }
  }
  return source.length;
}
