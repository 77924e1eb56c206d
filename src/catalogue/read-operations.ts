import { isEffect, type Effect } from "../model/effect.ts";
import type { ArgumentRule } from "./arguments.ts";
import type { GraphqlApi, GraphqlKind, Operation } from "./catalogue.ts";
import { spaced } from "./names.ts";
import type { YamlReader } from "./yaml-reader.ts";

const kinds: readonly GraphqlKind[] = ["query", "mutation", "subscription"];

/** What the `operations:` of one file say. `mentions` are names that must exist, checked once all are read. */
export interface OperationTable {
  readonly operations: Map<string, Operation>;
  readonly fields: Readonly<Record<GraphqlKind, Map<string, Operation>>>;
  readonly mentions: { readonly name: string; readonly node: unknown }[];
}

/** Operations that every provider has: calls and commands of which we cannot tell what they are. */
const unnamedOperations: readonly Operation[] = [
  {
    name: "unknown_call",
    summary: "a call whose content is not known",
    aliases: [],
    access: "unknown",
    effects: ["opaque"],
    groups: [],
    reversible: false,
  },
  {
    name: "unknown_command",
    summary: "a sub-command that the catalogue does not know",
    aliases: [],
    access: "unknown",
    effects: [],
    groups: [],
    reversible: false,
  },
  {
    name: "unknown_route",
    summary: "a read of a path that the catalogue does not know",
    aliases: [],
    access: "read",
    effects: [],
    groups: [],
    reversible: true,
  },
];

export function readOperations(reader: YamlReader, node: unknown): OperationTable {
  const table: OperationTable = {
    operations: new Map(unnamedOperations.map((operation) => [operation.name, operation])),
    fields: { query: new Map(), mutation: new Map(), subscription: new Map() },
    mentions: [],
  };
  for (const [name, value] of reader.entries(node)) {
    if (!/^[a-z][a-z0-9_]*$|^[a-z][a-z0-9_-]*:(?:\w+|[*])$/.test(name)) {
      reader.report(value, `\`${name}\` is not a name of an operation: use lower case and \`_\``);
    }
    readOperation(reader, table, name, value);
  }
  return table;
}

const operationKeys = [
  "summary",
  "aliases",
  "access",
  "effects",
  "groups",
  "reversible",
  "undo",
  "everyday",
  "reach",
  "resource",
  "environment",
  "rebinds",
  "spans",
  "in",
  "rules",
  "also",
  ...kinds,
];

function readOperation(reader: YamlReader, table: OperationTable, name: string, node: unknown): void {
  const members = reader.members(node, operationKeys);
  const effects = readEffects(reader, members.get("effects"));
  const changes = members.has("mutation") || (!members.has("query") && !members.has("subscription"));
  const reach = oneOf(reader, members.get("reach"), ["local", "remote"]);
  const operation: Operation = {
    name,
    summary: reader.text(members.get("summary")) ?? spaced(name),
    aliases: reader.texts(members.get("aliases")),
    access:
      oneOf(reader, members.get("access"), ["read", "change", "unknown"]) ?? (changes ? "change" : "read"),
    effects,
    groups: [
      ...reader.texts(members.get("groups")),
      // A group like any other: policies may name it.
      ...(reader.flag(members.get("everyday")) === true ? ["everyday"] : []),
      ...(members.has("rebinds") ? [switchGroup] : []),
    ],
    reversible:
      reader.flag(members.get("reversible")) ?? !effects.some((effect) => effect.startsWith("irreversible_")),
    ...(members.has("undo") ? { undo: reader.requiredText(members.get("undo"), node, "undo") } : {}),
    resource: reader.texts(members.get("resource")),
    environment: reader.texts(members.get("environment")),
    ...readRebinds(reader, members.get("rebinds")),
    ...(members.has("in") ? { in: reader.requiredText(members.get("in"), node, "in") } : {}),
    ...(members.has("spans") ? { spans: reader.texts(members.get("spans")) } : {}),
    also: readMentions(reader, table, members.get("also")),
    rules: reader.items(members.get("rules")).map((rule) => readArgumentRule(reader, table, rule)),
    ...(reach === undefined ? {} : { reach }),
  };
  table.operations.set(name, operation);
  for (const kind of kinds) {
    for (const field of reader.texts(members.get(kind))) {
      if (table.fields[kind].has(field)) {
        reader.report(members.get(kind), `the ${kind} \`${field}\` has two operations`);
      }
      table.fields[kind].set(field, operation);
    }
  }
}

/** The group of all operations that change which place later commands work on. */
const switchGroup = "target_switch";

/** `rebinds: true` for all kinds of places of this provider, `rebinds: "kubernetes:context"` for one of a provider's. */
function readRebinds(reader: YamlReader, node: unknown): Pick<Operation, "rebinds"> {
  const [value] = reader.scalars(node);
  if (value === undefined || value === false) {
    return {};
  }
  const [provider = "", kind = ""] = value === true ? [] : String(value).split(":");
  return {
    rebinds: { ...(provider === "" ? {} : { provider }), ...(kind === "" ? {} : { kind }) },
  };
}

function readArgumentRule(reader: YamlReader, table: OperationTable, node: unknown): ArgumentRule {
  const members = reader.members(node, ["argument", "is", "effects", "also"]);
  return {
    path: reader.requiredText(members.get("argument"), node, "argument").split("."),
    ...(members.has("is") ? { is: reader.scalars(members.get("is")) } : {}),
    effects: readEffects(reader, members.get("effects")),
    also: readMentions(reader, table, members.get("also")),
  };
}

/** Names of other operations, which must exist once the whole file is read. */
export function readMentions(reader: YamlReader, table: OperationTable, node: unknown): readonly string[] {
  const names = reader.texts(node);
  for (const name of names) {
    table.mentions.push({ name, node });
  }
  return names;
}

export function readEffects(reader: YamlReader, node: unknown): readonly Effect[] {
  return reader.texts(node).flatMap((text) => {
    if (isEffect(text)) {
      return text;
    }
    reader.report(node, `\`${text}\` is not an effect`);
    return [];
  });
}

export function readGraphql(
  reader: YamlReader,
  node: unknown,
  table: OperationTable,
): GraphqlApi | undefined {
  if (node === undefined) {
    return undefined;
  }
  const members = reader.members(node, ["environment", "resource", "reveals", "paths"]);
  return {
    fields: table.fields,
    ...(members.has("paths") ? { paths: reader.texts(members.get("paths")) } : {}),
    environment: reader.texts(members.get("environment")),
    resource: reader.texts(members.get("resource")),
    reveals: reader.items(members.get("reveals")).map((item) => {
      const entry = reader.members(item, ["field", "argument"]);
      const argument = reader.text(entry.get("argument"));
      const field = reader.requiredText(entry.get("field"), item, "field");
      return argument === undefined ? { field } : { field, argument };
    }),
  };
}

export function oneOf<T extends string>(
  reader: YamlReader,
  node: unknown,
  allowed: readonly T[],
): T | undefined {
  const text = reader.text(node);
  const found = allowed.find((candidate) => candidate === text);
  if (text !== undefined && found === undefined) {
    reader.report(node, `expected one of ${allowed.map((candidate) => `\`${candidate}\``).join(", ")}`);
  }
  return found;
}
