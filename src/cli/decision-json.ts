import type { JsonObject } from "../base/json.ts";
import { actionId } from "../model/action.ts";
import type { Decision, Observed, RuleHit } from "../model/decision.ts";

/** The wire form of DESIGN.md 5. `elapsedUs` is the time for classifying and deciding, in microseconds. */
export function decisionToJson(id: string | number, decision: Decision, elapsedUs: number): JsonObject {
  return {
    id,
    verdict: decision.verdict,
    reason: decision.reason,
    remedy: decision.remedy,
    actions: decision.actions.map((action) => ({
      action: actionId(action),
      effects: [...action.effects],
      target: action.target.display,
      environment: action.target.environment ?? null,
      credentials: action.credentials.map((credential) => credential.name),
    })),
    rules: rulesToJson(decision.rules),
    ...(decision.observed === undefined ? {} : { observed: observedToJson(decision.observed) }),
    elapsed_us: elapsedUs,
  };
}

function observedToJson({ verdict, reason, rules }: Observed): JsonObject {
  return { verdict, reason, rules: rulesToJson(rules) };
}

function rulesToJson(rules: readonly RuleHit[]): JsonObject[] {
  return rules.map(({ pointer, file, line, verdict }) => ({ rule: pointer, file, line, verdict }));
}

/** What a line gets that could not be judged: a verdict all the same, the strict one. */
export function errorToJson(id: string | number, error: string): JsonObject {
  return {
    id,
    verdict: "deny",
    error,
    reason: `the request could not be read: ${error}`,
    remedy: "send one JSON object a line, as `signalbox check --help` shows",
    actions: [],
    rules: [],
    elapsed_us: 0,
  };
}
