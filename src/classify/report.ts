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

const credentials =
  /(:\/\/[^/\s:@]*:)[^@\s/]+(?=@)|((?:^|[\s"'])--?[\w-]*(?:token|password|passwd|secret|api[-_]?key|pat|auth)(?:[ =]|\s))("[^"]*"|'[^']*'|[^\s$"']+)|(\b(?:Bearer|Basic)\s+)[\w.~+/=-]{6,}|(\b\w*(?:TOKEN|SECRET|PASSWORD|API_?KEY)=)[^\s$"']+|\b(?:gh[pousr]_|github_pat_|glpat-|sk-|sk_live_|xox[abpr]-|AKIA|npm_)[\w-]{8,}/gi;

/** Takes out of a text for people what looks like a credential. The record masks known values on top of this. */
export function withoutCredentials(text: string): string {
  return /[:=]|token|password|passwd|secret|key|pat|auth|bearer|basic|gh|sk|AKIA|npm_|xox/i.test(text)
    ? text.replace(credentials, (_all, ...groups: readonly (string | undefined)[]) => {
        const [url, option, , scheme, variable] = groups;
        return `${url ?? option ?? scheme ?? variable ?? ""}***`;
      })
    : text;
}

export function toAction(finding: Finding, evidence: Evidence): Action {
  const colon = finding.action.indexOf(":");
  return {
    provider: finding.action.slice(0, colon),
    operation: finding.action.slice(colon + 1),
    effects: finding.effects,
    access: finding.access ?? "change",
    reach: finding.reach ?? "local",
    target: masked(finding.target),
    credentials: [],
    groups: [],
    aliases: [],
    evidence,
    because: withoutCredentials(finding.because),
  };
}

function masked(target: string | Target): Target {
  return typeof target === "string"
    ? { display: withoutCredentials(target) }
    : { ...target, display: withoutCredentials(target.display) };
}
