import type { Operation, Provider } from "../catalogue/catalogue.ts";
import { formsOf, groupsOf } from "../catalogue/forms.ts";

/** Most ways that are shown of each kind. */
const mostForms = 8;

/** What an operation is, and which commands and calls it stands for, as Markdown. */
export function describeOperation(provider: Provider, operation: Operation): string {
  const { commands, routes, fields, tools } = formsOf(provider, operation);
  const groups = groupsOf(operation);
  return [
    `**${provider.name}:${operation.name}** · ${operation.summary}`,
    [
      operation.access === "read" ? "only reads" : "changes something",
      ...(operation.reversible ? [] : ["**cannot be undone**"]),
      ...operation.effects.map((effect) => `\`${effect}\``),
    ].join(" · "),
    ...listed("Command line", commands),
    ...listed("REST", routes),
    ...listed("GraphQL", fields),
    ...listed("MCP tools", tools),
    ...(groups.length === 0
      ? []
      : [`Groups: ${groups.map((group) => `\`${provider.name}:${group}\``).join(", ")}`]),
    ...(operation.aliases.length === 0
      ? []
      : [`Also called ${operation.aliases.map((alias) => `\`${alias}\``).join(", ")}`]),
  ].join("\n\n");
}

export function describeGroup(provider: Provider, group: string): string {
  const names = provider.groups.get(group) ?? [];
  const shown = names.slice(0, 24).map((name) => `\`${name}\``);
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : "";
  return [
    `**${provider.name}:${group}** · a group of ${provider.title}'s operations`,
    names.length === 0 ? "No operation is listed by name." : `${shown.join(", ")}${more}`,
  ].join("\n\n");
}

export function describeProvider(provider: Provider): string {
  return [
    `**${provider.name}** · ${provider.title}`,
    ...(provider.hosts.length === 0
      ? []
      : [`Hosts: ${provider.hosts.map((host) => `\`${host}\``).join(", ")}`]),
    ...(provider.cli === undefined
      ? []
      : [`Programs: ${provider.cli.programs.map((name) => `\`${name}\``).join(", ")}`]),
    `Groups: ${[...provider.groups.keys()].map((name) => `\`${provider.name}:${name}\``).join(", ")}`,
  ].join("\n\n");
}

function listed(title: string, forms: readonly string[]): readonly string[] {
  if (forms.length === 0) {
    return [];
  }
  const shown = forms.slice(0, mostForms).map((form) => `- \`${form.replaceAll("`", "'")}\``);
  const more = forms.length > mostForms ? [`- and ${forms.length - mostForms} more`] : [];
  return [[`${title}:`, ...shown, ...more].join("\n")];
}
