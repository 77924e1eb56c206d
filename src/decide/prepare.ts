import type {
  CompiledPolicy,
  EnvironmentSpec,
  PoliciesInForce,
  PolicyRule,
  PolicyStack,
} from "../policy/compiled.ts";
import { stacksForSession } from "../policy/layers.ts";
import { environmentsOf } from "./environments.ts";
import { isAboutRequest } from "./rules.ts";

/** A stack as every request of one session needs it: what does not depend on the request is worked out once. */
export interface PreparedStack {
  readonly policies: readonly CompiledPolicy[];
  readonly environments: readonly EnvironmentSpec[];
  readonly requestRules: readonly PolicyRule[];
  readonly actionRules: readonly PolicyRule[];
  /** Control rules that name operations: they put them in Domain. They cannot depend on Domain's own answer. */
  readonly grantingRules: readonly PolicyRule[];
  /** Its findings are told, and stop nothing. */
  readonly observes: boolean;
}

/** Stacks are immutable, so what is derived from one can be kept as long as the stack itself. */
const prepared = new WeakMap<PolicyStack, Map<string, readonly PreparedStack[]>>();

/** Agents and tasks come from requests; a flood of invented ones must not fill the memory. */
const maximumVariants = 100;

/** The stacks that judge one session of an agent at a task. */
export function preparedStacks(
  stack: PolicyStack,
  agent: string,
  task: string | undefined,
): readonly PreparedStack[] {
  let variants = prepared.get(stack);
  if (variants === undefined || variants.size >= maximumVariants) {
    variants = new Map();
    prepared.set(stack, variants);
  }
  const hasTasks = stack.policies.some((policy) => policy.tasks.size > 0);
  const key = hasTasks ? `${agent}\n${task ?? ""}` : "";
  let found = variants.get(key);
  if (found === undefined) {
    found = stacksForSession(stack, agent, task).map(prepare);
    variants.set(key, found);
  }
  return found;
}

function prepare(stack: PolicyStack): PreparedStack {
  const rules = stack.policies.flatMap((policy) => policy.rules);
  return {
    policies: stack.policies,
    environments: environmentsOf(stack.policies),
    observes: observes(stack.policies),
    requestRules: rules.filter((rule) => isAboutRequest(rule.when)),
    actionRules: rules.filter((rule) => !isAboutRequest(rule.when)),
    grantingRules: rules.filter(
      (rule) => rule.verdict === "ask" && rule.namesOperations && rule.when.outOfDomain === undefined,
    ),
  };
}

/** True where nothing but attempts to change what governs the agent is stopped. */
export function onlyObserves({ stacks }: PoliciesInForce): boolean {
  return stacks.length > 0 && stacks.every(({ policies }) => observes(policies));
}

/** Whoever has not said `observe` is enforced: one layer cannot switch off what another one stops. */
function observes(policies: readonly CompiledPolicy[]): boolean {
  const written = policies.filter(
    (policy) => policy.layer !== "builtin" && policy.layer !== "session" && !onlyPoints(policy),
  );
  return written.length > 0 && written.every(({ enforcement }) => enforcement === "observe");
}

/** True where it says where another policy is published, and nothing that could be enforced. */
function onlyPoints(policy: CompiledPolicy): boolean {
  const { organisation, locked = false, rules, domain, signal, credentials, environments, tasks } = policy;
  const stated = [
    rules,
    domain.allowed,
    domain.blocked,
    signal.allowed,
    signal.hidden,
    signal.allowedCredentials,
    signal.blockedCredentials,
    credentials,
    environments,
    [...tasks],
  ];
  return (
    organisation !== undefined &&
    !locked &&
    stated.every((list) => list.length === 0) &&
    domain.default === undefined &&
    !domain.closedReads &&
    signal.default === "open" &&
    signal.writable === undefined
  );
}
