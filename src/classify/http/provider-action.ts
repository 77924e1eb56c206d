import { ruleAnswer, textAt, isRecord, type ArgumentValue } from "../../catalogue/arguments.ts";
import type { GraphqlKind, Operation, Provider } from "../../catalogue/catalogue.ts";
import { isWhole } from "../../catalogue/hole.ts";
import { snakeCase, soundsRevealing, spaced, verbOf } from "../../catalogue/names.ts";
import type { Action, CredentialUse, Evidence, PlaceKinds, Target } from "../../model/action.ts";
import type { Effect } from "../../model/effect.ts";
import { replacePlaces, type PlaceContext } from "./environment.ts";
import type { RootField } from "./graphql.ts";

/** What is known of a call beside its operation. */
export interface CallContext {
  readonly host?: string;
  readonly environment?: string;
  readonly environmentAliases?: readonly string[];
  readonly environmentKinds?: PlaceKinds;
  readonly credentials: readonly CredentialUse[];
  readonly evidence: Evidence;
  /** "in a GraphQL mutation sent by curl": how the operation was found. */
  readonly how: string;
}

/** What a form or its arguments add to the operation itself. */
export interface Extra {
  readonly resource?: string;
  readonly environment?: string;
  readonly effects?: readonly Effect[];
  readonly also?: readonly string[];
  /** Something that decides the effects is not known: the operation may be worse than it looks. */
  readonly undecided?: boolean;
  /** Places that are told otherwise than by the context; none where it is in none of a kind. */
  readonly places?: PlaceKinds;
}

export function providerAction(
  provider: Provider,
  operation: Operation,
  context: CallContext,
  extra: Extra = {},
): Action {
  const effects: Effect[] = [...operation.effects, ...(extra.effects ?? [])];
  if (extra.undecided === true) {
    effects.push("opaque");
  }
  const reach = operation.reach ?? "remote";
  return {
    provider: provider.name,
    operation: operation.name,
    effects: [...new Set(effects)],
    access: extra.undecided === true ? "unknown" : operation.access,
    reach,
    target: targetOf(provider, { reach, place: placed(context, operation, extra) }, context, extra),
    credentials: context.credentials,
    groups: operation.groups,
    aliases: [...new Set([...operation.aliases, ...(operation.also ?? []), ...(extra.also ?? [])])],
    evidence: context.evidence,
    because: `\`${provider.name}:${operation.name}\` (${operation.summary}) ${context.how}`,
  };
}

/** Where the operation takes place: in the context's places, but for kinds that it spans or that are told otherwise. */
function placed(context: CallContext, operation: Operation, { environment, places }: Extra): PlaceContext {
  if (environment !== undefined && environment !== context.environment) {
    return { environment };
  }
  const unknown = (places ?? context.environmentKinds)?.["address"] !== undefined;
  if (operation.in !== undefined && context.environment === undefined && !unknown) {
    return { environment: operation.in };
  }
  const spans = (operation.spans ?? []).map((kind): [string, readonly string[]] => [kind, []]);
  return replacePlaces(context, { ...Object.fromEntries(spans), ...places });
}

function targetOf(
  provider: Provider,
  { reach, place }: { readonly reach: Action["reach"]; readonly place: PlaceContext },
  context: CallContext,
  extra: Extra,
): Target {
  const { environment, environmentAliases: aliases = [], environmentKinds: kinds = {} } = place;
  const host = context.host !== undefined && isWhole(context.host) ? context.host : undefined;
  const what = extra.resource ?? (reach === "remote" ? (host ?? provider.title) : provider.title);
  const places = [...new Set([environment ?? "", ...aliases, ...Object.values(kinds).flat()])];
  const shown = places.filter((name) => name !== "").join("/");
  return {
    // Everything that decides is part of the text: actions that look alike are one action to people and to us.
    display: [
      what,
      ...(shown === "" ? [] : [` in ${shown}`]),
      ...context.credentials.map((use) => ` with ${use.name}`),
    ].join(""),
    ...(extra.resource === undefined ? {} : { resource: extra.resource }),
    ...(environment === undefined ? {} : { environment }),
    ...(aliases.length === 0 ? {} : { environmentAliases: aliases }),
    ...(Object.keys(kinds).length === 0 ? {} : { environmentKinds: kinds }),
    ...(host === undefined ? {} : { host }),
  };
}

/** The action that a root field of the provider's GraphQL API stands for. */
export function fieldAction(provider: Provider, field: RootField, context: CallContext): Action {
  const operation =
    provider.graphql?.fields[field.kind].get(field.name) ?? unlistedOperation(field.kind, field.name);
  const extra = argumentExtra(provider, operation, field.args);
  const reveals = provider.graphql?.reveals.some((rule) =>
    field.nested.some(
      (nested) =>
        nested.name === rule.field && (rule.argument === undefined || isGiven(nested.args, rule.argument)),
    ),
  );
  const effects: readonly Effect[] =
    reveals === true ? [...(extra.effects ?? []), "credential_reveal"] : (extra.effects ?? []);
  return providerAction(
    provider,
    operation,
    { ...context, how: `by \`${field.name}\` in a GraphQL ${field.kind} ${context.how}` },
    { ...extra, effects },
  );
}

/** What the arguments say: resource, environment, and the operation's rules. */
export function argumentExtra(provider: Provider, operation: Operation, args: ArgumentValue): Extra {
  const resource =
    textAt(args, paths(operation.resource)) ??
    textAt(args, paths(provider.graphql?.resource)) ??
    firstIdentifier(args);
  const environment =
    textAt(args, paths(operation.environment)) ?? textAt(args, paths(provider.graphql?.environment));
  const effects: Effect[] = [];
  const also: string[] = [];
  let undecided = false;
  for (const rule of operation.rules ?? []) {
    const answer = ruleAnswer(rule, args);
    if (answer === "holds") {
      effects.push(...rule.effects);
      also.push(...rule.also);
    }
    undecided = undecided || answer === "may_hold";
  }
  return {
    ...(resource === undefined ? {} : { resource }),
    ...(environment === undefined ? {} : { environment }),
    effects,
    also,
    undecided,
  };
}

/**
 * An operation for a root field that the catalogue does not list, by its name and on the strict side: what sounds like
 * a deletion cannot be undone, whatever else is a mutation changes the infrastructure.
 */
function unlistedOperation(kind: GraphqlKind, field: string): Operation {
  const name = snakeCase(field);
  const reveals: readonly Effect[] = soundsRevealing(name) ? ["credential_reveal"] : [];
  const change: readonly Effect[] =
    verbOf(name) === "delete" ? ["irreversible_infrastructure_deletion"] : ["infrastructure_change"];
  return unlisted(
    name,
    kind === "mutation" ? "change" : "read",
    kind === "mutation" ? [...change, ...reveals] : reveals,
  );
}

/** The same for a tool of an MCP server, whose kind is not written down anywhere. */
export function unlistedTool(name: string): Operation {
  const verb = verbOf(name);
  const reveals: readonly Effect[] = soundsRevealing(name) ? ["credential_reveal"] : [];
  switch (verb) {
    case "delete":
      return unlisted(name, "change", ["irreversible_infrastructure_deletion", ...reveals]);
    case "change":
      return unlisted(name, "change", ["infrastructure_change", ...reveals]);
    case "read":
      return unlisted(name, "read", reveals);
    case "unknown":
      return unlisted(name, "unknown", reveals);
  }
}

function unlisted(name: string, access: Operation["access"], effects: readonly Effect[]): Operation {
  return {
    name,
    summary: spaced(name),
    aliases: [],
    access,
    effects,
    groups: [],
    reversible: !effects.some((effect) => effect.startsWith("irreversible_")),
  };
}

/** An operation that every provider has (`unknown_call`). */
export function namedOperation(provider: Provider, name: string): Operation {
  return provider.operations.get(name) ?? unlisted(name, "unknown", ["opaque"]);
}

function paths(texts: readonly string[] | undefined): readonly (readonly string[])[] {
  return (texts ?? []).map((text) => text.split("."));
}

/** The first argument whose name ends in `Id`, or one inside `input`: what the call is most likely about. */
function firstIdentifier(args: ArgumentValue): string | undefined {
  if (!isRecord(args)) {
    return undefined;
  }
  for (const [key, value] of Object.entries(args)) {
    if (key.endsWith("Id") && key !== "environmentId" && typeof value === "string" && value !== "") {
      return value;
    }
  }
  return isRecord(args["input"]) ? firstIdentifier(args["input"]) : undefined;
}

function isGiven(args: ArgumentValue, name: string): boolean {
  return isRecord(args) && args[name] !== undefined && args[name] !== null && args[name] !== false;
}
