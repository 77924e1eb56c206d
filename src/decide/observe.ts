import type { Action } from "../model/action.ts";
import type { Decision, RuleHit } from "../model/decision.ts";
import { stricter } from "../model/verdict.ts";
import { explain, wouldBe } from "./explain.ts";
import type { Judgement } from "./judge.ts";
import { orderHits, strictest } from "./precedence.ts";

/**
 * Of what a stack that only observes has found, the part that is enforced all the same. INVARIANT: governance_tampering
 * is stopped in every mode, else an agent could remove its observer.
 */
export function enforcedWhileObserving({ hits, facts }: Judgement): readonly RuleHit[] {
  return hits.filter(
    ({ action }) => action !== undefined && facts[action]?.effects.includes("governance_tampering") === true,
  );
}

/** Tells what observing stacks would have done, where that is stricter than what is done. */
export function withObserved(
  decision: Decision,
  hits: readonly RuleHit[],
  actions: readonly Action[],
): Decision {
  const verdict = strictest(hits);
  if (verdict === "allow" || stricter(verdict, decision.verdict) === decision.verdict) {
    return decision;
  }
  const rules = orderHits(hits);
  const { reason, remedy } = explain(verdict, rules, actions, wouldBe);
  const observed = { verdict, reason, remedy, rules };
  return decision.verdict === "allow"
    ? { ...decision, reason: `only observed: ${reason}`, observed }
    : { ...decision, observed };
}
