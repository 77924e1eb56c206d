import type { CompiledPolicy, Layer, PoliciesInForce, PolicyStack } from "./compiled.ts";

/** From the weakest voice to the strongest. */
export const layerOrder: readonly Layer[] = ["builtin", "organisation", "user", "workspace", "session"];

/** What applies to a workspace: the layers above it, what a human approved for it, and what is written there now. */
export interface PolicyParts {
  readonly builtin: CompiledPolicy;
  readonly organisation?: CompiledPolicy;
  readonly user?: CompiledPolicy;
  readonly workspace: {
    readonly approved?: CompiledPolicy;
    readonly written?: CompiledPolicy;
  };
}

/**
 * Combines layers. INVARIANT: what is written but not approved forms a stack of its own; since the strictest verdict of
 * all stacks counts, an edit applies at once where it tightens and waits for a human where it loosens.
 */
export function policiesInForce(parts: PolicyParts, digest: (text: string) => string): PoliciesInForce {
  const { approved, written } = parts.workspace;
  const above = [parts.builtin, parts.organisation, parts.user];
  const stacks = [stackOf([...above, approved])];
  if (written !== undefined && written.hash !== approved?.hash) {
    stacks.push(stackOf([...above, written]));
  }
  return inForce(stacks, digest);
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
  const lines = stacks.flatMap((stack, index) =>
    stack.policies.map((policy) => `${index} ${policy.layer} ${policy.hash} ${policy.file}`),
  );
  return { stacks, hash: digest(lines.join("\n")) };
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
