import type { Action, Evidence, Target } from "../model/action.ts";
import type { Effect } from "../model/effect.ts";
import type { Scope } from "./scope.ts";
import type { Invocation } from "./shell/invocation.ts";

/** What a rule found, in short; the rest of an action follows from it. */
export interface Finding {
  /** `provider:operation`. */
  readonly action: `${string}:${string}`;
  readonly effects: readonly Effect[];
  /** What it is done to, for people. */
  readonly target: string | Target;
  /** Why it is what it is, for people. */
  readonly because: string;
  /** Default `change`. */
  readonly access?: Action["access"];
  /** Default `local`. */
  readonly reach?: Action["reach"];
}

/** Emits what was found, with the place of the invocation as its evidence. */
export function report(scope: Scope, at: Pick<Invocation, "start" | "end">, finding: Finding): void {
  scope.emit(toAction(finding, scope.evidence(at)));
}

export function toAction(finding: Finding, evidence: Evidence): Action {
  const colon = finding.action.indexOf(":");
  return {
    provider: finding.action.slice(0, colon),
    operation: finding.action.slice(colon + 1),
    effects: finding.effects,
    access: finding.access ?? "change",
    reach: finding.reach ?? "local",
    target: typeof finding.target === "string" ? { display: finding.target } : finding.target,
    credentials: [],
    groups: [],
    aliases: [],
    evidence,
    because: finding.because,
  };
}
