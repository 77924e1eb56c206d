import type { CompoundCommand, CompoundList, Redirected } from "unbash";
import type { Stdin, Word } from "./invocation.ts";

/** What a variable holds. A reference is bash's `declare -n`. */
export type Value =
  | { readonly kind: "word"; readonly word: Word }
  | { readonly kind: "list"; readonly words: readonly Word[] }
  | { readonly kind: "reference"; readonly name: string };

/** A shell function: its body, and the text that the body's positions index. */
export interface ShellFunction {
  readonly body: CompoundCommand | Redirected | CompoundList;
  readonly source: string;
}

/** What a shell knows at one point of the command line. Changed in place; `save` and `restore` make subshells. */
export class ShellState {
  cwd: string | undefined;
  variables: Map<string, Value> = new Map();
  functions: Map<string, ShellFunction> = new Map();
  aliases: Map<string, string> = new Map();
  /** Programs bound to a name by `hash -p`. */
  hashed: Map<string, string> = new Map();
  /** What was written to files by earlier commands of the same line, by absolute path. */
  files: Map<string, Stdin> = new Map();
  descriptors: Map<string, Stdin> = new Map();
  /** Files that `exec` opened for writing, by descriptor. */
  sinks: Map<string, Word> = new Map();
  positional: readonly Word[] = [];

  constructor(cwd: string | undefined) {
    this.cwd = cwd;
  }

  /** A copy to go back to. Files stay: a subshell writes to the same disk. */
  save(): ShellState {
    const copy = new ShellState(this.cwd);
    copy.variables = new Map(this.variables);
    copy.functions = new Map(this.functions);
    copy.aliases = new Map(this.aliases);
    copy.hashed = new Map(this.hashed);
    copy.descriptors = new Map(this.descriptors);
    copy.sinks = new Map(this.sinks);
    copy.positional = this.positional;
    return copy;
  }

  /** Takes back what happened since `saved` was made, as the end of a subshell does. */
  restore(saved: ShellState): void {
    this.cwd = saved.cwd;
    this.variables = saved.variables;
    this.functions = saved.functions;
    this.aliases = saved.aliases;
    this.hashed = saved.hashed;
    this.descriptors = saved.descriptors;
    this.sinks = saved.sinks;
    this.positional = saved.positional;
  }

  /** Keeps of two possible pasts only what both agree on: after a branch that may or may not have run. */
  merge(other: ShellState): void {
    if (this.cwd !== other.cwd) {
      this.cwd = undefined;
    }
    for (const name of new Set([...this.variables.keys(), ...other.variables.keys()])) {
      const merged = mergeValues(this.variables.get(name), other.variables.get(name), name);
      if (merged !== undefined) {
        this.variables.set(name, merged);
      }
    }
    for (const [name, body] of other.functions) {
      if (!this.functions.has(name)) {
        this.functions.set(name, body);
      }
    }
  }
}

function mergeValues(a: Value | undefined, b: Value | undefined, name: string): Value | undefined {
  if (a === b || (a?.kind === "word" && b?.kind === "word" && a.word.known && a.word.text === b.word.text)) {
    return a;
  }
  if (a?.kind === "word" && b === undefined && !a.word.known) {
    return a;
  }
  return {
    kind: "word",
    word: { text: `$${name}`, known: false, prefix: "", suffix: "", start: 0, end: 0, template: `$${name}` },
  };
}
