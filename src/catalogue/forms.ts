import type { GraphqlKind, Operation, Provider } from "./catalogue.ts";
import type { CommandNode } from "./command-line.ts";

const kinds: readonly GraphqlKind[] = ["query", "mutation", "subscription"];

/** With `read`, which follows from what an operation does. */
export function groupsOf({ access, effects, groups }: Operation): readonly string[] {
  return access === "read" && !effects.includes("credential_reveal") ? ["read", ...groups] : groups;
}

/** Everything that leads to an operation. */
export function formsOf(
  provider: Provider,
  { name }: Operation,
): {
  readonly commands: readonly string[];
  readonly routes: readonly string[];
  readonly fields: readonly string[];
  readonly tools: readonly string[];
} {
  const { cli, rest = [], graphql, mcp } = provider;
  const program = cli?.programs[0] ?? "";
  const verbs = (cli?.verbs ?? []).filter(({ operation }) => operation.name === name);
  return {
    commands: [
      ...new Set(cli === undefined ? [] : commandPaths(cli.root, name)),
      ...verbs.map(({ verb }) => `… ${verb.source.slice(4, -2).replaceAll(".*", "*")}`),
    ].map((path) => `${program} ${path}`),
    routes: rest
      .filter(({ operation }) => operation.name === name)
      .map(({ method, path }) => `${method} ${path}`),
    fields: kinds.flatMap((kind) =>
      [...(graphql?.fields[kind] ?? [])]
        .filter(([, operation]) => operation.name === name)
        .map(([field]) => `${kind} ${field}`),
    ),
    tools: [...(mcp?.tools ?? [])].filter(([, operation]) => operation.name === name).map(([tool]) => tool),
  };
}

/** Paths as they are written in the file: `volume delete|rm`. */
function commandPaths(node: CommandNode, name: string): readonly string[] {
  const { form } = node;
  const leads = form !== undefined && [form, ...form.rules].some(({ operation }) => operation?.name === name);
  return [
    ...(leads ? [form.path] : []),
    ...[...node.children.values()].flatMap((child) => commandPaths(child, name)),
  ];
}
