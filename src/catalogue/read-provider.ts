import type {
  AmbientTarget,
  CatalogueExample,
  CredentialSpec,
  McpTools,
  Operation,
  Provider,
  RestRoute,
} from "./catalogue.ts";
import { readCommandLine } from "./read-commands.ts";
import { readEffects, readGraphql, readOperations, type OperationTable } from "./read-operations.ts";
import { readServiceTable } from "./service-table.ts";
import { YamlReader } from "./yaml-reader.ts";
import type { Diagnostic } from "../base/diagnostic.ts";

const providerKeys = [
  "provider",
  "title",
  "hosts",
  "credentials",
  "ambient",
  "graphql",
  "rest",
  "cli",
  "mcp",
  "operations",
  "table",
  "examples",
];

/** One catalogue file: its text, or the plain data that a build turned it into. The provider is incomplete where there are diagnostics: it must not be used then. */
export function readProvider(
  file: string,
  source: string | object,
): { provider: Provider; diagnostics: readonly Diagnostic[] } {
  const reader = new YamlReader(file, source);
  return { provider: readProviderWith(reader), diagnostics: reader.diagnostics };
}

/** The same with a reader that goes on to be used; what is wrong is among its diagnostics. */
export function readProviderWith(reader: YamlReader): Provider {
  const members = reader.members(reader.root ?? undefined, providerKeys);
  const name = reader.requiredText(members.get("provider"), reader.root, "provider");
  const hosts = reader.texts(members.get("hosts"));
  const table = readOperations(reader, members.get("operations"));
  const graphql = readGraphql(reader, members.get("graphql"), table);
  const cli = readCommandLine(reader, members.get("cli"), table);
  const mcp = readMcp(reader, members.get("mcp"), table);
  const ambient = reader.items(members.get("ambient")).map((item) => readAmbient(reader, item));
  const services = readServiceTable(reader, members.get("table"));
  const provider: Provider = {
    name,
    title: reader.requiredText(members.get("title"), reader.root, "title"),
    hosts,
    operations: table.operations,
    groups: groupsOf(table.operations),
    credentials: reader.items(members.get("credentials")).map((item) => readCredential(reader, item, name)),
    rest: reader.items(members.get("rest")).flatMap((item) => readRoute(reader, item, table)),
    examples: reader.items(members.get("examples")).map((item) => readExample(reader, item)),
    ...(graphql === undefined ? {} : { graphql }),
    ...(cli === undefined ? {} : { cli }),
    ...(mcp === undefined ? {} : { mcp }),
    ...(ambient.length === 0 ? {} : { ambient }),
    ...(services === undefined ? {} : { table: services }),
  };
  for (const mention of table.mentions) {
    if (!table.operations.has(mention.name)) {
      reader.report(mention.node, `there is no operation \`${mention.name}\` in this file`);
    }
  }
  return provider;
}

/** Groups by name. `read` holds what neither changes anything nor reveals a credential. */
function groupsOf(operations: ReadonlyMap<string, Operation>): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>([["read", []]]);
  for (const operation of operations.values()) {
    const reads = operation.access === "read" && !operation.effects.includes("credential_reveal");
    for (const group of reads ? ["read", ...operation.groups] : operation.groups) {
      const names = groups.get(group) ?? [];
      groups.set(group, names);
      if (!names.includes(operation.name)) {
        names.push(operation.name);
      }
    }
  }
  return groups;
}

function readCredential(reader: YamlReader, node: unknown, provider: string): CredentialSpec {
  const keys = ["name", "class", "summary", "hosts", "environment", "files", "headers"];
  const members = reader.members(node, keys);
  return {
    name: reader.requiredText(members.get("name"), node, "name"),
    provider,
    class: reader.requiredText(members.get("class"), node, "class"),
    summary: reader.requiredText(members.get("summary"), node, "summary"),
    hosts: reader.texts(members.get("hosts")),
    environment: reader.texts(members.get("environment")),
    files: reader.items(members.get("files")).map((item) => {
      const file = reader.members(item, ["path", "json"]);
      const json = reader.text(file.get("json"));
      const path = reader.requiredText(file.get("path"), item, "path");
      return json === undefined ? { path } : { path, json };
    }),
    headers: reader.texts(members.get("headers")).map((header) => header.toLowerCase()),
  };
}

const ambientKeys = [
  "kind",
  "variables",
  "file",
  "file_variables",
  "within",
  "folders",
  "environment",
  "line",
];

function readAmbient(reader: YamlReader, node: unknown): AmbientTarget {
  const members = reader.members(node, ambientKeys);
  const within = readWithin(reader, members.get("within"));
  const line = reader.text(members.get("line"));
  const file = reader.text(members.get("file"));
  const folders = reader.text(members.get("folders"));
  return {
    kind: reader.text(members.get("kind")) ?? "",
    variables: reader.texts(members.get("variables")),
    fileVariables: reader.texts(members.get("file_variables")),
    environment: reader.texts(members.get("environment")),
    ...(within === undefined ? {} : { within }),
    ...(file === undefined ? {} : { file }),
    ...(folders === undefined ? {} : { folders }),
    ...(line === undefined ? {} : { line }),
  };
}

function readWithin(reader: YamlReader, node: unknown): AmbientTarget["within"] {
  if (node === undefined) {
    return undefined;
  }
  const members = reader.members(node, ["kind", "part", "member", "otherwise"]);
  const otherwise = reader.text(members.get("otherwise"));
  return {
    kind: reader.requiredText(members.get("kind"), node, "kind"),
    part: reader.requiredText(members.get("part"), node, "part"),
    member: reader.requiredText(members.get("member"), node, "member"),
    ...(otherwise === undefined ? {} : { otherwise }),
  };
}

function readMcp(reader: YamlReader, node: unknown, table: OperationTable): McpTools | undefined {
  if (node === undefined) {
    return undefined;
  }
  const members = reader.members(node, ["servers", "tools"]);
  const tools = new Map<string, Operation>();
  for (const [tool, value] of reader.entries(members.get("tools"))) {
    const operation = operationOf(reader, value, table);
    if (operation !== undefined) {
      tools.set(tool, operation);
    }
  }
  return { servers: reader.texts(members.get("servers")), tools };
}

/** `DELETE /v9/projects/{id}: project_delete`, as a mapping of one. */
function readRoute(reader: YamlReader, node: unknown, table: OperationTable): readonly RestRoute[] {
  return [...reader.entries(node)].flatMap(([route, value]) => {
    const [method = "", path = ""] = route.split(" ");
    const operation = operationOf(reader, value, table);
    return operation === undefined ? [] : [{ method: method.toUpperCase(), path, operation }];
  });
}

function operationOf(reader: YamlReader, node: unknown, table: OperationTable): Operation | undefined {
  const name = reader.text(node) ?? "";
  const operation = table.operations.get(name);
  if (operation === undefined) {
    reader.report(node, `there is no operation \`${name}\` in this file`);
  }
  return operation;
}

const exampleKeys = [
  "command",
  "url",
  "method",
  "body",
  "server",
  "tool",
  "input",
  "is",
  "not",
  "effects",
  "resource",
  "environment",
];

function readExample(reader: YamlReader, node: unknown): CatalogueExample {
  const members = reader.members(node, exampleKeys);
  const request: Record<string, unknown> = {};
  for (const key of ["command", "url", "method", "body", "server", "tool"]) {
    const text = reader.text(members.get(key));
    if (text !== undefined) {
      request[key] = text;
    }
  }
  if (members.has("input")) {
    request["input"] = reader.plain(members.get("input"));
  }
  const resource = reader.text(members.get("resource"));
  const environment = reader.text(members.get("environment"));
  return {
    request,
    matches: reader.texts(members.get("is")),
    misses: reader.texts(members.get("not")),
    effects: readEffects(reader, members.get("effects")),
    ...(resource === undefined ? {} : { resource }),
    ...(environment === undefined ? {} : { environment }),
  };
}
