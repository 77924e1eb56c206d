import type { Operation } from "./catalogue.ts";
import {
  commandStyles,
  type Carried,
  type CarriedObjects,
  type CommandForm,
  type CommandLine,
  type CommandNode,
  type CommandRule,
  type Emulator,
  type PlaceSource,
  type ValueSource,
} from "./command-line.ts";
import { oneOf, readEffects, readMentions, type OperationTable } from "./read-operations.ts";
import { verbPositions, type VerbRule } from "./verbs.ts";
import type { YamlReader } from "./yaml-reader.ts";

export function readCommandLine(
  reader: YamlReader,
  node: unknown,
  table: OperationTable,
): CommandLine | undefined {
  if (node === undefined) {
    return undefined;
  }
  const members = reader.members(node, [
    "style",
    "prefixes",
    "programs",
    "packages",
    "options",
    "environment",
    "spans",
    "place_patterns",
    "argument_variables",
    "emulator",
    "commands",
    "verbs",
    "verb_position",
    "dry_run",
  ]);
  const emulator = readEmulator(reader, members.get("emulator"));
  const root = emptyNode();
  for (const command of reader.items(members.get("commands"))) {
    readCommand(reader, root, command, table);
  }
  return {
    style: oneOf(reader, members.get("style"), commandStyles) ?? "gnu",
    ...(emulator === undefined ? {} : { emulator }),
    prefixes: reader.texts(members.get("prefixes")),
    argumentVariables: reader.texts(members.get("argument_variables")),
    programs: reader.texts(members.get("programs")),
    packages: reader.texts(members.get("packages")),
    root,
    optionValues: readOptionValues(reader, members.get("options")),
    environmentOptions: readPlaces(reader, members.get("environment")),
    spans: readPlaces(reader, members.get("spans")),
    placePatterns: reader.items(members.get("place_patterns")).flatMap((item) => {
      const place = reader.members(item, ["kind", "pattern"]);
      const kind = reader.requiredText(place.get("kind"), item, "kind");
      const pattern = readPattern(reader, place.get("pattern"));
      return pattern === undefined ? [] : [{ kind, pattern }];
    }),
    verbs: reader.items(members.get("verbs")).flatMap((verb) => readVerb(reader, verb, table)),
    verbPosition: oneOf(reader, members.get("verb_position"), verbPositions) ?? "first",
    dryRun: reader.texts(members.get("dry_run")),
  };
}

function readEmulator(reader: YamlReader, node: unknown): Emulator | undefined {
  if (node === undefined) {
    return undefined;
  }
  const members = reader.members(node, ["programs", "options", "variables", "names", "unless"]);
  const names = readPattern(reader, members.get("names"));
  return {
    ...(names === undefined ? {} : { names }),
    unless: reader.texts(members.get("unless")),
    programs: reader.texts(members.get("programs")),
    options: reader.texts(members.get("options")),
    variables: reader.texts(members.get("variables")),
  };
}

function emptyNode(): CommandNode {
  return { children: new Map(), optionValues: new Map() };
}

/** `--volume` takes one word; `--service-config: 3` takes three. */
function readOptionValues(reader: YamlReader, node: unknown): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of reader.items(node)) {
    for (const entry of reader.scalars(item)) {
      const [name = "", count] = String(entry).split("=");
      const words = count === undefined ? 1 : Number(count);
      if (!Number.isInteger(words) || words < 0 || !name.startsWith("-")) {
        reader.report(item, `\`${String(entry)}\` is not an option with a number of words, as \`-s=3\` is`);
      }
      counts.set(name, words);
    }
  }
  return counts;
}

const commandKeys = [
  "path",
  "operation",
  "resource",
  "several",
  "environment",
  "options",
  "rules",
  "carries",
  "writes",
  "folder",
];

function readCommand(reader: YamlReader, root: CommandNode, node: unknown, table: OperationTable): void {
  const members = reader.members(node, commandKeys);
  const path = reader.requiredText(members.get("path"), node, "path");
  const operation = namedOperation(reader, members.get("operation"), table);
  if (operation === undefined) {
    reader.report(node, "`operation` is missing");
    return;
  }
  const carries = readCarried(reader, members.get("carries"), table);
  const form: CommandForm = {
    path,
    operation,
    resource: readSources(reader, members.get("resource")),
    several: reader.flag(members.get("several")) ?? false,
    environment: readPlaces(reader, members.get("environment")),
    rules: reader.items(members.get("rules")).map((rule) => readCommandRule(reader, rule, table)),
    ...(carries === undefined ? {} : { carries }),
    writes: reader.texts(members.get("writes")),
    folder: reader.texts(members.get("folder")),
  };
  const options = readOptionValues(reader, members.get("options"));
  for (const leaf of leaves([root], path)) {
    if (leaf.form !== undefined) {
      reader.report(node, `the command \`${path}\` is described twice`);
    }
    leaf.form = form;
    for (const [name, count] of options) {
      leaf.optionValues.set(name, count);
    }
  }
}

/** The nodes that a path such as `volume delete|rm` leads to; they are made where they are missing. */
function leaves(nodes: readonly CommandNode[], path: string): readonly CommandNode[] {
  let level = nodes;
  for (const step of path.split(" ").filter((part) => part !== "")) {
    level = level.flatMap((parent) => step.split("|").map((name) => childOf(parent, name)));
  }
  return level;
}

function childOf(parent: CommandNode, name: string): CommandNode {
  const existing = parent.children.get(name);
  if (existing !== undefined) {
    return existing;
  }
  const child = emptyNode();
  parent.children.set(name, child);
  return child;
}

function readSources(reader: YamlReader, node: unknown): readonly ValueSource[] {
  return reader.scalars(node).map((value) => (typeof value === "number" ? value : String(value)));
}

/** `--env`, or `namespace=--namespace` and `+region=--region` where the tool tells several kinds of places apart. */
function readPlaces(reader: YamlReader, node: unknown): readonly PlaceSource[] {
  return reader.scalars(node).map((value) => {
    const [, narrows, kind = "", source = ""] = /^(?:(\+?)([a-z_]+)=)?(.*)$/.exec(String(value)) ?? [];
    return {
      kind,
      narrows: narrows === "+",
      source: /^\d+$/.test(source) ? Number(source) : source,
    };
  });
}

function readCommandRule(reader: YamlReader, node: unknown, table: OperationTable): CommandRule {
  const members = reader.members(node, [
    "option",
    "text",
    "at",
    "fed",
    "positional",
    "piped",
    "operation",
    "effects",
    "also",
  ]);
  const text = readPattern(reader, members.get("text"));
  const fed = reader.flag(members.get("fed"));
  const [at] = reader.scalars(members.get("at"));
  const piped = readPattern(reader, members.get("piped"));
  const positional = reader.flag(members.get("positional"));
  const operation = namedOperation(reader, members.get("operation"), table);
  return {
    ...(members.has("option") ? { options: reader.texts(members.get("option")) } : {}),
    ...(text === undefined ? {} : { text }),
    ...(typeof at === "number" ? { at } : {}),
    ...(fed === undefined ? {} : { fed }),
    ...(piped === undefined ? {} : { piped }),
    ...(positional === undefined ? {} : { positional }),
    ...(operation === undefined ? {} : { operation }),
    effects: readEffects(reader, members.get("effects")),
    also: readMentions(reader, table, members.get("also")),
  };
}

const verbKeys = ["verb", "after", "option", "operation", "resource", "effects"];

/** `{verb: delete|remove-*, operation: resource_delete}`: `*` stands for anything within the word. */
function readVerb(reader: YamlReader, node: unknown, table: OperationTable): readonly VerbRule[] {
  const members = reader.members(node, verbKeys);
  const verb = reader.requiredText(members.get("verb"), node, "verb");
  const operation = namedOperation(reader, members.get("operation"), table);
  const after = readPattern(reader, members.get("after"));
  if (operation === undefined) {
    reader.report(node, "`operation` is missing");
    return [];
  }
  const source = verb.replace(/[.+?^${}()[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return [
    {
      verb: new RegExp(`^(?:${source})$`),
      ...(after === undefined ? {} : { after }),
      ...(members.has("option") ? { options: reader.texts(members.get("option")) } : {}),
      operation,
      named: verb !== "*",
      resource: members.has("resource") ? readSources(reader, members.get("resource")) : [0],
      effects: readEffects(reader, members.get("effects")),
    },
  ];
}

function readPattern(reader: YamlReader, node: unknown): RegExp | undefined {
  const source = reader.text(node);
  if (source === undefined) {
    return undefined;
  }
  try {
    return new RegExp(source, "i");
  } catch {
    reader.report(node, `\`${source}\` is not a regular expression`);
    return undefined;
  }
}

function namedOperation(reader: YamlReader, node: unknown, table: OperationTable): Operation | undefined {
  const name = reader.text(node);
  if (name === undefined) {
    return undefined;
  }
  const operation = table.operations.get(name);
  if (operation === undefined) {
    reader.report(node, `there is no operation \`${name}\` in this file`);
  }
  return operation;
}

function readVariant(reader: YamlReader, node: unknown): CarriedObjects["variants"][number] {
  const members = reader.members(node, ["option", "value", "verb"]);
  const value = readPattern(reader, members.get("value"));
  return {
    options: reader.texts(members.get("option")),
    ...(value === undefined ? {} : { value }),
    verb: reader.requiredText(members.get("verb"), node, "verb"),
  };
}

const carriedKeys = [
  "kind",
  "host",
  "document",
  "file",
  "variables",
  "pairs",
  "operation_name",
  "base",
  "http_method",
  "method",
  "path",
  "fields",
  "input",
  "variants",
  "programs",
  "destroys",
  "changes",
];

function readCarried(reader: YamlReader, node: unknown, table: OperationTable): Carried | undefined {
  if (node === undefined) {
    return undefined;
  }
  const members = reader.members(node, carriedKeys);
  const kind = oneOf(reader, members.get("kind"), [
    "command",
    "remote_command",
    "shell_input",
    "graphql",
    "rest",
    "objects",
    "plan",
  ]);
  if (kind === "remote_command") {
    return { kind, host: reader.requiredText(members.get("host"), node, "host") };
  }
  if (kind === "rest") {
    const httpMethod = reader.text(members.get("http_method"));
    return {
      kind,
      base: reader.requiredText(members.get("base"), node, "base"),
      ...(httpMethod === undefined ? {} : { httpMethod }),
      method: readSources(reader, members.get("method")),
      path: readSources(reader, members.get("path")),
      fields: reader.texts(members.get("fields")),
      input: reader.texts(members.get("input")),
    };
  }
  if (kind === "objects") {
    return {
      kind,
      files: reader.texts(members.get("file")),
      variants: reader.items(members.get("variants")).map((item) => readVariant(reader, item)),
    };
  }
  if (kind === "plan") {
    return readPlan(reader, node, members, table);
  }
  if (kind !== "graphql") {
    return kind === undefined ? undefined : { kind };
  }
  return {
    kind,
    document: readSources(reader, members.get("document")),
    files: reader.texts(members.get("file")),
    variables: reader.texts(members.get("variables")),
    pairs: reader.texts(members.get("pairs")),
    operationName: reader.texts(members.get("operation_name")),
  };
}

function readPlan(
  reader: YamlReader,
  node: unknown,
  members: ReadonlyMap<string, unknown>,
  table: OperationTable,
): Carried | undefined {
  const destroys = namedOperation(reader, members.get("destroys"), table);
  const changes = namedOperation(reader, members.get("changes"), table);
  if (destroys === undefined || changes === undefined) {
    reader.report(node, "`destroys` or `changes` is missing");
    return undefined;
  }
  return {
    kind: "plan",
    document: readSources(reader, members.get("document")),
    programs: reader.texts(members.get("programs")),
    destroys,
    changes,
  };
}
