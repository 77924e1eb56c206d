import type { JsonObject } from "../base/json.ts";
import { actionId } from "../model/action.ts";
import type { Decision } from "../model/decision.ts";

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
    rules: decision.rules.map(({ pointer, file, line, verdict }) => ({ rule: pointer, file, line, verdict })),
    elapsed_us: elapsedUs,
  };
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
