import type { Vocabulary } from "../catalogue/catalogue.ts";
import type { Action } from "../model/action.ts";
import type { Decision } from "../model/decision.ts";
import { effects } from "../model/effect.ts";
import { verdicts } from "../model/verdict.ts";
import { actionSentence, sentence } from "./wording.ts";

/**
 * One line that says what a request would do: operation, target, environment, can it be undone. ``Delete Railway volume
 * `vol_1` in production, with all its data. Cannot be undone. And 2 more actions.`` It may hold text of the request: mask it
 * before it is shown.
 */
export function headlineOf(decision: Decision, vocabulary: Vocabulary): string {
  const [first, ...rest] = bySeverity(decision);
  if (first === undefined) {
    return sentence(decision.reason).replaceAll(/[\r\n\u2028\u2029]+/g, " ");
  }
  const more =
    rest.length === 0 ? "" : ` And ${rest.length} more ${rest.length === 1 ? "action" : "actions"}.`;
  return `${actionSentence(first, vocabulary)}${more}`;
}

/** The actions that the strictest rules are about come first, then those with the gravest effects. */
export function bySeverity(decision: Decision): readonly Action[] {
  const strictness = (index: number): number =>
    Math.max(
      -1,
      ...decision.rules.filter((rule) => rule.action === index).map((rule) => verdicts.indexOf(rule.verdict)),
    );
  const gravity = (action: Action): number => {
    const index = effects.findIndex((effect) => action.effects.includes(effect));
    return index < 0 ? effects.length : index;
  };
  return decision.actions
    .map((action, index) => ({ action, strict: strictness(index), grave: gravity(action) }))
    .sort((a, b) => b.strict - a.strict || a.grave - b.grave)
    .map(({ action }) => action);
}
