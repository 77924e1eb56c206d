import type { Action } from "../model/action.ts";
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
 */
export function resolveEnvironment(action: Action, specs: readonly EnvironmentSpec[]): ResolvedEnvironment {
  const written = writtenNames(action);
  if (specs.length === 0 && written.length === 0) {
    return nowhere;
  }
  const [shown] = written;
  const recognised = specs.filter((spec) => recognises(spec, action, written));
  const production = recognised.find((spec) => isProductionName(spec.name));
  const chosen = production ?? recognised[0];
  if (chosen !== undefined) {
    const isProduction = production !== undefined || written.some(isProductionName);
    const all = resolved([...new Set([chosen.name, ...written])], isProduction, chosen.name);
    // A call to production's host that says `staging` is certainly no call to staging.
    const other = written.filter(
      (name) => isProduction && !isProductionName(name) && !lists(chosen, action, name),
    );
    return { ...all, known: all.known.filter((name) => !other.includes(name)) };
  }
  if (shown !== undefined && written.some(isProductionName)) {
    return resolved(written, true, shown);
  }
  const covered = specs.some((spec) => spec.recognised.has(action.provider));
  const unclear = written.every((name) => couldBeProduction(name, action, specs));
  if (covered && unclear && action.reach === "remote" && action.access !== "read") {
    return {
      known: written,
      possible: [...written, "production"],
      production: true,
      name: shown,
      unresolved: true,
    };
  }
  return shown === undefined ? nowhere : resolved(written, false, shown);
}

function writtenNames({ target }: Action): readonly string[] {
  return target.environment === undefined ? [] : [target.environment, ...(target.environmentAliases ?? [])];
}

/** All environments that the policies of a stack declare. */
export function environmentsOf(policies: readonly CompiledPolicy[]): readonly EnvironmentSpec[] {
  return policies.flatMap((policy) => policy.environments);
}

function resolved(names: readonly string[], production: boolean, name: string): ResolvedEnvironment {
  const all = production && !names.includes("production") ? [...names, "production"] : names;
  return { known: all, possible: all, production, name, unresolved: false };
}

function recognises(spec: EnvironmentSpec, action: Action, written: readonly string[]): boolean {
  const { host, resource } = action.target;
  if (written.some((name) => name.toLowerCase() === spec.name.toLowerCase())) {
    return true;
  }
  const matches = (
    patterns: readonly Pattern[] | undefined,
    texts: readonly (string | undefined)[],
  ): boolean =>
    patterns?.some((pattern) => texts.some((text) => text !== undefined && pattern.matches(text))) === true;
  return (
    matches(spec.recognised.get(action.provider), [...written, host, resource]) ||
    matches(spec.recognised.get("hosts"), [host]) ||
    matches(spec.recognised.get("databases"), [...written, host, resource])
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
function isProductionName(name: string): boolean {
  const words = name.toLowerCase().split(/[^a-z0-9]+/);
  return words.some(
    (word, index) =>
      (word === "prod" || word === "production" || word === "prd" || word === "live") &&
      !["non", "pre", "not", "no"].includes(words[index - 1] ?? ""),
  );
}
