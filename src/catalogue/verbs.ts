import type { Operation } from "./catalogue.ts";
import type { CommandLine, CommandMatch, CommandWord, ValueSource } from "./command-line.ts";
import type { Effect } from "../model/effect.ts";
import { hole } from "./hole.ts";
import { snakeCase } from "./names.ts";

/**
 * What a sub-command that is not listed means, by its verb: regular tools (`gcloud compute disks delete`) have more
 * sub-commands than anybody lists.
 */
export interface VerbRule {
  /** The whole word. */
  readonly verb: RegExp;
  /** Found in the words in front of it, joined by blanks; where undefined, any will do. */
  readonly after?: RegExp;
  /** One of them must be given. */
  readonly options?: readonly string[];
  readonly operation: Operation;
  /** True where the verb is part of a name of its own: not where any word will do. */
  readonly named: boolean;
  /** Numbers count the words behind the verb. */
  readonly resource: readonly ValueSource[];
  readonly effects: readonly Effect[];
}

export interface VerbMatch {
  readonly rule: VerbRule;
  /** The rule's operation under the command's own name: `sql_instances_delete`. */
  readonly operation: Operation;
  readonly resource: CommandWord | undefined;
  /** A word in front of the verb is not known, so that it may not be the verb. */
  readonly hidden: boolean;
}

/** Where the verb stands: `first` of the words that may be one, or `last` in front of the first option. */
export const verbPositions = ["first", "last"] as const;

export type VerbPosition = (typeof verbPositions)[number];

/**
 * The word that decides, by the first rule that holds for it; rules for any word count where no other does. Undefined
 * where no word is a verb.
 */
export function matchVerb(
  tool: Pick<CommandLine, "verbs" | "verbPosition">,
  match: CommandMatch,
): VerbMatch | undefined {
  const words = [...match.path, ...match.positionals.map(({ value }) => value)];
  const order = verbOrder(match.positionals, tool.verbPosition);
  for (const named of [true, false]) {
    for (const at of order) {
      const upTo = words.slice(0, match.path.length + at + 1);
      const rule = tool.verbs.find((candidate) => candidate.named === named && holds(candidate, upTo, match));
      if (rule !== undefined) {
        const hidden = upTo.some((text) => text.includes(hole));
        const operation = hidden || !named ? rule.operation : ownName(rule.operation, upTo);
        return { rule, operation, resource: resourceOf(rule, match, at), hidden };
      }
    }
  }
  return undefined;
}

/** `words` are those up to the verb. */
function holds(rule: VerbRule, words: readonly string[], match: CommandMatch): boolean {
  return (
    rule.verb.test(words.at(-1) ?? hole) &&
    (rule.after?.test(words.slice(0, -1).join(" ")) ?? true) &&
    (rule.options?.some((name) => match.options.has(name)) ?? true)
  );
}

/** Nouns may sound like verbs (`az tag list`): where names never stand behind the verb, the last word is asked first. */
function verbOrder(positionals: readonly CommandWord[], position: VerbPosition): readonly number[] {
  const all = positionals.map((_word, at) => at);
  if (position === "first") {
    return all;
  }
  const start = positionals[0]?.index ?? 0;
  const together = all.filter((at) => positionals[at]?.index === start + at);
  return [...together.reverse(), ...all.slice(together.length)];
}

function resourceOf(rule: VerbRule, match: CommandMatch, verb: number): CommandWord | undefined {
  for (const source of rule.resource) {
    if (typeof source === "number") {
      const [word, ...others] = match.positionals.slice(verb + 1 + source);
      // `delete a b` is about both.
      if (word !== undefined) {
        return { ...word, value: [word, ...others].map(({ value }) => value).join(",") };
      }
      continue;
    }
    const word = match.options.get(source)?.at(-1);
    if (word !== undefined) {
      return word;
    }
  }
  return undefined;
}

function ownName(operation: Operation, words: readonly string[]): Operation {
  const name = snakeCase(words.join("_"));
  return name === operation.name || name === ""
    ? operation
    : { ...operation, name, aliases: [...operation.aliases, operation.name] };
}
