import type { AskTerms, RuleHit } from "../model/decision.ts";
import { stricter, verdicts, type Verdict } from "../model/verdict.ts";
import type { ApiEntry, PolicyRule } from "../policy/compiled.ts";
import { layerOrder } from "../policy/layers.ts";
import type { ActionFacts } from "./facts.ts";

/** How long a human is waited for where no rule says. */
const defaultAskTimeoutMs = 120_000;

/** A hit of a rule, with the rule: its terms matter when the verdict is `ask`. */
export interface RuleMatch {
  readonly hit: RuleHit;
  readonly rule: PolicyRule;
}

/** The strictest of all. No hit means that nothing had anything to say: `allow`. */
export function strictest(hits: readonly RuleHit[]): Verdict {
  return hits.reduce<Verdict>((verdict, hit) => stricter(verdict, hit.verdict), "allow");
}

/**
 * What the baseline asks about an operation is answered by the policy that names the operation: declared scope is not
 * interrupted. Its kills and denies stay, `opaque` stays (nobody knows what was declared), and so does any rule of a
 * layer that a human wrote.
 */
export function liftBaselineAsk(match: RuleMatch, facts: ActionFacts, named: readonly ApiEntry[]): RuleMatch {
  const [entry] = named;
  const { hit } = match;
  if (
    entry === undefined ||
    hit.verdict !== "ask" ||
    hit.layer !== "builtin" ||
    facts.effects.includes("opaque")
  ) {
    return match;
  }
  const because = `${hit.because}; lifted, because allowed_apis names \`${entry.api}\` (${entry.origin.file}:${entry.origin.line})`;
  return { ...match, hit: { ...hit, verdict: "allow", because } };
}

/** The strictest terms of all rules that ask: shortest wait, narrowest grant, only approvers that all of them accept. */
export function askTerms(rules: readonly PolicyRule[]): AskTerms & { readonly impossible: boolean } {
  const timeouts = rules.flatMap((rule) => (rule.timeoutMs === undefined ? [] : [rule.timeoutMs]));
  const named = rules.flatMap((rule) =>
    rule.approvers === undefined || rule.approvers.length === 0 ? [] : [rule.approvers],
  );
  const approvers = named.reduce<readonly string[] | undefined>(
    (common, next) => (common === undefined ? next : common.filter((name) => next.includes(name))),
    undefined,
  );
  return {
    timeoutMs: timeouts.length === 0 ? defaultAskTimeoutMs : Math.min(...timeouts),
    grant: rules.map(grantOf).reduce(narrower, rules.length === 0 ? "limited" : "session"),
    approvers: approvers ?? [],
    impossible: approvers?.length === 0,
  };
}

/** `once` is what a rule means that somebody wrote and that does not say otherwise. */
function grantOf({ grant, origin }: PolicyRule): AskTerms["grant"] {
  return grant ?? (origin.layer === "builtin" ? "limited" : "once");
}

const reach: readonly AskTerms["grant"][] = ["once", "limited", "session"];

/** The one of two that reaches less far. */
export function narrower(a: AskTerms["grant"], b: AskTerms["grant"]): AskTerms["grant"] {
  return reach.indexOf(a) < reach.indexOf(b) ? a : b;
}

/** Strictest first, then by action, then what is written closest to the session; the same words from two stacks once. */
export function orderHits(hits: readonly RuleHit[]): readonly RuleHit[] {
  const seen = new Map<string, RuleHit>();
  for (const hit of hits) {
    const key = `${hit.verdict} ${hit.action ?? "-"} ${hit.file}:${hit.line} ${hit.pointer} ${hit.because}`;
    if (!seen.has(key)) {
      seen.set(key, hit);
    }
  }
  return [...seen.values()].toSorted(
    (a, b) =>
      verdicts.indexOf(b.verdict) - verdicts.indexOf(a.verdict) ||
      (a.action ?? -1) - (b.action ?? -1) ||
      layerOrder.indexOf(b.layer) - layerOrder.indexOf(a.layer),
  );
}
