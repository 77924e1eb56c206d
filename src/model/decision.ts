import { canonicalJson } from "../base/json.ts";
import type { Action, JudgedInput } from "./action.ts";
import type { Verdict } from "./verdict.ts";

/** One rule that had something to say, and where it is written. `pointer` is a JSON pointer into `file`. */
export interface RuleHit {
  readonly pointer: string;
  readonly file: string;
  readonly line: number;
  readonly verdict: Verdict;
  /** In words: "blocked_actions names railway:volume_delete". */
  readonly because: string;
  /** What the agent can do instead, where that follows from what was found. */
  readonly remedy?: string;
  /** Index into the decision's actions; undefined where the rule is about the whole request. */
  readonly action?: number;
  /** Which layer it belongs to, for precedence and for people. */
  readonly layer: "builtin" | "organisation" | "user" | "workspace" | "session";
}

/** How a human may answer an `ask`. */
export interface AskTerms {
  readonly timeoutMs: number;
  /**
   * How far a yes may reach: this request alone, what a human picks until the session ends, or, where no policy that somebody
   * wrote says anything of it, the same request again and the same operation for a limited time.
   */
  readonly grant: "once" | "limited" | "session";
  readonly approvers: readonly string[];
}

/** What would have been the answer, had the policy been enforced instead of observing. */
export interface Observed {
  readonly verdict: Exclude<Verdict, "allow">;
  readonly reason: string;
  readonly remedy: string;
  /** Those of the policies that only observe; none of them is among the decision's own rules. */
  readonly rules: readonly RuleHit[];
}

/**
 * A verdict with every rule that led to it. Never a bare boolean.
 *
 * `reason` is one line for the human, `remedy` one line for the agent: what to do instead. Neither holds a secret.
 */
export interface Decision {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly remedy: string;
  readonly actions: readonly Action[];
  readonly rules: readonly RuleHit[];
  readonly inputs: readonly JudgedInput[];
  /** Present when the verdict is `ask`. */
  readonly ask?: AskTerms;
  /** Hash over all policies in force; an approval is bound to it. */
  readonly policyHash: string;
  /** What would change the verdict, for `explain`. */
  readonly wouldChange: readonly string[];
  /** Present where a policy that only observes would have been stricter than the verdict. */
  readonly observed?: Observed;
}

/** True exactly where the same actions on the same contents met the same policies. */
export function isSameDecision(one: Decision, other: Decision): boolean {
  const meaning = ({ verdict, actions, inputs, policyHash }: Decision): string =>
    canonicalJson({ verdict, actions, inputs, policyHash });
  return meaning(one) === meaning(other);
}
