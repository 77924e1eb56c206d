import type { JsonObject } from "../base/json.ts";
import { makeVisibleLine } from "../base/visible-text.ts";
import type { Operation, Provider } from "../catalogue/catalogue.ts";
import { formsOf, groupsOf } from "../catalogue/forms.ts";

/** A line with its indentation and columns, and nothing in it that a terminal would act on. */
function visible(line: string): string {
  const parts = line.split(/( {2,})/);
  return parts.map((part) => (part.trim() === "" ? part : makeVisibleLine(part))).join("");
}

/** One line of `catalogue list`. */
export function providerLine(provider: Provider, shipped: boolean): string {
  const { programs, hosts, groups } = providerFacts(provider);
  const parts = [
    `${provider.operations.size} operations`,
    programs.length === 0 ? undefined : `programs ${programs.join(", ")}`,
    hosts.length === 0 ? undefined : `hosts ${hosts.join(", ")}`,
    groups.length === 0 ? undefined : `groups ${groups.join(", ")}`,
    shipped ? undefined : "the workspace's own",
  ];
  const facts = parts.filter((part) => part !== undefined).join("; ");
  return visible(`${provider.name.padEnd(16)}  ${facts}`);
}

export function providerJson(provider: Provider): JsonObject {
  const { programs, hosts, groups } = providerFacts(provider);
  return {
    provider: provider.name,
    title: provider.title,
    operations: provider.operations.size,
    examples: provider.examples?.length ?? 0,
    hosts: [...hosts],
    programs: [...programs],
    groups: [...groups],
  };
}

/** What `catalogue show PROVIDER` prints. */
export function providerLines(provider: Provider): readonly string[] {
  const { programs, hosts, groups } = providerFacts(provider);
  const operations = [...provider.operations.values()];
  const width = Math.max(...operations.map(({ name }) => name.length));
  return [
    `${provider.name}: ${provider.title}`,
    ...(hosts.length === 0 ? [] : [`hosts: ${hosts.join(", ")}`]),
    ...(programs.length === 0 ? [] : [`programs: ${programs.join(", ")}`]),
    `groups: ${groups.join(", ")}`,
    ...(provider.table === undefined ? [] : ["and the operations of its services, by a table"]),
    "",
    ...operations.map((operation) => {
      const words = [
        operation.access.padEnd(7),
        ...operation.effects,
        ...operation.groups.map((group) => `@${group}`),
      ];
      return `  ${operation.name.padEnd(width)}  ${words.join(" ")}`.trimEnd();
    }),
  ].map(visible);
}

/** What `catalogue show PROVIDER OPERATION` prints. */
export function operationLines(provider: Provider, operation: Operation): readonly string[] {
  const { commands, routes, fields, tools } = formsOf(provider, operation);
  const listed = (title: string, items: readonly string[]): readonly string[] =>
    items.length === 0 ? [] : [`${title}:`, ...items.map((item) => `  ${item}`)];
  return [
    `${provider.name}:${operation.name}: ${operation.summary}`,
    `access: ${operation.access}${operation.reversible ? "" : ", cannot be undone"}`,
    `effects: ${operation.effects.join(", ") || "none"}`,
    `groups: ${groupsOf(operation).join(", ") || "none"}`,
    ...(operation.aliases.length === 0 ? [] : [`also called: ${operation.aliases.join(", ")}`]),
    ...listed("command line", commands),
    ...listed("REST", routes),
    ...listed("GraphQL", fields),
    ...listed("tools", tools),
  ].map(visible);
}

export function operationJson(provider: Provider, operation: Operation): JsonObject {
  const { commands, routes, fields, tools } = formsOf(provider, operation);
  return {
    operation: `${provider.name}:${operation.name}`,
    summary: operation.summary,
    aliases: [...operation.aliases],
    access: operation.access,
    effects: [...operation.effects],
    groups: [...groupsOf(operation)],
    reversible: operation.reversible,
    commands: [...commands],
    rest: [...routes],
    graphql: [...fields],
    tools: [...tools],
  };
}

function providerFacts(provider: Provider): {
  readonly programs: readonly string[];
  readonly hosts: readonly string[];
  readonly groups: readonly string[];
} {
  return {
    programs: provider.cli?.programs ?? [],
    hosts: provider.hosts,
    groups: [...provider.groups.keys()],
  };
}
