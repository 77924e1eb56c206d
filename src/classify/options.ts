import type { Word } from "./shell/invocation.ts";
import { wordAfter } from "./shell/word.ts";

/** Which options of a program take a value. Everything else is a flag. */
export interface OptionSpec {
  /** With dashes: `-u`, `--user`. */
  readonly valued: ReadonlySet<string>;
  /** True where the first operand ends the options, as with `sudo`. */
  readonly stopAtOperand?: boolean;
  /** True for programs that write long options with one dash (`find`, `terraform`). */
  readonly singleDash?: boolean;
}

/** The words of a command line told apart. */
export interface Arguments {
  /** Flags and valued options, with dashes, one letter each where they were bundled. */
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, Word>;
  readonly operands: readonly Word[];
  /** Index into the words of the first operand. */
  readonly operandsFrom: number;
}

export const noOptions: OptionSpec = { valued: new Set() };

export function optionSpec(valued: string, more: Omit<OptionSpec, "valued"> = {}): OptionSpec {
  return { valued: new Set(valued.split(" ").filter((name) => name !== "")), ...more };
}

/** Reads options in the manner of getopt: `-abc`, `-nVALUE`, `-n VALUE`, `--name=VALUE`, `--name VALUE`, `--`. */
export function readArguments(words: readonly Word[], spec: OptionSpec, from = 1): Arguments {
  const reader = new ArgumentReader(words, spec, from);
  reader.run();
  return reader;
}

class ArgumentReader implements Arguments {
  readonly flags = new Set<string>();
  readonly values = new Map<string, Word>();
  readonly operands: Word[] = [];
  operandsFrom: number;
  private readonly words: readonly Word[];
  private readonly spec: OptionSpec;
  private index: number;

  constructor(words: readonly Word[], spec: OptionSpec, from: number) {
    this.words = words;
    this.spec = spec;
    this.index = from;
    this.operandsFrom = words.length;
  }

  run(): void {
    while (this.index < this.words.length) {
      const word = this.words[this.index];
      if (word === undefined) {
        return;
      }
      this.index += 1;
      const text = word.known ? word.text : word.prefix;
      if (text === "--" && word.known) {
        this.rest();
        return;
      }
      if (text.length > 1 && text.startsWith("-")) {
        this.option(word, text);
      } else if (this.spec.stopAtOperand === true) {
        this.index -= 1;
        this.rest();
        return;
      } else {
        this.operandsFrom = Math.min(this.operandsFrom, this.index - 1);
        this.operands.push(word);
      }
    }
  }

  private rest(): void {
    this.operandsFrom = Math.min(this.operandsFrom, this.index);
    for (; this.index < this.words.length; this.index += 1) {
      const word = this.words[this.index];
      if (word !== undefined) {
        this.operands.push(word);
      }
    }
  }

  private option(word: Word, text: string): void {
    if (text.startsWith("--") || this.spec.singleDash === true) {
      this.long(word, text);
      return;
    }
    for (let at = 1; at < text.length; at += 1) {
      const name = `-${text.charAt(at)}`;
      this.flags.add(name);
      if (this.spec.valued.has(name)) {
        this.value(name, at + 1 < text.length || !word.known ? wordAfter(word, at + 1) : undefined);
        return;
      }
    }
  }

  private long(word: Word, text: string): void {
    const equals = text.indexOf("=");
    const name = equals < 0 ? text : text.slice(0, equals);
    this.flags.add(name);
    if (equals >= 0) {
      this.values.set(name, wordAfter(word, equals + 1));
    } else if (this.spec.valued.has(name)) {
      this.value(name, undefined);
    }
  }

  private value(name: string, attached: Word | undefined): void {
    const value = attached ?? this.words[this.index];
    if (attached === undefined) {
      this.index += 1;
    }
    if (value !== undefined) {
      this.values.set(name, value);
    }
  }
}

/** Whether one of the names was given; a long name also counts where it was shortened, as getopt allows. */
export function hasOption(args: Arguments, ...names: readonly string[]): boolean {
  for (const name of names) {
    if (args.flags.has(name)) {
      return true;
    }
    if (name.startsWith("--")) {
      for (const flag of args.flags) {
        if (flag.length >= 5 && name.startsWith(flag)) {
          return true;
        }
      }
    }
  }
  return false;
}
