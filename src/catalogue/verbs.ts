import type { Operation } from "./catalogue.ts";
import type { CommandMatch, CommandWord, ValueSource } from "./command-line.ts";
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

/** The first word that is a verb decides, and the first rule that holds for it. Undefined where no word is one. */
export function matchVerb(rules: readonly VerbRule[], match: CommandMatch): VerbMatch | undefined {
  const words = [...match.path];
  for (const [at, word] of match.positionals.entries()) {
    const before = words.join(" ");
    const rule = rules.find(
      (candidate) =>
        candidate.verb.test(word.value) &&
        (candidate.after?.test(before) ?? true) &&
        (candidate.options?.some((name) => match.options.has(name)) ?? true),
    );
    words.push(word.value);
    if (rule !== undefined) {
      const hidden = words.some((text) => text.includes(hole));
      const operation = hidden || !rule.named ? rule.operation : named(rule.operation, words);
      return { rule, operation, resource: resourceOf(rule, match, at), hidden };
    }
  }
  return undefined;
}

function resourceOf(rule: VerbRule, match: CommandMatch, verb: number): CommandWord | undefined {
  for (const source of rule.resource) {
    const word =
      typeof source === "number" ? match.positionals[verb + 1 + source] : match.options.get(source)?.[0];
    if (word !== undefined) {
      return word;
    }
  }
  return undefined;
}

function named(operation: Operation, words: readonly string[]): Operation {
  const name = snakeCase(words.join("_"));
  return name === operation.name || name === ""
    ? operation
    : { ...operation, name, aliases: [...operation.aliases, operation.name] };
}
