import type { CommandForm, CommandMatch, PlaceSource } from "../catalogue/command-line.ts";
import type { AmbientTarget, Operation, Provider } from "../catalogue/catalogue.ts";
import { isWhole } from "../catalogue/hole.ts";
import {
  addAmbient,
  placesContext,
  type EnvironmentNames,
  type PlaceContext,
  type Places,
  unknownPlace,
} from "./http/environment.ts";
import { providerAction, type CallContext } from "./http/provider-action.ts";
import type { Scope } from "./scope.ts";
import type { Invocation } from "./shell/invocation.ts";

/** A command line of a provider's tool, as far as it says where it works. */
export interface PlacedCall {
  readonly provider: Provider;
  readonly invocation: Invocation;
  readonly scope: Scope;
  /** The request's own scope, where `scope` stands in front of it. */
  readonly home: Scope;
  readonly match: CommandMatch;
}

/** Places that an earlier command of the same request switched to. */
const switches = new WeakMap<Scope, Map<string, EnvironmentNames>>();

/**
 * The place that a command works on: what its own words say, then variables, what an earlier command of the request
 * switched to, and what the tool is set up to. `bound` is true where a credential decides it by itself.
 */
export function placeOf(call: PlacedCall, form: CommandForm | undefined, bound: boolean): PlaceContext {
  const { provider, match, scope, invocation } = call;
  const sources = [...(form?.environment ?? []), ...(provider.cli?.environmentOptions ?? [])];
  const places = toldPlaces(match, sources);
  const rebinds = form?.operation.rebinds;
  addMentioned(places, call);
  const told = [...places.keys()].some((kind) => kind !== "address");
  for (const { kind } of (provider.cli?.spans ?? []).filter(({ source }) => isGiven(match, source))) {
    places.set(kind, []);
  }
  if (!bound || told) {
    addAmbient(places, provider, {
      scope,
      assignments: invocation.assignments,
      chosen: ({ kind }) => rebinds !== undefined && (rebinds.kind ?? kind) === kind,
      switched: (ambient) => switches.get(call.home)?.get(keyOf(ambient, provider.name)),
    });
  }
  const mentioned = provider.cli?.placePatterns ?? [];
  const narrowing = new Set(
    [...sources.filter(({ narrows }) => narrows), ...mentioned].map(({ kind }) => kind),
  );
  return placesContext(places, narrowing);
}

/**
 * What the command line itself names: the last of each kind, as the tools have it, and all of what leads elsewhere. A name that
 * is not known leads who knows where.
 */
function toldPlaces(match: CommandMatch, sources: readonly PlaceSource[]): Places {
  const places: Places = new Map();
  const last = new Map<string, number>();
  for (const { kind, source } of sources) {
    const word = typeof source === "number" ? match.positionals[source] : match.options.get(source)?.at(-1);
    if (word === undefined) {
      continue;
    }
    const before = places.get(kind) ?? [];
    const value = isWhole(word.value) ? [word.value] : [];
    if (value.length === 0) {
      places.set("address", [...(places.get("address") ?? []), unknownPlace]);
    }
    if (kind === "address") {
      places.set(kind, [...(places.get(kind) ?? []), ...value]);
    } else if (kind === "") {
      places.set(kind, [...new Set([...before, ...value])]);
    } else if (word.index >= (last.get(kind) ?? 0)) {
      places.set(kind, value);
      last.set(kind, word.index);
    }
  }
  return places;
}

/** Adds what full names of resources say of the place, whatever else is said. */
function addMentioned(places: Places, { provider, invocation }: PlacedCall): void {
  for (const { kind, pattern } of provider.cli?.placePatterns ?? []) {
    const names = invocation.words.flatMap((word) => pattern.exec(word.text)?.[1] ?? []);
    if (names.length > 0) {
      places.set(kind, [...new Set([...(places.get(kind) ?? []), ...names])]);
    }
  }
}

function isGiven(match: CommandMatch, source: PlaceSource["source"]): boolean {
  return typeof source === "number"
    ? match.positionals[source] !== undefined
    : match.options.get(source)?.every(({ value }) => value !== "false") === true;
}

/** Remembers for what follows in the request that a command chose another place. */
export function noteSwitch(call: PlacedCall, { rebinds }: Operation, place: CallContext): void {
  if (rebinds === undefined) {
    return;
  }
  const { provider = call.provider.name, kind } = rebinds;
  const known = switches.get(call.home) ?? new Map<string, EnvironmentNames>();
  switches.set(call.home, known);
  const target = call.scope.catalogue.providers.get(provider);
  for (const ambient of (target?.ambient ?? []).filter((each) => kind === undefined || each.kind === kind)) {
    const kinds = place.environmentKinds ?? {};
    const names =
      kinds["cluster"] ?? kinds[ambient.kind] ?? (kind === undefined ? undefined : namesOf(place));
    if (names === undefined && ambient.within !== undefined) {
      // It follows from what was chosen.
      known.delete(keyOf(ambient, provider));
    } else {
      known.set(keyOf(ambient, provider), names ?? (ambient.kind === "" ? namesOf(place) : []));
    }
  }
  if (target !== undefined && target !== call.provider && kind !== undefined) {
    emitForeignSwitch(target, kind, call, place);
  }
}

/** The tool of one provider that sets up that of another: the other's scope holds for it as well. */
function emitForeignSwitch(target: Provider, kind: string, call: PlacedCall, place: CallContext): void {
  const switching = [...target.operations.values()].find(
    ({ rebinds, reach }) => reach === "local" && rebinds !== undefined && (rebinds.kind ?? kind) === kind,
  );
  if (switching !== undefined) {
    const { environment: _own, environmentAliases: _aliases, ...context } = place;
    const names = place.environmentKinds?.["cluster"] ?? namesOf(place);
    const placed = placesContext(new Map([[kind, names]]), new Set());
    call.scope.emit(providerAction(target, switching, { ...context, ...placed, credentials: [] }));
  }
}

function namesOf({ environment, environmentAliases = [] }: PlaceContext): EnvironmentNames {
  return environment === undefined ? [] : [environment, ...environmentAliases];
}

/** Tools that are set up in one file are switched together. */
function keyOf({ file, kind }: AmbientTarget, provider: string): string {
  return `${file ?? provider} ${kind}`;
}

/** The place alone of all that is known of a call. */
export function placeIn({ environment, environmentAliases, environmentKinds }: PlaceContext): PlaceContext {
  return {
    ...(environment === undefined ? {} : { environment }),
    ...(environmentAliases === undefined ? {} : { environmentAliases }),
    ...(environmentKinds === undefined ? {} : { environmentKinds }),
  };
}
