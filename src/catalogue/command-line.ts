import type { Effect } from "../model/effect.ts";
import type { Operation } from "./catalogue.ts";
import { hole } from "./hole.ts";
import type { VerbPosition, VerbRule } from "./verbs.ts";

/** What of a command line decides more than its path. All conditions that are given must hold. */
export interface CommandRule {
  readonly options?: readonly string[];
  /** Found in any word behind the path, or in what is fed to standard input. */
  readonly text?: RegExp;
  /** Where `text` is looked for in one of the names behind the path only; it does not hold where there is none. */
  readonly at?: number;
  /** True: something is fed to standard input. */
  readonly fed?: boolean;
  /** Found right behind the command: what its output is piped into, `| docker login --password-stdin`. */
  readonly piped?: RegExp;
  /** True: a name stands behind the path. */
  readonly positional?: boolean;
  /** Replaces the command's own operation. */
  readonly operation?: Operation;
  readonly effects: readonly Effect[];
  readonly also: readonly string[];
}

/** `--volume`, or the index of a positional behind the path. */
export type ValueSource = string | number;

/** Where a command line says in which place it works. */
export interface PlaceSource {
  /** Empty where the tool has one kind of places only. `address` leads elsewhere than where the tool is set up to. */
  readonly kind: string;
  readonly source: ValueSource;
  /** True where it says more about a place, and is no name of an environment by itself: a region. */
  readonly narrows: boolean;
}

/** How a command passes something on to be judged by itself. */
export type Carried =
  | { readonly kind: "command" }
  | { readonly kind: "shell_input" }
  /** The command runs on a machine of the provider's. */
  | { readonly kind: "remote_command"; readonly host: string }
  | {
      readonly kind: "graphql";
      readonly document: readonly ValueSource[];
      readonly files: readonly string[];
      readonly variables: readonly string[];
      readonly pairs: readonly string[];
      readonly operationName: readonly string[];
    }
  | CarriedObjects
  | CarriedPlan
  /** The command sends one request to the provider's API; a path that is not a URL is below `base`. */
  | {
      readonly kind: "rest";
      readonly base: string;
      /** Where undefined, the method's sources decide, then whether there is something to send. */
      readonly httpMethod?: string;
      readonly method: readonly ValueSource[];
      readonly path: readonly ValueSource[];
      /** Options that give `KEY=VALUE`. */
      readonly fields: readonly string[];
      /** Options that name a file with the body, or give the body itself. */
      readonly input: readonly string[];
    };

/**
 * The command is about objects, by kind: its words name them (`pods,services`, `pod/web`), or files that describe them.
 * Each kind is an operation of its own, `<verb>:<kind>`.
 */
export interface CarriedObjects {
  readonly kind: "objects";
  /** Options that name files, or folders of them. */
  readonly files: readonly string[];
  /** Options under which the command is another verb; the first that holds counts. */
  readonly variants: readonly {
    readonly options: readonly string[];
    readonly value?: RegExp;
    readonly verb: string;
  }[];
}

/**
 * The command carries out a plan that was saved to a file. What the file says would be done counts; where it cannot be read, the
 * command's own operation does.
 */
export interface CarriedPlan {
  readonly kind: "plan";
  readonly document: readonly ValueSource[];
  /** Tools of the provider that read the file where its name says; the others are not followed. */
  readonly programs: readonly string[];
  readonly destroys: Operation;
  readonly changes: Operation;
}

export interface CommandForm {
  readonly path: string;
  readonly operation: Operation;
  readonly resource: readonly ValueSource[];
  /** True where it takes any number of resources: `helm uninstall a b`. */
  readonly several: boolean;
  readonly environment: readonly PlaceSource[];
  readonly rules: readonly CommandRule[];
  readonly carries?: Carried;
  /** Options that name a file which the command writes: what stands there before says nothing of it afterwards. */
  readonly writes: readonly string[];
  /** Options that name the folder in which names of files start. */
  readonly folder: readonly string[];
}

/** One step of the tree of sub-commands. `optionValues` counts the words that an option takes, on top of the tool's own. */
export interface CommandNode {
  readonly children: Map<string, CommandNode>;
  form?: CommandForm;
  readonly optionValues: Map<string, number>;
}

/**
 * How a tool reads its words. `gnu` (the default) finds sub-commands anywhere in front of `--`; the others only before
 * the first name. `go` has whole words behind one dash; with `aws`, an option takes every word up to the next option.
 */
export const commandStyles = ["gnu", "cobra", "go", "aws"] as const;

export type CommandStyle = (typeof commandStyles)[number];

/** Programs that always talk to this machine; options and variables that do where their address is this machine's. */
export interface Emulator {
  readonly programs: readonly string[];
  readonly options: readonly string[];
  readonly variables: readonly string[];
  /** Environments of that name are on this machine as well: what the options say, or what the tool is set to. */
  readonly names?: RegExp;
  /** Options that lead elsewhere, whatever the names say. */
  readonly unless?: readonly string[];
}

/** A provider's own command-line tool. */
export interface CommandLine {
  readonly style: CommandStyle;
  /** Words in front of a sub-command that do not change what it does: `beta`. */
  readonly prefixes: readonly string[];
  /** Variables whose words the tool reads as its own; `{command}` stands for the first sub-command. */
  readonly argumentVariables: readonly string[];
  readonly programs: readonly string[];
  /** Names under which package runners (`npx`) start it. */
  readonly packages: readonly string[];
  readonly root: CommandNode;
  /** Words that options take, for all sub-commands. */
  readonly optionValues: ReadonlyMap<string, number>;
  readonly environmentOptions: readonly PlaceSource[];
  /** What any word may say of the place, in the first group: the account in a resource's full name. */
  readonly placePatterns: readonly { readonly kind: string; readonly pattern: RegExp }[];
  /** Options under which a command is in no place of a kind: `--all-namespaces`. */
  readonly spans: readonly PlaceSource[];
  /** What sub-commands without a form mean. */
  readonly verbs: readonly VerbRule[];
  readonly verbPosition: VerbPosition;
  /** How the tool is told to talk to a stand-in of the provider on this machine. */
  readonly emulator?: Emulator;
  /** Options with which the tool only says what it would do. */
  readonly dryRun: readonly string[];
}

/** One word behind the program: its text, with a `hole` for every part that is not known, and its position. */
export interface CommandWord {
  readonly value: string;
  readonly index: number;
}

/**
 * What was understood of one command line. `node` is the deepest sub-command; `hidden` says that a word which may have
 * been a sub-command is not known; `rest` starts behind `--` or, for a command that carries another, at its first word.
 */
export interface CommandMatch {
  readonly node: CommandNode;
  /** Names of the sub-commands, as written. */
  readonly path: readonly string[];
  readonly positionals: readonly CommandWord[];
  readonly options: ReadonlyMap<string, readonly CommandWord[]>;
  readonly rest: number | undefined;
  readonly hidden: boolean;
  readonly help: boolean;
}

const helpFlags: ReadonlySet<string> = new Set(["--help", "-h", "--version", "-V"]);
const goHelpFlags: ReadonlySet<string> = new Set(["-help", "-h", "-version", "-v"]);

interface Progress {
  node: CommandNode;
  readonly path: string[];
  readonly positionals: CommandWord[];
  readonly options: Map<string, CommandWord[]>;
  hidden: boolean;
  help: boolean;
  /** No word behind this one names a sub-command. */
  closed: boolean;
  /** The word in front is an option that we do not know: this one may be its value. */
  loose: boolean;
}

/**
 * Walks the words behind the program. In the style `gnu` a word that names a sub-command is one wherever it stands in
 * front of `--`; in the others only until the first name. An option's value never is one, where the option is known to
 * take one.
 */
export function matchCommandLine(tool: CommandLine, words: readonly string[]): CommandMatch {
  const progress: Progress = {
    node: tool.root,
    path: [],
    positionals: [],
    options: new Map(),
    hidden: false,
    help: false,
    closed: false,
    loose: false,
  };
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? hole;
    if (word === "--") {
      return { ...progress, rest: index + 1 };
    }
    if (word.length > 1 && word.startsWith("-")) {
      index = takeOption(tool, progress, words, index);
      continue;
    }
    if (takeWord(tool, progress, word, index)) {
      return { ...progress, rest: index };
    }
    progress.loose = false;
  }
  return { ...progress, rest: undefined };
}

/** True where the word is the first of a carried command. */
function takeWord(tool: CommandLine, progress: Progress, word: string, index: number): boolean {
  const { node } = progress;
  if (node === tool.root && tool.prefixes.includes(word)) {
    return false;
  }
  const child = progress.closed ? undefined : node.children.get(word);
  if (child !== undefined) {
    progress.node = child;
    progress.path.push(word);
    return false;
  }
  if (node.form?.carries?.kind === "command" || node.form?.carries?.kind === "remote_command") {
    return true;
  }
  noteName(tool, progress, word);
  progress.positionals.push({ value: word, index });
  return false;
}

/** What a word that is no sub-command says about those behind it. */
function noteName(tool: CommandLine, progress: Progress, word: string): void {
  const parent = progress.node.children.size > 0;
  if (word.includes(hole) && parent && !progress.closed) {
    progress.hidden = true;
  } else if (tool.style !== "gnu" && !progress.loose) {
    progress.closed = true;
  }
  const first = parent && progress.positionals.length === 0;
  if (word === "help" && (first || tool.style === "aws")) {
    progress.help = true;
  }
}

/** Returns the index of the last word that belongs to the option. */
function takeOption(tool: CommandLine, progress: Progress, words: readonly string[], at: number): number {
  const word = words[at] ?? "";
  if (tool.style === "go") {
    return takeGoOption(tool, progress, words, at);
  }
  // `gsutil -h HEADER rm …` is no call for help.
  if (helpFlags.has(word) && (valueCount(tool, progress.node, word) === 0 || at === words.length - 1)) {
    progress.help = true;
    return at;
  }
  const equals = word.indexOf("=");
  if (word.startsWith("--")) {
    const name = equals > 0 ? word.slice(0, equals) : word;
    if (equals > 0) {
      record(progress, name, { value: word.slice(equals + 1), index: at });
      return at;
    }
    return takeValues(tool, progress, name, { words, at });
  }
  return takeShortOptions(tool, progress, words, at);
}

/** `-var-file=x`, `-var x`, `--var x`: one dash or two, the name is a whole word. */
function takeGoOption(tool: CommandLine, progress: Progress, words: readonly string[], at: number): number {
  const word = (words[at] ?? "").replace(/^--/, "-");
  if (goHelpFlags.has(word)) {
    progress.help = true;
    return at;
  }
  const equals = word.indexOf("=");
  if (equals < 0) {
    return takeValues(tool, progress, word, { words, at });
  }
  record(progress, word.slice(0, equals), { value: word.slice(equals + 1), index: at });
  return at;
}

/** `-yv VALUE`, `-vVALUE`, `-v=VALUE`: letters up to the first that takes a value. */
function takeShortOptions(
  tool: CommandLine,
  progress: Progress,
  words: readonly string[],
  at: number,
): number {
  const word = words[at] ?? "";
  for (let letter = 1; letter < word.length; letter += 1) {
    const name = `-${word.charAt(letter)}`;
    if (valueCount(tool, progress.node, name) === 0) {
      record(progress, name, undefined);
      continue;
    }
    const attached = word.slice(letter + 1).replace(/^=/, "");
    if (attached !== "") {
      record(progress, name, { value: attached, index: at });
      return at;
    }
    return takeValues(tool, progress, name, { words, at });
  }
  return at;
}

function takeValues(
  tool: CommandLine,
  progress: Progress,
  name: string,
  from: { readonly words: readonly string[]; readonly at: number },
): number {
  const known = progress.node.optionValues.get(name) ?? tool.optionValues.get(name);
  const count = known ?? (tool.style === "aws" ? wordsUpToOption(from.words, from.at) : 0);
  progress.loose = known === undefined;
  record(progress, name, undefined);
  const last = Math.min(from.at + count, from.words.length - 1);
  for (let index = from.at + 1; index <= last; index += 1) {
    record(progress, name, { value: from.words[index] ?? hole, index });
  }
  return last;
}

function wordsUpToOption(words: readonly string[], at: number): number {
  const next = words.findIndex((word, index) => index > at && word.startsWith("-") && word.length > 1);
  return (next < 0 ? words.length : next) - at - 1;
}

function record(progress: Progress, name: string, value: CommandWord | undefined): void {
  const values = progress.options.get(name);
  if (values === undefined) {
    progress.options.set(name, value === undefined ? [] : [value]);
  } else if (value !== undefined) {
    values.push(value);
  }
}

function valueCount(tool: CommandLine, node: CommandNode, name: string): number {
  return node.optionValues.get(name) ?? tool.optionValues.get(name) ?? 0;
}

/** True where the tool only says what it would do. */
export function isDryRun(tool: CommandLine, match: CommandMatch): boolean {
  return tool.dryRun.some((name) => {
    const values = match.options.get(name);
    return (
      values !== undefined &&
      !match.options.has(name.replace(/^--/, "--no-")) &&
      values.every(({ value }) => !/^(?:none|false|no|0)$/i.test(value) && !value.includes(hole))
    );
  });
}

/** The resource that sources name: of an option that is given twice the last, of names at the end of a line all of them. */
export function resourceWord(match: CommandMatch, form: CommandForm): CommandWord | undefined {
  const [first] = form.resource;
  const placed = form.environment.some(({ source }) => typeof source === "number");
  const alone = form.resource.filter((source) => typeof source === "number").length === 1 && !placed;
  if (alone && typeof first === "number" && form.several) {
    const words = match.positionals.slice(first);
    const [word] = words;
    if (word !== undefined) {
      return { ...word, value: words.map(({ value }) => value).join(",") };
    }
  }
  for (const source of form.resource) {
    const word = typeof source === "number" ? match.positionals[source] : match.options.get(source)?.at(-1);
    if (word !== undefined) {
      return word;
    }
  }
  return undefined;
}

/** The word that a source names; undefined where the command line has none. */
export function sourceWord(match: CommandMatch, sources: readonly ValueSource[]): CommandWord | undefined {
  for (const source of sources) {
    const word = typeof source === "number" ? match.positionals[source] : match.options.get(source)?.[0];
    if (word !== undefined) {
      return word;
    }
  }
  return undefined;
}
