import type { CompoundCommand, CompoundList, Redirected } from "unbash";
import type { Stdin, Word } from "./invocation.ts";
import { isPipe, joinFlows, unknownFlow, unknownWord } from "./word.ts";

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
  /** What a name may stand for: more than one body where branches disagree. */
  functions: Map<string, readonly ShellFunction[]> = new Map();
  aliases: Map<string, string> = new Map();
  /** Programs bound to a name by `hash -p`. */
  hashed: Map<string, string> = new Map();
  /**
   * What was written to files by earlier commands of the same line, by absolute path; where that is not known
   * (`/tmp/x.$$`), by how the name is written.
   */
  files: Map<string, Stdin> = new Map();
  /** Files of which the line knows, at this point, that they are not there. */
  readonly missing: Set<string> = new Set();
  /** Folders into which the line unpacked what it fetched from where anybody could have put it. */
  readonly unpacked: string[] = [];
  descriptors: Map<string, Stdin> = new Map();
  /** Files that `exec` opened for writing, by descriptor. */
  sinks: Map<string, Word> = new Map();
  positional: readonly Word[] = [];
  /** Inside a function: what its local variables stood for outside. */
  locals: Map<string, Value | undefined> | undefined = undefined;
  /** Variables that no later assignment changes. */
  readonly fixed: Set<string> = new Set();
  /** How many branches deep: what is written there may not have been written. */
  doubts = 0;

  constructor(cwd: string | undefined) {
    this.cwd = cwd;
  }

  /** What a file holds from now on; in a branch, it may as well hold what it held before. */
  write(path: string, content: Stdin): void {
    const before = this.doubts > 0 ? this.files.get(path) : undefined;
    this.files.set(path, before === undefined || isPipe(before) ? content : eitherFlow(content, before));
  }

  /** Inside a function, remembers what a variable stands for outside of it. */
  keepLocal(name: string): void {
    if (this.locals !== undefined && !this.locals.has(name)) {
      this.locals.set(name, this.variables.get(name));
    }
  }

  /** Gives the local variables of a function back what they stood for. */
  leaveFunction(): void {
    for (const [name, value] of this.locals ?? []) {
      if (value === undefined) {
        this.variables.delete(name);
      } else {
        this.variables.set(name, value);
      }
    }
    this.locals = undefined;
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

  holdsFiles(): boolean {
    return this.files.size + this.unpacked.length > 0;
  }

  /** True where something is known that a later command could take the place of. */
  holdsAnything(): boolean {
    return (
      this.variables.size +
        this.functions.size +
        this.files.size +
        this.aliases.size +
        this.descriptors.size >
        0 || this.positional.length > 0
    );
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
    this.mergeDefinitions(other);
  }

  /**
   * The same for a command that most likely ran, as behind `&&`: what it set anew stays, and only what it took the place
   * of is in doubt.
   */
  mergeReplaced(other: ShellState): void {
    for (const [name, before] of other.variables) {
      const now = this.variables.get(name);
      const merged = now === undefined ? before : mergeValues(now, before, name);
      if (merged !== undefined) {
        this.variables.set(name, merged);
      }
    }
    this.mergeDefinitions(other);
  }

  private mergeDefinitions(other: ShellState): void {
    for (const [name, bodies] of other.functions) {
      const now = this.functions.get(name);
      if (now !== bodies) {
        this.functions.set(name, now === undefined ? bodies : [...new Set([...now, ...bodies])].slice(0, 8));
      }
    }
    for (const [name, text] of other.aliases) {
      const now = this.aliases.get(name);
      // Both are run where it is used: a word behind an alias belongs to its last command only.
      this.aliases.set(name, now === undefined || now === text ? text : `${text}\n${now}`);
    }
    for (const [name, path] of other.hashed) {
      this.hashed.set(name, this.hashed.get(name) ?? path);
    }
    for (const [number, flow] of other.descriptors) {
      const now = this.descriptors.get(number);
      this.descriptors.set(number, now === undefined ? flow : eitherFlow(now, flow));
    }
    if (this.positional !== other.positional) {
      this.positional = mergePositional(this.positional, other.positional);
    }
  }
}

/** What may come from either of two sources: text of both, one behind the other, so that all of it is judged. */
export function eitherFlow(first: Stdin, second: Stdin): Stdin {
  if (first === second || (first.kind === "text" && second.kind === "text" && first.text === second.text)) {
    return first;
  }
  if (first.kind === "text" && second.kind === "text") {
    return first.text.length + second.text.length > 16 * 1024
      ? unknownFlow("one of several texts")
      : joinFlows({ ...first, text: `${first.text}\n` }, second);
  }
  return joinFlows(first, second);
}

function mergePositional(now: readonly Word[], before: readonly Word[]): readonly Word[] {
  if (before.length === 0 || now.length === 0) {
    return now.length === 0 ? before : now;
  }
  const same =
    now.length === before.length &&
    now.every(
      (word, index) => word.known && before[index]?.known === true && word.text === before[index].text,
    );
  return same ? now : [unknownWord("$@", 0, 0)];
}

function mergeValues(a: Value | undefined, b: Value | undefined, name: string): Value | undefined {
  if (a === b || (a?.kind === "word" && b?.kind === "word" && a.word.known && a.word.text === b.word.text)) {
    return a;
  }
  if (a?.kind === "word" && b === undefined && !a.word.known) {
    return a;
  }
  const choices = a === undefined || b === undefined ? undefined : eitherOf(a, b);
  const word = unknownWord(`$${name}`, 0, 0);
  return { kind: "word", word: choices === undefined ? word : { ...word, choices } };
}

const maximumChoices = 4;

/** Every text that the one or the other may be; undefined where that is not known, or too much. */
function eitherOf(a: Value, b: Value): readonly string[] | undefined {
  const texts = [a, b].map((value) =>
    value.kind !== "word" ? undefined : value.word.known ? [value.word.text] : value.word.choices,
  );
  const all = texts.some((list) => list === undefined)
    ? []
    : [...new Set(texts.flatMap((list) => list ?? []))];
  return all.length === 0 || all.length > maximumChoices || all.join("").length > 4096 ? undefined : all;
}
