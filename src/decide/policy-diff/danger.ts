import type { Operation, Vocabulary } from "../../catalogue/catalogue.ts";
import { effects, isEffect, type Effect } from "../../model/effect.ts";
import { verdicts } from "../../model/verdict.ts";
import { isProductionName } from "../environments.ts";
import type { PolicyChange } from "./policy-diff.ts";
import { another, type Box, type Values } from "./settings.ts";

/** What the danger of a change is told by, beside the change itself. */
export interface DangerGround {
  readonly vocabulary: Vocabulary;
  /** Ids, hosts and the like that a policy says are production's. */
  readonly production: ReadonlySet<string>;
}

/**
 * A change as people read it: in each of its lists what is worst comes first, so that a long list, which is cut at its
 * end, hides no worst part.
 */
export function worstFirst(change: PolicyChange, ground: DangerGround): PolicyChange {
  const { vocabulary } = ground;
  const irreversible = change.names.filter((name) => cannotBeUndone(name, vocabulary));
  const others = change.names.filter((name) => !irreversible.includes(name));
  return {
    ...change,
    names: [...alternating(irreversible), ...byGravity(others, vocabulary)],
    ...(irreversible.length === 0 ? {} : { irreversible: alternating(irreversible) }),
    where: placesFirst(change.where, ground),
  };
}

/** What was killed, then what cannot be undone, what is production's, what is about credentials; then by the verdicts. */
export function byDanger(ground: DangerGround): (a: PolicyChange, b: PolicyChange) => number {
  const degreeOf = (change: PolicyChange): number =>
    [
      change.from === "kill" || change.to === "kill",
      change.irreversible !== undefined,
      reachesProduction(change, ground),
      isAboutCredentials(change, ground.vocabulary),
    ].reduce((sum, holds) => 2 * sum + Number(holds), 0);
  const stepOf = ({ from, to }: PolicyChange): number =>
    verdicts.length * verdicts.indexOf(from) - verdicts.indexOf(to);
  return (a, b) => degreeOf(b) - degreeOf(a) || stepOf(b) - stepOf(a);
}

function operationOf(name: string, vocabulary: Vocabulary): Operation | undefined {
  const colon = name.indexOf(":");
  return colon < 1 ? undefined : vocabulary.operation(name.slice(0, colon), name.slice(colon + 1));
}

/** Effects of an operation by its id, or those that a name in words speaks of: `opaque (local read)`. */
function effectsIn(name: string, vocabulary: Vocabulary): readonly Effect[] {
  const words: readonly string[] = name.match(/\w+/g) ?? [];
  return operationOf(name, vocabulary)?.effects ?? words.filter(isEffect);
}

function cannotBeUndone(name: string, vocabulary: Vocabulary): boolean {
  const operation = operationOf(name, vocabulary);
  return (
    (operation?.reversible === false && operation.access === "change") ||
    effectsIn(name, vocabulary).some((effect) => effect.startsWith("irreversible_"))
  );
}

function byGravity(names: readonly string[], vocabulary: Vocabulary): readonly string[] {
  const gravity = (name: string): number => {
    const index = effects.findIndex((effect) => effectsIn(name, vocabulary).includes(effect));
    return index < 0 ? effects.length : index;
  };
  return names
    .map((name) => ({ name, grave: gravity(name) }))
    .toSorted((a, b) => a.grave - b.grave)
    .map(({ name }) => name);
}

/** One of each provider in turn: many of one provider push no other out of sight. */
function alternating(names: readonly string[]): readonly string[] {
  const seen = new Map<string, number>();
  return names
    .map((name) => {
      const provider = name.slice(0, Math.max(0, name.indexOf(":")));
      const round = seen.get(provider) ?? 0;
      seen.set(provider, round + 1);
      return { name, round };
    })
    .toSorted((a, b) => a.round - b.round)
    .map(({ name }) => name);
}

function isProductions(value: string, { production }: DangerGround): boolean {
  return production.has(value) || isProductionName(value);
}

/** Any place comes first, then production, then what catalogue and machine know; what somebody made up comes last. */
function placesFirst(where: Box, ground: DangerGround): Box {
  const place = (value: string): number =>
    value === another || value === ""
      ? 0
      : isProductions(value, ground)
        ? 1
        : ground.vocabulary.credential(value) !== undefined
          ? 2
          : 3;
  const sorted = (values: readonly string[]): readonly string[] =>
    values.toSorted((a, b) => place(a) - place(b));
  return Object.fromEntries(
    Object.entries(where).map(([dimension, { in: inside, notIn }]: [string, Values]) => [
      dimension,
      { in: sorted(inside), notIn: sorted(notIn) },
    ]),
  );
}

/** A change of something remote that may be production's: named so, or anywhere. */
function reachesProduction(change: PolicyChange, ground: DangerGround): boolean {
  const { environment, resource, host } = change.where;
  const values = [environment, resource, host].flatMap((each) => each?.in ?? []);
  const reaches =
    environment === undefined ||
    environment.in.includes(another) ||
    values.some((value) => isProductions(value, ground));
  return reaches && change.kind === "operations" && change.names.some((name) => changes(name, ground));
}

function changes(name: string, { vocabulary }: DangerGround): boolean {
  return operationOf(name, vocabulary)?.access !== "read";
}

const ofCredentials: ReadonlySet<Effect> = new Set([
  "credential_access",
  "credential_reveal",
  "data_exfiltration",
  "privilege_change",
]);

function isAboutCredentials({ kind, from, names }: PolicyChange, vocabulary: Vocabulary): boolean {
  return (
    kind === "credentials" ||
    (kind === "files" && from !== "ask" && names.some((name) => name.startsWith("read "))) ||
    names.some((name) => effectsIn(name, vocabulary).some((effect) => ofCredentials.has(effect)))
  );
}
