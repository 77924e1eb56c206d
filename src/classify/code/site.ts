import type { Scope } from "../scope.ts";
import type { Invocation, Word } from "../shell/invocation.ts";
import { knownWord } from "../shell/word.ts";
import type { CodeContext } from "./read-value.ts";
import { unknownPart } from "./value.ts";

/** A piece of program code that is judged, and where on the command line it stands. */
export interface CodeSite {
  readonly context: CodeContext;
  /** True for `-c`, `-e` and input, where what cannot be followed hides something. */
  readonly inline: boolean;
  readonly at: Pick<Invocation, "start" | "end">;
  readonly scope: Scope;
  /** For people: "inline python". */
  readonly how: string;
}

/** A text that an expression comes to, as the word of a command: variables of the environment are put in. */
export function wordOf(text: string, { at, scope, context }: CodeSite): Word {
  const resolved = text.replaceAll(
    /\$(?!__unknown)(\w+)/g,
    (_all, name: string) => scope.variable(name) ?? unknownPart,
  );
  const path = /^~(?:\/|$)/.test(resolved) ? scope.lookups.home + resolved.slice(1) : resolved;
  return movedWord(path, context.code, at);
}

/** The same after `os.chdir("x")`: relative names start there. */
function movedWord(named: string, code: string, at: CodeSite["at"]): Word {
  const folder = /^[/~$]/.test(named) ? undefined : /\bchdir\(\s*["']([^"'\n]+)["']/.exec(code)?.[1];
  const path = folder === undefined ? named : `${folder}/${named}`;
  const first = path.indexOf(unknownPart);
  if (first < 0) {
    const word = knownWord(path, at.start, at.end);
    return path.includes("*") ? { ...word, glob: true } : word;
  }
  return {
    text: path,
    known: false,
    prefix: path.slice(0, first),
    suffix: path.slice(path.lastIndexOf(unknownPart) + unknownPart.length),
    template: path,
    start: at.start,
    end: at.end,
  };
}
