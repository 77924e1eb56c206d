import type { Vocabulary } from "../catalogue/catalogue.ts";
import type { Action, Classification } from "../model/action.ts";
import type { Decision, RuleHit } from "../model/decision.ts";
import type { Lookups } from "../model/lookups.ts";
import type { AgentRequest } from "../model/request.ts";
import type { Session } from "../model/session.ts";
import type { PoliciesInForce, PolicyRule } from "../policy/compiled.ts";
import { explain } from "./explain.ts";
import { judge, type Judgement } from "./judge.ts";
import { enforcedWhileObserving, withObserved } from "./observe.ts";
import { PathWorld } from "./paths.ts";
import { askTerms, orderHits, strictest } from "./precedence.ts";
import { preparedStacks } from "./prepare.ts";
import { requestFacts } from "./rules.ts";

export interface DecideInput {
  readonly request: AgentRequest;
  readonly classification: Classification;
  readonly policies: PoliciesInForce;
  readonly session?: Session;
  readonly lookups: Lookups;
  readonly vocabulary: Vocabulary;
}

/**
 * Decides one classified request. Every rule of every layer and stack is evaluated; the strictest verdict counts, and
 * every rule that had something to say is in the decision. Pure: the same input gives the same decision.
 */
export function decide(input: DecideInput): Decision {
  const { session, policies, request, classification } = input;
  if (session?.state === "killed") {
    return decisionOf(input, [latch(session)], classification.actions, []);
  }
  if (policies.stacks.length === 0 || policies.stacks.some((stack) => stack.policies.length === 0)) {
    return decisionOf(input, [missingPolicy], classification.actions, []);
  }
  const world = new PathWorld(input.lookups, request.context.workspace);
  const facts = requestFacts(request, session);
  const subject = { actions: classification.actions, world, vocabulary: input.vocabulary };
  const found = policies.stacks
    .flatMap((stack) => preparedStacks(stack, request.context.agent, session?.task))
    .map((stack) => ({ observes: stack.observes, judgement: judge(stack, facts, subject) }));
  const judgements = found.map(({ judgement }) => judgement);
  const actions = mergeActions(classification.actions, judgements);
  const hits = found.flatMap(({ observes, judgement }) =>
    observes ? enforcedWhileObserving(judgement, world) : judgement.hits,
  );
  const asking = found.flatMap(({ observes, judgement }) => (observes ? [] : judgement.asking));
  const observed = found.flatMap(({ observes, judgement }) => (observes ? judgement.hits : []));
  return withObserved(decisionOf(input, hits, actions, asking), observed, actions);
}

function decisionOf(
  { policies, classification }: DecideInput,
  found: readonly RuleHit[],
  actions: readonly Action[],
  asking: readonly PolicyRule[],
): Decision {
  const { impossible, ...terms } = askTerms(asking);
  const asked = strictest(found) === "ask";
  const hits = orderHits(asked && impossible ? [...found, ...excluded(asking)] : found);
  const verdict = strictest(hits);
  return {
    verdict,
    ...explain(verdict, hits, actions),
    actions,
    rules: hits,
    inputs: classification.inputs,
    ...(verdict === "ask" ? { ask: terms } : {}),
    policyHash: policies.hash,
  };
}

/** INVARIANT: after a kill everything is denied until a human reopens the session. */
function latch(session: Session): RuleHit {
  const why = session.killed === undefined ? "" : ` at ${session.killed.at}: ${session.killed.reason}`;
  return {
    pointer: "/session/killed",
    file: "sessions",
    line: 1,
    verdict: "deny",
    because: `session ${session.id} was killed${why}`,
    layer: "builtin",
  };
}

/** Without even the baseline something is broken on our side, so nothing passes. */
const missingPolicy: RuleHit = {
  pointer: "",
  file: "policies",
  line: 1,
  verdict: "deny",
  because: "no policy is in force",
  layer: "builtin",
};

/** Rules whose approvers have nobody in common cannot be answered by anybody. */
function excluded(asking: readonly PolicyRule[]): readonly RuleHit[] {
  const naming = asking.filter((rule) => (rule.approvers?.length ?? 0) > 0);
  return naming.map((rule) => ({
    ...rule.origin,
    verdict: "deny",
    because: `its approvers ${rule.approvers?.join(", ") ?? ""} exclude those of another rule, so nobody can approve`,
  }));
}

/** Each action with what the stacks know of it: all effects, and production where any stack says so. */
function mergeActions(actions: readonly Action[], judgements: readonly Judgement[]): readonly Action[] {
  return actions.map((action, index) => {
    const seen = judgements.flatMap((judgement) => judgement.facts[index] ?? []);
    const effects = [...new Set([...action.effects, ...seen.flatMap((facts) => facts.effects)])];
    const named = seen.find(({ environment }) => environment.production) ?? seen[0];
    const environment = named?.environment.name;
    if (effects.length === action.effects.length && environment === action.target.environment) {
      return action;
    }
    const target = environment === undefined ? action.target : { ...action.target, environment };
    return { ...action, effects, target };
  });
}
