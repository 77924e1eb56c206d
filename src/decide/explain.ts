import { actionId, type Action } from "../model/action.ts";
import type { RuleHit } from "../model/decision.ts";
import { stricter, type Verdict } from "../model/verdict.ts";

/** What people and agents read of a decision. One line each, without secrets. */
export interface Explanation {
  readonly reason: string;
  readonly remedy: string;
  readonly wouldChange: readonly string[];
}

/** Puts a verdict into words. `hits` are ordered, strictest first. */
export function explain(
  verdict: Verdict,
  hits: readonly RuleHit[],
  actions: readonly Action[],
  verbs: Readonly<Record<Verdict, string>> = is,
): Explanation {
  const leading = leadingHit(verdict, hits, actions);
  if (leading === undefined || verdict === "allow") {
    return { reason: allowReason(leading, actions), remedy: "", wouldChange: [] };
  }
  const others = hits.filter((hit) => hit.verdict === verdict && hit !== leading).length;
  const more = others === 0 ? "" : `, and ${others} more rule${others === 1 ? "" : "s"}`;
  const reason = `${subjectOf(leading, actions)}${verbs[verdict]}: ${leading.because} (${placeOf(leading)})${more}`;
  return {
    reason: oneLine(reason),
    remedy: oneLine(remedyFor(leading, verdict, actions)),
    wouldChange: wouldChange(verdict, hits).map(oneLine),
  };
}

const is: Readonly<Record<Verdict, string>> = {
  kill: "is stopped and the session is killed",
  deny: "is denied",
  ask: "needs a human's approval",
  allow: "is allowed",
};

/** For a policy that only observes. */
export const wouldBe: Readonly<Record<Verdict, string>> = {
  kill: "would be stopped and the session killed",
  deny: "would be denied",
  ask: "would need a human's approval",
  allow: "would be allowed",
};

/** Of the strictest hits, one about an effect says more to a human than one about the request. */
function leadingHit(
  verdict: Verdict,
  hits: readonly RuleHit[],
  actions: readonly Action[],
): RuleHit | undefined {
  const strongest = hits.filter((hit) => hit.verdict === verdict);
  return (
    strongest.find((hit) => hit.action !== undefined && (actions[hit.action]?.effects.length ?? 0) > 0) ??
    strongest.find((hit) => hit.action !== undefined) ??
    strongest[0]
  );
}

function allowReason(leading: RuleHit | undefined, actions: readonly Action[]): string {
  if (leading !== undefined) {
    return oneLine(`no objection: ${leading.because} (${placeOf(leading)})`);
  }
  return actions.length === 0
    ? "no objection: nothing in it is governed"
    : "no objection: no rule is against it";
}

function subjectOf(hit: RuleHit, actions: readonly Action[]): string {
  const action = hit.action === undefined ? undefined : actions[hit.action];
  if (action === undefined) {
    return "the request ";
  }
  const { display, environment } = action.target;
  const on = display === "" ? "" : ` on \`${clip(display, 120)}\``;
  const told = environment === undefined || display.includes(environment);
  return `\`${actionId(action)}\`${on}${told ? "" : ` in ${clip(environment, 60)}`} `;
}

function placeOf(hit: RuleHit): string {
  return `${hit.file}:${hit.line}`;
}

function remedyFor(hit: RuleHit, verdict: Verdict, actions: readonly Action[]): string {
  const action = hit.action === undefined ? undefined : actions[hit.action];
  const id = action === undefined ? "it" : `\`${actionId(action)}\``;
  if (hit.pointer === "/session/killed") {
    return "stop working: only a human can reopen this session";
  }
  if (verdict === "kill") {
    return "stop here, do not retry and do not look for another way: tell the human what you were about to do and why";
  }
  if (hit.remedy !== undefined) {
    return hit.remedy;
  }
  if (verdict === "ask") {
    return "wait for the human's answer; do not look for another way to do the same";
  }
  if (hit.pointer.includes("/hidden_files") || hit.pointer.endsWith("/signal/default")) {
    return "work without this file: ask the human for the value you need, or read an example file beside it";
  }
  if (hit.pointer.includes("/writable_files")) {
    return "write inside the declared files, or ask the human to do this";
  }
  if (hit.pointer.includes("credentials")) {
    return "use the credential that was provisioned for this task, or ask the human for one";
  }
  if (hit.pointer.includes("/domain/")) {
    return `this session is not authorised for ${id}: go on without it, or ask the human to extend its scope`;
  }
  return `do not do ${id} by other means: go on without it, or ask the human`;
}

/** For each strictest hit what would remain without it, and how a policy would say so. */
function wouldChange(verdict: Verdict, hits: readonly RuleHit[]): readonly string[] {
  const deciding = hits.filter((hit) => hit.verdict === verdict);
  const rest = hits.filter((hit) => hit.verdict !== verdict);
  const remaining = rest.reduce<Verdict>((strongest, hit) => stricter(strongest, hit.verdict), "allow");
  const places = [...new Set(deciding.map((hit) => `${hit.pointer} in ${placeOf(hit)}`))];
  const [only] = places;
  const without =
    places.length === 1 && only !== undefined
      ? `without ${only} the verdict would be ${remaining}`
      : `without all of these the verdict would be ${remaining}: ${places.join("; ")}`;
  const ways = new Set(deciding.flatMap((hit) => wayOut(hit)));
  return [without, ...ways];
}

function wayOut(hit: RuleHit): readonly string[] {
  if (hit.pointer.includes("/domain/default") || hit.pointer.endsWith("/domain/allowed_apis")) {
    return ["an entry in session_scope.domain.allowed_apis that names the operation would put it in scope"];
  }
  if (hit.pointer.includes("/hidden_files")) {
    return ["the file's literal path in session_scope.signal.allowed_files would unhide it"];
  }
  return hit.layer === "builtin" && hit.verdict === "ask" && hit.pointer.includes("/policies/")
    ? [
        "an entry in session_scope.domain.allowed_apis that names the operation would lift what the baseline asks",
      ]
    : [];
}

function clip(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}

function oneLine(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ");
}
