import type { Action } from "../../model/action.ts";
import type {
  ApiEntry,
  CompiledPolicy,
  Conditions,
  CredentialGrant,
  EnvironmentSpec,
  PathEntry,
  Pattern,
  PoliciesInForce,
  PolicyRule,
} from "../../policy/compiled.ts";
import { isProductionName } from "../environments.ts";
import { samplesOf } from "./samples.ts";
import type { Dimension, Setting } from "./settings.ts";

/** One entry of a policy, by what it speaks of. */
export interface Element {
  /** Equal for entries that say the same, wherever they stand. */
  readonly key: string;
  /** Values that it puts conditions on. */
  readonly values: Partial<Readonly<Record<Dimension, readonly string[]>>>;
  /** What it asks for at once; where that is left out, its values. */
  readonly wanted?: Element["values"];
  /** The patterns that some of the values are samples of. */
  readonly patterns: Partial<Readonly<Record<Dimension, readonly Pattern[]>>>;
  /** Names of operations or groups that it may match. */
  readonly names: readonly Pattern[];
  readonly providers: readonly Pattern[];
  readonly paths: readonly Pattern[];
  /** Providers whose own name matters, whatever the operation. */
  readonly places: readonly string[];
  /** What it says is production's. */
  readonly production?: readonly string[];
  /** True where it holds a command line against the conditions of an action. */
  readonly commandWithAction: boolean;
  /** Effects that it asks for together with an operation, with a file, or with another effect. */
  readonly effectsWith: Partial<Readonly<Record<"operations" | "files" | "effects", readonly string[]>>>;
  /** False where it cannot make a difference to what is done by an action, wherever and by whomever. */
  touches(action: Touched): boolean;
}

/** An action, with the names under which policies know it and the effects that are tried beside its own. */
export interface Touched {
  readonly action: Action;
  readonly names: readonly string[];
  readonly furtherEffects: readonly string[];
}

const nothing: Omit<Element, "key"> = {
  values: {},
  patterns: {},
  names: [],
  providers: [],
  paths: [],
  places: [],
  commandWithAction: false,
  effectsWith: {},
  touches: () => true,
};

const touchesNothing = (): boolean => false;

/** Every entry of every policy, those of tasks included. */
export function elementsOf(policies: PoliciesInForce): readonly Element[] {
  const all = policies.stacks.flatMap((stack) => stack.policies);
  return [...new Set(all)].flatMap((policy) => [
    ...ofPolicy(policy),
    ...[...policy.tasks].flatMap(([name, task]) => [
      { ...nothing, key: `task ${name}`, values: { task: [name] } },
      ...(task.task?.agents ?? []).map((agent) => ({
        ...nothing,
        key: `agent ${agent.source}`,
        values: { agent: samplesOf(agent.source) },
      })),
      ...ofPolicy(task).map((element) => withTask(element, name)),
    ]),
  ]);
}

/** Ids, names and hosts that any policy says are production's. */
export function productionOf(elements: readonly Element[]): ReadonlySet<string> {
  return new Set(elements.flatMap(({ production = [] }) => production));
}

function withTask(element: Element, task: string): Element {
  return { ...element, key: `${task} ${element.key}`, values: { ...element.values, task: [task] } };
}

function ofPolicy({ rules, domain, signal, credentials, environments }: CompiledPolicy): readonly Element[] {
  return [
    ...rules.map(ofRule),
    ...domain.allowed.map((entry) => ({
      ...ofApi("allowed", entry),
      // An entry closes its provider for all else.
      touches: ({ action }: Touched) => entry.providerPattern.matches(action.provider),
    })),
    ...domain.blocked.map((entry) => ({
      ...ofApi("blocked", entry),
      touches: ({ names }: Touched) => names.some((name) => entry.pattern.matches(name)),
    })),
    ...signal.allowed.map((entry) => ofPath("allowed", entry)),
    ...signal.hidden.map((entry) => ofPath("hidden", entry)),
    ...(signal.writable?.entries ?? []).map((entry) => ofPath("writable", entry)),
    ...[...signal.allowedCredentials, ...signal.blockedCredentials].map(({ name }) => ({
      ...nothing,
      key: `credential ${name}`,
      values: { credential: samplesOf(name) },
    })),
    ...credentials.map(ofCredential),
    ...environments.map(ofEnvironment),
  ];
}

/** The places that conditions speak of. */
function placesIn(all: readonly Conditions[]): Element["patterns"] {
  const of = (pick: (when: Conditions) => readonly Pattern[] | undefined): readonly Pattern[] =>
    all.flatMap((when) => pick(when) ?? []);
  return {
    environment: of((when) => when.environments),
    resource: of((when) => when.resources),
    host: of((when) => when.hosts),
    agent: of((when) => when.agents),
    task: of((when) => when.sessions),
    command: of((when) => when.commands),
  };
}

function ofRule(rule: PolicyRule): Element {
  const { origin: _, ...said } = rule;
  const all = withNested(rule.when);
  const of = (pick: (when: Conditions) => readonly Pattern[] | undefined): readonly Pattern[] =>
    all.flatMap((when) => pick(when) ?? []);
  const patterns = placesIn(all);
  const values = sampledEach(patterns);
  const alone = new Set(["commands", "agents", "sessions", "not"]);
  return {
    ...nothing,
    key: `rule ${JSON.stringify(said)}`,
    values,
    // What an exception speaks of is where the rule does not hold.
    wanted: sampledEach(placesIn([rule.when])),
    patterns,
    names: of((when) => when.actions),
    providers: of((when) => when.providers),
    paths: of((when) => when.paths),
    effectsWith: effectsWith(rule.when, all),
    touches: (touched) => mayHold(rule.when, touched),
    commandWithAction:
      (values.command?.length ?? 0) > 0 &&
      all.some((when) => Object.keys(when).some((condition) => !alone.has(condition))),
  };
}

/** Effects that follow from where an action takes place rather than from what it is. */
const placed: ReadonlySet<string> = new Set(["production_api_call", "governance_tampering"]);

/** Looks at what an action is alone: where, by whom and with what is tried out. */
function mayHold(when: Conditions, { action, names, furtherEffects }: Touched): boolean {
  const own = [...action.effects, ...furtherEffects];
  return (
    when.actions?.some((pattern) => names.some((name) => pattern.matches(name))) !== false &&
    when.providers?.some((pattern) => pattern.matches(action.provider)) !== false &&
    when.actionTypes?.some((effect) => placed.has(effect) || own.includes(effect)) !== false &&
    (when.paths === undefined || action.provider === "fs") &&
    (when.reach === undefined || when.reach === action.reach) &&
    (when.access === undefined || (when.access === "read") === (action.access === "read"))
  );
}

/** An operation or a file may have effects beside its own; an exception asks for two effects at once. */
function effectsWith(when: Conditions, all: readonly Conditions[]): Element["effectsWith"] {
  const effects = all.flatMap(({ actionTypes }) => actionTypes ?? []);
  const named = all.some(({ actions, providers }) => actions !== undefined || providers !== undefined);
  const filed = all.some(({ paths, outOfSignal }) => paths !== undefined || outOfSignal !== undefined);
  return {
    operations: named ? effects : [],
    files: filed ? effects : [],
    effects: all.filter((each) => each !== when).flatMap(({ actionTypes }) => actionTypes ?? []),
  };
}

/** The conditions and their exceptions. */
function withNested(when: Conditions): readonly Conditions[] {
  return when.not === undefined ? [when] : [when, ...withNested(when.not)];
}

function ofApi(kind: string, entry: ApiEntry): Element {
  const { environment, resource } = entry;
  const patterns = {
    environment: environment === undefined ? [] : [environment],
    resource: resource === undefined ? [] : [resource],
  };
  return {
    ...nothing,
    key: `${kind} ${entry.api} ${environment?.source ?? ""} ${resource?.source ?? ""}`,
    values: sampledEach(patterns),
    patterns,
    names: [entry.pattern],
    providers: [entry.providerPattern],
  };
}

function ofPath(kind: string, { pattern }: PathEntry): Element {
  // Files are tried whatever has changed.
  return { ...nothing, key: `${kind} ${pattern.source}`, paths: [pattern], touches: touchesNothing };
}

function ofCredential(grant: CredentialGrant): Element {
  const grants = grant.grants.map((entry) => ofApi("grant", entry));
  return {
    ...nothing,
    key: `grants ${grant.name} ${JSON.stringify([grant.provider, grant.hosts, grant.environments])} ${grants.map(({ key }) => key).join()}`,
    values: {
      credential: [grant.name],
      host: sampled(grant.hosts),
      environment: [
        ...sampled(grant.environments),
        ...grants.flatMap(({ values }) => values.environment ?? []),
      ],
      resource: grants.flatMap(({ values }) => values.resource ?? []),
    },
    patterns: {
      host: grant.hosts,
      environment: [...grant.environments, ...grants.flatMap(({ patterns }) => patterns.environment ?? [])],
      resource: grants.flatMap(({ patterns }) => patterns.resource ?? []),
    },
    names: grants.flatMap(({ names }) => names),
    places: grant.provider === undefined ? [] : [grant.provider],
  };
}

function ofEnvironment({ name, recognised }: EnvironmentSpec): Element {
  const told = [...recognised].map(([provider, patterns]) => [
    provider,
    patterns.map(({ source }) => source),
  ]);
  const all = [...recognised].flatMap(([key, patterns]) => (key === "hosts" ? [] : patterns));
  // An environment is also told by what the call is about: an id as resource, a name of a machine as host.
  const ids = sampled(all).filter((id) => id !== name);
  const hosts = [...sampled(recognised.get("hosts") ?? []), ...ids.filter((id) => id.includes("."))];
  return {
    ...nothing,
    key: `environment ${name} ${JSON.stringify(told)}`,
    values: { environment: [name, ...ids], resource: ids, host: hosts },
    patterns: { environment: all, resource: all, host: recognised.get("hosts") ?? [] },
    places: [...recognised.keys()],
    ...(isProductionName(name) ? { production: [name, ...ids, ...hosts] } : {}),
    touches: ({ action }) =>
      recognised.has(action.provider) || recognised.has("hosts") || recognised.has("databases"),
  };
}

function sampledEach(patterns: Element["patterns"]): Element["values"] {
  return Object.fromEntries(Object.entries(patterns).map(([dimension, each]) => [dimension, sampled(each)]));
}

function sampled(patterns: readonly Pattern[]): readonly string[] {
  return patterns.flatMap(({ source }) => samplesOf(source));
}

/**
 * What policies say beside their entries, as one text. Where it changes, anything may; `visible_files` cannot be compared,
 * and concern files alone.
 */
export function frameOf(policies: PoliciesInForce): string {
  const of = ({ layer, domain, signal, enforcement, tasks, task }: CompiledPolicy): unknown => [
    layer,
    domain.default,
    domain.closedReads,
    signal.default,
    signal.writable !== undefined,
    enforcement,
    task?.isDefault,
    task?.agents,
    [...tasks].map(([name, each]) => [name, of(each)]),
  ];
  return JSON.stringify(policies.stacks.map((stack) => stack.policies.map(of)));
}

/**
 * What an entry asks for at once: the first value of each dimension together, and each other value in its place, those of its
 * exceptions included.
 */
export function jointsOf({ values, wanted = values }: Element): readonly Partial<Setting>[] {
  const first: Partial<Setting> = Object.fromEntries(
    Object.entries(wanted).flatMap(([dimension, [one]]) => (one === undefined ? [] : [[dimension, one]])),
  );
  return [
    first,
    ...Object.entries(values).flatMap(([dimension, all]) =>
      all.map((value) => ({ ...first, [dimension]: value })),
    ),
  ];
}
