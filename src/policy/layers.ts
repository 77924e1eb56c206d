import type { CompiledPolicy, Layer, PoliciesInForce, PolicyStack } from "./compiled.ts";

/** From the weakest voice to the strongest. */
export const layerOrder: readonly Layer[] = ["builtin", "organisation", "user", "workspace", "session"];

/** A layer that needs a human's approval: what was approved, and what is written there now. */
export interface WrittenLayer {
  readonly approved?: CompiledPolicy;
  readonly written?: CompiledPolicy;
}

/** One policy of the organisation. */
export interface OrganisationPart {
  readonly policy: CompiledPolicy;
  /** False where it counts only as far as it tightens: it has expired, or the user could write it. */
  readonly loosens: boolean;
}

/** What applies to a workspace: the layers above it, what a human approved for it, and what is written there now. */
export interface PolicyParts {
  readonly builtin: CompiledPolicy;
  readonly organisation?: readonly OrganisationPart[];
  /** An organisation's policy is known to exist and nobody knows what it says: nothing below the baseline loosens. */
  readonly unknownAbove?: boolean;
  readonly user?: WrittenLayer;
  readonly workspace: WrittenLayer;
}

/**
 * Combines layers. INVARIANT: what may only tighten (an edit that nobody approved, an organisation's policy that has
 * expired, whatever lies below a lock) never stands in a stack without another that holds all the rest; since the
 * strictest verdict of all stacks counts, it applies at once where it tightens and not where it loosens.
 */
export function policiesInForce(parts: PolicyParts, digest: (text: string) => string): PoliciesInForce {
  const { builtin, organisation = [], user = {}, workspace } = parts;
  const every = [builtin, ...organisation.map(({ policy }) => policy)];
  const trusted = [builtin, ...organisation.flatMap(({ policy, loosens }) => (loosens ? [policy] : []))];
  const locked = parts.unknownAbove === true || every.some((policy) => policy.locked === true);
  const below = [
    [user.approved, workspace.approved],
    [user.written ?? user.approved, workspace.approved],
    [user.approved, workspace.written ?? workspace.approved],
    ...(locked ? [[]] : []),
  ];
  const stacks = new Map<string, PolicyStack>();
  for (const lower of below) {
    for (const upper of [every, trusted]) {
      const stack = stackOf([...upper, ...lower]);
      stacks.set(namesOf(stack), stacks.get(namesOf(stack)) ?? stack);
    }
  }
  return inForce([...stacks.values()], digest);
}

/** A stack in the order of the layers, whatever order the policies come in. */
export function stackOf(policies: readonly (CompiledPolicy | undefined)[]): PolicyStack {
  const present = policies.filter((policy) => policy !== undefined);
  return {
    policies: present.toSorted((a, b) => layerOrder.indexOf(a.layer) - layerOrder.indexOf(b.layer)),
  };
}

/** Binds stacks together under one hash, which approvals are bound to. */
export function inForce(stacks: readonly PolicyStack[], digest: (text: string) => string): PoliciesInForce {
  return { stacks, hash: digest(stacks.map((stack, index) => `${index} ${namesOf(stack)}`).join("\n")) };
}

function namesOf({ policies }: PolicyStack): string {
  return policies.map(({ layer, hash, file }) => `${layer} ${hash} ${file}`).join("\n");
}

/**
 * The stacks that judge one session: each with the task that a human bound it to. Unbound, the default task counts;
 * without a default every task counts at once, so that not choosing never gives more than choosing.
 */
export function stacksForSession(
  stack: PolicyStack,
  agent: string,
  task: string | undefined,
): readonly PolicyStack[] {
  const tasks = stack.policies.flatMap((policy) => [...policy.tasks.values()]);
  if (tasks.length === 0) {
    return [stack];
  }
  const bound = tasks.filter((candidate) => candidate.task?.name === task && mayRun(candidate, agent));
  const defaults = task === undefined ? tasks.filter((candidate) => candidate.task?.isDefault === true) : [];
  const chosen = bound.length > 0 ? bound : defaults.length === 1 ? defaults : tasks;
  if (chosen === bound) {
    // One name declared by several layers: all of them hold together.
    return [{ policies: [...stack.policies, ...chosen] }];
  }
  return chosen.map((candidate) => ({ policies: [...stack.policies, candidate] }));
}

function mayRun(policy: CompiledPolicy, agent: string): boolean {
  const agents = policy.task?.agents ?? [];
  return agents.length === 0 || agents.some((pattern) => pattern.matches(agent));
}
