import type { JsonValue } from "../../../base/json.ts";
import { ok, type Result } from "../../../base/result.ts";
import type { SignalGlobs, SignalPlace } from "./signal-globs.ts";

/** What agents shall hold to by their own means. */
export interface Prohibitions {
  readonly globs: SignalGlobs;
  readonly place: SignalPlace;
  /** Command lines that destroy for good, as `deniedCommands` tells them. */
  readonly commands: readonly string[];
}

/** A file as it shall be, and which of its entries are ours: what the user had before is the user's. */
export interface RuledText {
  readonly text: string;
  readonly ours: readonly JsonValue[];
}

/**
 * One file by which an agent itself keeps other files out of its context. All functions are pure. `ours` is what we wrote into
 * it last; a file that marks its own part needs none.
 */
export interface RuleFile {
  readonly path: string;
  withRules(
    current: string | undefined,
    prohibitions: Prohibitions,
    ours: readonly JsonValue[],
  ): Result<RuledText>;
  /** Hidden patterns that such a file cannot hold without denying what is shown. */
  left?(prohibitions: Prohibitions): readonly string[];
  /** The file without our part; undefined where nothing is left that means anything. */
  withoutRules(current: string, ours: readonly JsonValue[]): Result<string | undefined>;
}

/** Two parts of one file. What is ours is told part by part. */
export function bothRules(first: RuleFile, second: RuleFile): RuleFile {
  const oursOf = (ours: readonly JsonValue[], index: number): readonly JsonValue[] => {
    const part = ours[index];
    return Array.isArray(part) ? (part as readonly JsonValue[]) : [];
  };
  return {
    path: first.path,
    withRules(current, prohibitions, ours) {
      const one = first.withRules(current, prohibitions, oursOf(ours, 0));
      const both = one.ok ? second.withRules(one.value.text, prohibitions, oursOf(ours, 1)) : one;
      return one.ok && both.ok
        ? ok({ text: both.value.text, ours: [one.value.ours, both.value.ours] })
        : both;
    },
    left: (prohibitions) => [...(first.left?.(prohibitions) ?? []), ...(second.left?.(prohibitions) ?? [])],
    withoutRules(current, ours) {
      const rest = second.withoutRules(current, oursOf(ours, 1));
      return rest.ok && rest.value !== undefined ? first.withoutRules(rest.value, oursOf(ours, 0)) : rest;
    },
  };
}
