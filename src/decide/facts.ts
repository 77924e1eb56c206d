import { actionId, type Action } from "../model/action.ts";
import type { Effect } from "../model/effect.ts";
import type { RuleHit } from "../model/decision.ts";
import type { Verdict } from "../model/verdict.ts";
import type { RuleOrigin } from "../policy/compiled.ts";
import type { ResolvedEnvironment } from "./environments.ts";

/** One action as rules see it: with everything that the stack adds to it. */
export interface ActionFacts {
  readonly action: Action;
  readonly index: number;
  /** The ids under which policies may know it: operation, aliases, groups. */
  readonly names: readonly string[];
  readonly environment: ResolvedEnvironment;
  readonly effects: readonly Effect[];
  /** The target's path by every name that it is known by. */
  readonly paths: readonly string[];
  /** The one name that it certainly has. */
  readonly resolvedPath: string | undefined;
  readonly credentialScopeMismatch: boolean;
  readonly outOfSignal: boolean;
  readonly outOfDomain: boolean;
}

/** Effects that put something into the agent's hands which a plain read does not. */
const revealing: ReadonlySet<Effect> = new Set<Effect>([
  "credential_access",
  "credential_reveal",
  "data_exfiltration",
  "remote_code_execution",
]);

/** True for an operation that only looks, and shows no credential. What is not known to be one is none. */
export function isPlainRead(action: Action): boolean {
  return action.access === "read" && !action.effects.some((effect) => revealing.has(effect));
}

/** True for a change that people make all day (`everyday: true` in the catalogue), as far as it is known what it changes. */
export function isEveryday(action: Action): boolean {
  return action.access !== "unknown" && action.groups.includes("everyday");
}

/** True where the action shows a credential or runs something, whatever its access. */
export function reveals(action: Action): boolean {
  return action.groups.includes("execution") || action.effects.some((effect) => revealing.has(effect));
}

/** True for a choice of the place that later commands work on: it outlasts the request. */
export function switchesTarget(action: Action): boolean {
  return action.groups.includes("target_switch");
}

/** True where a command is given an environment's variables, which are mostly its credentials. */
export function injectsVariables(action: Action): boolean {
  return action.groups.includes("variable_injection");
}

export function namesOf(action: Action): readonly string[] {
  const id = actionId(action);
  if (action.aliases.length === 0 && action.groups.length === 0 && !action.operation.includes(":")) {
    return [id];
  }
  const ids = [id, ...action.aliases.map((name) => `${action.provider}:${name}`)];
  const kinds = ids.filter((id) => /:[^:]+:[a-z]+$/.test(id)).map(plural);
  return [...ids, ...kinds, ...action.groups.map((name) => `${action.provider}:${name}`)];
}

/** Kinds are written in the singular or, as the tools' own interfaces do, in the plural: `delete:namespaces`. */
function plural(id: string): string {
  const ending = /(?:s|x|z|ch|sh)$/.test(id) ? "es" : "s";
  return /[^aeiou]y$/.test(id) ? `${id.slice(0, -1)}ies` : `${id}${ending}`;
}

export function hit(origin: RuleOrigin, verdict: Verdict, because: string, action?: number): RuleHit {
  const { pointer, file, line, layer } = origin;
  return { pointer, file, line, verdict, because, layer, ...(action === undefined ? {} : { action }) };
}
