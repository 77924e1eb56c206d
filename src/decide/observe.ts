import type { Action } from "../model/action.ts";
import type { Decision, RuleHit } from "../model/decision.ts";
import { stricter } from "../model/verdict.ts";
import { holdsGovernance } from "../policy/governance-files.ts";
import { explain, wouldBe } from "./explain.ts";
import type { Judgement } from "./judge.ts";
import type { PathWorld } from "./paths.ts";
import { orderHits, strictest } from "./precedence.ts";

/** Operations that take away what lies below a folder. */
const removing: ReadonlySet<string> = new Set(["delete", "move", "rename"]);

/**
 * Of what a stack that only observes has found, the part that is enforced all the same. INVARIANT: what would remove the
 * observer is stopped in every mode: governance_tampering, and removing a folder in which what governs the agent lies.
 */
export function enforcedWhileObserving({ hits, facts }: Judgement, world: PathWorld): readonly RuleHit[] {
  const at = { workspace: world.workspace, home: world.lookups.home };
  const kept = facts.map(
    ({ effects, action, paths }) =>
      effects.includes("governance_tampering") ||
      (action.provider === "fs" &&
        removing.has(action.operation) &&
        paths.some((path) => holdsGovernance(path, at))),
  );
  return hits.filter(({ action }) => action !== undefined && kept[action] === true);
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
