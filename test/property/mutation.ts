import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

/** Pseudo-random numbers that are the same in every run (mulberry32). */
export class Dice {
  private state: number;

  constructor(seed: number) {
    this.state = seed;
  }

  /** An integer from 0 up to, not including, `limit`. */
  below(limit: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * limit);
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) {
      throw new Error("nothing to pick from");
    }
    return item;
  }
}

const pieces = [
  ...Array.from("'\"`$(){}[]<>|&;#!*?~=\\/ \t\n"),
  "$(",
  "${",
  "$((",
  "))",
  "`",
  "<<",
  "<<<",
  "<<-EOF\n",
  "<(",
  ">(",
  "&&",
  "||",
  ";;",
  "|&",
  "$'",
  '$"',
  "${x:-",
  "${!x}",
  "${x//",
  "${x@P}",
  "{a,b}",
  "{1..9}",
  "@(a|b)",
  "[[ ",
  " ]]",
  "if ",
  " then ",
  " fi",
  "for i in ",
  " do ",
  " done",
  "case x in ",
  " esac",
  "f() { ",
  "function f ",
  "while ",
  "eval ",
  "bash -c ",
  "\r\n",
  "\0",
  "\u00a0",
  "\u200b",
  "\ufeff",
  "é",
  "\ud800",
  " # ",
  "rm -rf ~",
  "| sh",
  "$x$x",
  "\\\n",
  "EOF\n",
];

/** A text that differs from a seed by a few insertions, deletions, repetitions and splices. */
export function mutate(dice: Dice, seeds: readonly string[]): string {
  let text = dice.pick(seeds).slice(0, 4000);
  for (let count = 1 + dice.below(4); count > 0; count -= 1) {
    const at = dice.below(text.length + 1);
    const end = Math.min(text.length, at + 1 + dice.below(12));
    switch (dice.below(6)) {
      case 0:
        text = text.slice(0, at) + text.slice(end);
        break;
      case 1:
      case 2:
        text = text.slice(0, at) + dice.pick(pieces) + text.slice(at);
        break;
      case 3:
        text = text.slice(0, at) + text.slice(at, end).repeat(1 + dice.below(4)) + text.slice(end);
        break;
      case 4: {
        const other = dice.pick(seeds);
        text = text.slice(0, at) + other.slice(dice.below(other.length + 1)).slice(0, 2000);
        break;
      }
      default:
        text = dice.pick(pieces).repeat(1 + dice.below(3)) + text + dice.pick(pieces);
    }
  }
  return text;
}

const root = join(import.meta.dirname, "..", "..");

/** Commands of our own fixtures, and of labelled corpora beside the repository where they are there. */
export function seedCommands(): readonly string[] {
  const fixtures = join(root, "test", "fixtures", "commands");
  const own = readdirSync(fixtures)
    .filter((name) => name.endsWith(".yaml"))
    .flatMap((name) => commandsIn(parse(readFileSync(join(fixtures, name), "utf8"))));
  const folder = join(root, "..", "shared", "corpora");
  const labelled = existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith(".jsonl"))
        .flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n"))
        .filter((line) => line !== "")
        .map((line) => (JSON.parse(line) as { readonly command: string }).command)
    : [];
  return [...own, ...labelled];
}

function commandsIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) {
    return value.flatMap(commandsIn);
  }
  if (typeof value !== "object" || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([key, member]) =>
    key === "command" && typeof member === "string" ? [member] : commandsIn(member),
  );
}
