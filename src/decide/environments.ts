import type { Action } from "../model/action.ts";
import { switchesTarget } from "./facts.ts";
import type { CompiledPolicy, EnvironmentSpec, Pattern } from "../policy/compiled.ts";

/** Where an action's target lies. */
export interface ResolvedEnvironment {
  /** Names that certainly hold: what an allowed entry may rely on. */
  readonly known: readonly string[];
  /** `known`, and `production` where it may be that: what rules match. */
  readonly possible: readonly string[];
  readonly production: boolean;
  /** The name to show, where there is one. */
  readonly name: string | undefined;
  /** True where it counts as production only because nobody can tell. */
  readonly unresolved: boolean;
}

const nowhere: ResolvedEnvironment = {
  known: [],
  possible: [],
  production: false,
  name: undefined,
  unresolved: false,
};

/**
 * Says which environment an action is in. The strict side wins: any layer that recognises production makes it
 * production, and where a policy covers the provider, a change to a target that nothing recognises is one in production.
 * Any other environment is one only where nothing that is said of the target contradicts it.
 */
export function resolveEnvironment(action: Action, specs: readonly EnvironmentSpec[]): ResolvedEnvironment {
  const written = writtenNames(action);
  const places = action.target.environmentKinds;
  if (places === undefined && specs.length === 0 && written.length === 0) {
    return nowhere;
  }
  const astray = leadsAstray(action, specs);
  const { production, recognised, contradicted } = readSpecs(action, specs, written);
  const wrong = new Set(contradicted.map(({ name }) => name.toLowerCase()));
  const certain = (names: readonly string[]): readonly string[] =>
    astray ? [] : names.filter((name) => !wrong.has(name.toLowerCase()));
  const [shown] = written;
  // Files of settings are called after what they are for: `-var-file=prod.tfvars`.
  const telling = [...written, ...(places?.["file"] ?? [])];
  const isProduction = production !== undefined || telling.some(isProductionName);
  const chosen = production ?? recognised[0];
  if (chosen !== undefined || isProduction) {
    const declared = production === undefined ? recognised : [production, ...recognised];
    const names = [...new Set([...declared.map(({ name }) => name), ...written])];
    const all = resolved(names, isProduction, chosen?.name ?? shown ?? "production");
    // A call to production's host that says `staging` is certainly no call to staging.
    const other = isProduction ? elsewhere(action, names, declared) : [];
    return { ...all, known: certain(all.known.filter((name) => !other.includes(name))) };
  }
  if (countsAsProduction(action, specs, astray ? [] : written)) {
    const possible = [...written, "production"];
    return { known: certain(written), possible, production: true, name: shown, unresolved: true };
  }
  return shown === undefined ? nowhere : { ...resolved(written, false, shown), known: certain(written) };
}

/** A change to a target that nobody can tell, where a policy says how the provider's environments are recognised. */
function countsAsProduction(
  action: Action,
  specs: readonly EnvironmentSpec[],
  names: readonly string[],
): boolean {
  const covered = specs.some((spec) => spec.recognised.has(action.provider));
  const unclear = isUntold(action, specs) || names.every((name) => couldBeProduction(name, action, specs));
  return covered && unclear && action.reach === "remote" && action.access !== "read";
}

/**
 * True where nothing is said of the kinds that production is declared by: a namespace tells nothing of the cluster that
 * it lies in, where clusters are what tells production.
 */
function isUntold({ provider, target }: Action, specs: readonly EnvironmentSpec[]): boolean {
  const told = Object.keys(target.environmentKinds ?? {});
  const declared = specs
    .filter((spec) => isProductionName(spec.name))
    .flatMap((spec) => [...(spec.kinds.get(provider)?.keys() ?? [])]);
  const deciding = declared.filter((kind) => !narrowing.has(kind));
  const needed = deciding.length > 0 ? deciding : declared;
  return told.length > 0 && needed.length > 0 && !told.some((kind) => needed.includes(kind));
}

interface SpecReading {
  readonly production: EnvironmentSpec | undefined;
  readonly recognised: readonly EnvironmentSpec[];
  /** What something speaks for, and something else against. */
  readonly contradicted: readonly EnvironmentSpec[];
}

function readSpecs(
  action: Action,
  specs: readonly EnvironmentSpec[],
  written: readonly string[],
): SpecReading {
  const found = specs.filter((spec) => mayBe(spec, action, written));
  const others = found.filter((spec) => !isProductionName(spec.name));
  return {
    production: found.find((spec) => isProductionName(spec.name)),
    recognised: others.filter((spec) => !contradicts(spec, action)),
    contradicted: others.filter((spec) => contradicts(spec, action)),
  };
}

function writtenNames({ target }: Action): readonly string[] {
  return target.environment === undefined ? [] : [target.environment, ...(target.environmentAliases ?? [])];
}

/** True where the call is sent elsewhere than where the tool is set up to, and nobody declared that place. */
function leadsAstray(action: Action, specs: readonly EnvironmentSpec[]): boolean {
  const addresses = action.target.environmentKinds?.["address"] ?? [];
  return !addresses.every((address) =>
    specs.some((spec) =>
      [action.provider, "hosts"].some(
        (key) => spec.recognised.get(key)?.some((pattern) => pattern.matches(address)) === true,
      ),
    ),
  );
}

/** Names of a target in production that are certainly not its own: neither production's, nor what a declared one lists. */
function elsewhere(
  action: Action,
  names: readonly string[],
  declared: readonly EnvironmentSpec[],
): readonly string[] {
  const kinds = Object.values(action.target.environmentKinds ?? {});
  const beside = kinds.filter((kind) => kind.some(isProductionName)).flat();
  const listed = declared.map(({ name }) => name);
  return names.filter(
    (name) =>
      !isProductionName(name) &&
      !beside.includes(name) &&
      !declared.some((spec) => isProductionName(spec.name) && lists(spec, action, name)) &&
      !(listed.includes(name) && isExplicit(declared, action, name)),
  );
}

/** True where an environment that is not called production lists by itself what makes the target one in production. */
function isExplicit(declared: readonly EnvironmentSpec[], action: Action, name: string): boolean {
  const spec = declared.find((each) => each.name === name);
  const telling = writtenNames(action).filter(isProductionName);
  return (
    spec !== undefined &&
    telling.length > 0 &&
    !declared.some((each) => isProductionName(each.name)) &&
    telling.every((each) => lists(spec, action, each))
  );
}

/** All environments that the policies of a stack declare. */
export function environmentsOf(policies: readonly CompiledPolicy[]): readonly EnvironmentSpec[] {
  return policies.flatMap((policy) => policy.environments);
}

function resolved(names: readonly string[], production: boolean, name: string): ResolvedEnvironment {
  const all = production && !names.includes("production") ? [...names, "production"] : names;
  return { known: all, possible: all, production, name, unresolved: false };
}

/** Kinds of places that lie within others: they decide only where nothing is said of those. */
const narrowing: ReadonlySet<string> = new Set(["namespace", "region", "zone", "project"]);

/** True where anything that is said of the target speaks for the environment. */
function mayBe(spec: EnvironmentSpec, action: Action, written: readonly string[]): boolean {
  const { host, resource, environmentKinds: told = {} } = action.target;
  if (written.some((name) => name.toLowerCase() === spec.name.toLowerCase())) {
    return true;
  }
  const kinds = spec.kinds.get(action.provider);
  if (kinds !== undefined && Object.keys(told).some((kind) => kinds.has(kind))) {
    const listed = Object.entries(told).filter(([kind]) => kinds.has(kind));
    const deciding = listed.filter(([kind]) => !narrowing.has(kind));
    return (
      (deciding.length > 0 ? deciding : listed).some(([kind, names]) => matches(kinds.get(kind), names)) ||
      matches(spec.recognised.get("hosts"), [host])
    );
  }
  return (
    matches(spec.recognised.get(action.provider), [
      ...written,
      ...Object.values(told).flat(),
      host,
      resource,
    ]) ||
    matches(spec.recognised.get("hosts"), [host]) ||
    matches(spec.recognised.get("databases"), [...written, host, resource])
  );
}

/** Kinds of which one call may touch several; names of any other kind are names of the same place. */
const severalNames: ReadonlySet<string> = new Set(["account", "region"]);

/** True where the target's place is told by a kind that the environment lists, and is none of those listed. */
function contradicts(spec: EnvironmentSpec, action: Action): boolean {
  const { provider, target } = action;
  const kinds = spec.kinds.get(provider);
  const told = target.environmentKinds ?? {};
  // Without one, a call goes to the namespace that the tool is set up to, which nobody sees here.
  const untold = kinds?.has("namespace") === true && !("namespace" in told);
  if (untold && target.environmentKinds !== undefined && !switchesTarget(action)) {
    return true;
  }
  return Object.entries(told).some(([kind, names]) => {
    const patterns = kinds?.get(kind);
    const listed = (name: string): boolean => matches(patterns, [name]);
    return (
      patterns !== undefined &&
      (names.length === 0 || !(severalNames.has(kind) ? names.every(listed) : names.some(listed)))
    );
  });
}

function matches(patterns: readonly Pattern[] | undefined, texts: readonly (string | undefined)[]): boolean {
  return (
    patterns?.some((pattern) => texts.some((text) => text !== undefined && pattern.matches(text))) === true
  );
}

function lists(spec: EnvironmentSpec, { provider }: Action, name: string): boolean {
  return spec.recognised.get(provider)?.some((pattern) => pattern.matches(name)) === true;
}

/**
 * True for an id while production is declared by names only: then nobody can tell what the id stands for. A name that
 * no environment lists is another environment.
 */
function couldBeProduction(written: string, action: Action, specs: readonly EnvironmentSpec[]): boolean {
  const declared = specs
    .filter((spec) => isProductionName(spec.name))
    .flatMap((spec) => spec.recognised.get(action.provider) ?? []);
  return (
    isOpaqueId(written) && declared.length > 0 && !declared.some((pattern) => isOpaqueId(pattern.source))
  );
}

/** An identifier that nobody reads a name from: a UUID, an account number, a prefixed random id. */
function isOpaqueId(text: string): boolean {
  return (
    /^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(text) ||
    /^\d{6,}$/.test(text) ||
    /^[a-z]{2,6}_[A-Za-z0-9]{8,}$/.test(text)
  );
}

/** `prod`, `production` and `live`, alone or as a word of a name; `preprod` and `non-prod` are not. */
export function isProductionName(name: string): boolean {
  const words = name.toLowerCase().split(/[^a-z0-9]+/);
  return words.some(
    (word, index) =>
      (word === "prod" || word === "production" || word === "prd" || word === "live") &&
      !["non", "pre", "not", "no"].includes(words[index - 1] ?? ""),
  );
}
