import { canonicalJson } from "../base/json.ts";
import type { AskTerms, Decision, Observed, RuleHit } from "../model/decision.ts";
import { stricter, type Verdict } from "../model/verdict.ts";
import { narrower, orderHits } from "./precedence.ts";

/**
 * One decision out of two about the same request: the stricter verdict in its own words, with the actions, rules and
 * inputs of both. The first one speaks where both are as strict.
 *
 * INVARIANT: the answer is never looser than either of the two, in its verdict, its terms or what it is bound to.
 */
export function strictestDecision(first: Decision, second: Decision): Decision {
  const verdict = stricter(first.verdict, second.verdict);
  const speaking = verdict === first.verdict ? first : second;
  const actions = [...first.actions];
  const places = second.actions.map((action) => {
    const key = canonicalJson(action);
    const known = actions.findIndex((each) => canonicalJson(each) === key);
    return known >= 0 ? known : actions.push(action) - 1;
  });
  const moved = second.rules.map((rule): RuleHit => {
    const place = rule.action === undefined ? undefined : places[rule.action];
    return place === undefined ? rule : { ...rule, action: place };
  });
  const inputs = new Map([...first.inputs, ...second.inputs].map((input) => [canonicalJson(input), input]));
  const { observed: _ofOne, ...spoken } = speaking;
  const observed = strictestObserved(verdict, [first.observed, second.observed]);
  const combined = {
    ...spoken,
    ...(observed === undefined ? {} : { observed }),
    actions,
    rules: orderHits([...first.rules, ...moved]),
    inputs: [...inputs.values()],
  };
  if (verdict !== "ask" || first.ask === undefined || second.ask === undefined) {
    return combined;
  }
  const ask = commonTerms(first.ask, second.ask);
  if (ask !== undefined) {
    return { ...combined, ask };
  }
  const { ask: _unanswerable, ...rest } = combined;
  const reason = `${speaking.reason}; the rules that ask have no approver in common, so nobody can approve`;
  return { ...rest, verdict: "deny", reason };
}

/** What observing policies would have done, where that is still stricter than what is done. */
function strictestObserved(verdict: Verdict, both: readonly (Observed | undefined)[]): Observed | undefined {
  let floor = verdict;
  let strictest: Observed | undefined;
  for (const observed of both) {
    if (observed !== undefined && stricter(floor, observed.verdict) !== floor) {
      floor = observed.verdict;
      strictest = observed;
    }
  }
  return strictest;
}

/** The strictest of two terms; undefined where no approver could answer both. */
function commonTerms(a: AskTerms, b: AskTerms): AskTerms | undefined {
  const both = a.approvers.length > 0 && b.approvers.length > 0;
  const named = a.approvers.length > 0 ? a.approvers : b.approvers;
  const approvers = both ? a.approvers.filter((name) => b.approvers.includes(name)) : named;
  return both && approvers.length === 0
    ? undefined
    : {
        timeoutMs: Math.min(a.timeoutMs, b.timeoutMs),
        grant: narrower(a.grant, b.grant),
        approvers,
      };
}
