import { covers, providerOf, type Clauses } from "./clauses.ts";
import type { CompiledPolicy, Conditions, PolicyRule } from "./compiled.ts";
import { CoverIndex } from "./cover-index.ts";
import type { LintedRule } from "./lint-rules.ts";
import type { KnownOperation, Vocabulary } from "./vocabulary.ts";

export interface Stop {
  readonly clauses: Clauses;
  readonly verdict: "kill" | "deny";
  /** Where it is written: the end of a sentence. */
  readonly place: string;
}

/** Rules about effects that are looked at. A policy has a few. */
const maximumByEffect = 40;

/** Keys of a rule by which it can be told whether it stops an operation in whatever way that is called. */
const decidable: ReadonlySet<string> = new Set([
  "action",
  "provider",
  "action_type",
  "environment",
  "resource",
  "reach",
]);

/** The kill and deny rules that hold in a scope, asked for those that stop an operation always. */
export class Stops {
  readonly #byEffect: readonly Stop[];
  readonly #others: CoverIndex<Stop>;
  readonly #vocabulary: Vocabulary;

  /** `above` are policies that hold whatever this one says. */
  constructor(rules: readonly LintedRule[], above: readonly CompiledPolicy[], vocabulary: Vocabulary) {
    const stops = [
      ...rules.flatMap(stopOf),
      ...above.flatMap((policy) => policy.rules.flatMap(stopAbove)),
    ].filter(
      ({ clauses }) =>
        clauses.not === undefined && [...clauses.values.keys()].every((key) => decidable.has(key)),
    );
    const isByEffect = ({ clauses }: Stop): boolean =>
      clauses.values.has("action_type") || clauses.values.has("reach");
    this.#vocabulary = vocabulary;
    this.#byEffect = stops.filter(isByEffect).slice(0, maximumByEffect);
    this.#others = new CoverIndex(
      stops.filter((stop) => !isByEffect(stop)),
      vocabulary,
    );
  }

  find(api: Clauses): Stop | undefined {
    return [...this.#byEffect, ...this.#others.candidates(api)].find(({ clauses }) =>
      this.#stopsAll(clauses, api),
    );
  }

  #stopsAll({ values }: Clauses, api: Clauses): boolean {
    const members = this.#members(api.values.get("action")?.[0] ?? "");
    const effects = values.get("action_type");
    const reach = values.get("reach")?.[0];
    const rest = new Map([...values].filter(([key]) => key !== "action_type" && key !== "reach"));
    const whole = (holds: (operation: KnownOperation) => boolean): boolean =>
      members.length > 0 && members.every((operation) => operation !== undefined && holds(operation));
    return (
      (effects === undefined ||
        whole((operation) => operation.effects.some((effect) => effects.includes(effect)))) &&
      (reach === undefined || whole((operation) => (operation.reach ?? "remote") === reach)) &&
      covers({ values: rest, not: undefined }, api, this.#vocabulary)
    );
  }

  /** The operation, or all operations of the group; what is not known is undefined. */
  #members(api: string): readonly (KnownOperation | undefined)[] {
    const name = providerOf(api);
    const operation = api.slice(name.length + 1);
    const group = this.#vocabulary.providers.get(name)?.groups.get(operation) ?? [operation];
    return group.map((member) => this.#vocabulary.operation(name, member));
  }
}

function stopOf({ clauses, verdict, node }: LintedRule): readonly Stop[] {
  return verdict === "ask" ? [] : [{ clauses, verdict, place: `line ${node.range.line}` }];
}

function stopAbove({ verdict, when, origin }: PolicyRule): readonly Stop[] {
  const clauses = clausesOfConditions(when);
  const place = origin.layer === "builtin" ? "the built-in baseline" : `\`${origin.file}\``;
  return verdict === "ask" || clauses === undefined ? [] : [{ clauses, verdict, place }];
}

/** Undefined where there is a condition that no entry of Domain can be compared with. */
function clausesOfConditions(when: Conditions): Clauses | undefined {
  const { actionTypes, actions, providers, environments, resources, reach, ...others } = when;
  const known: readonly (readonly [key: string, values: readonly string[] | undefined])[] = [
    ["action_type", actionTypes],
    ["action", actions?.map(({ source }) => source)],
    ["provider", providers?.map(({ source }) => source)],
    ["environment", environments?.map(({ source }) => source)],
    ["resource", resources?.map(({ source }) => source)],
    ["reach", reach === undefined ? undefined : [reach]],
  ];
  return Object.keys(others).length > 0
    ? undefined
    : {
        values: new Map(
          known.flatMap(([key, values]) => (values === undefined ? [] : [[key, values] as const])),
        ),
        not: undefined,
      };
}
