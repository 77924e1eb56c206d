import { isRecord, type ArgumentValue } from "../../catalogue/arguments.ts";
import type { Operation, Provider } from "../../catalogue/catalogue.ts";
import { snakeCase, verbOf } from "../../catalogue/names.ts";
import type { Action, Evidence } from "../../model/action.ts";
import type { McpCallPayload } from "../../model/request.ts";
import type { Scope } from "../scope.ts";
import type { Invocation } from "../shell/invocation.ts";
import { variablesOf } from "./graphql-body.ts";
import { readGraphql, type GraphqlReading } from "./graphql.ts";
import { fieldsOf, judgeAddresses, judgeCommandLines, textsIn, verbOfArguments } from "./mcp-arguments.ts";
import { judgeKubernetesTool } from "./mcp-kubernetes.ts";
import { judgeMcpFiles } from "./mcp-files.ts";
import { judgeMcpSql, type SqlAccess } from "./mcp-sql.ts";
import { emitReading } from "./emit-reading.ts";
import { ambientEnvironment, environmentContext } from "./environment.ts";
import { argumentExtra, providerAction, unlistedTool, type CallContext } from "./provider-action.ts";

const noAssignments: Invocation["assignments"] = new Map();

/**
 * Emits what a call of an MCP tool means: a provider's operation where server and tool speak of one, otherwise
 * `mcp:<server>.<tool>`. Text that a tool runs in a shell is judged as shell text as well.
 */
export function classifyMcp(payload: McpCallPayload, scope: Scope): void {
  const text = `${payload.server}.${payload.tool}`;
  const evidence: Evidence = { start: 0, end: text.length, text };
  const tool = snakeCase(payload.tool);
  const provider = providerOf(payload.server, tool, scope);
  if (judgeKubernetesTool(payload, tool, { scope, evidence })) {
    return;
  }
  const told = judgeCommandLines(payload, scope, evidence);
  const sql = judgeMcpSql(payload, tool, { provider, scope, evidence });
  if (provider === undefined) {
    judgeMcpFiles(payload, tool, scope);
    const fetched = judgeAddresses(payload, scope);
    scope.emit(plainTool(payload, accessOf(payload, tool, { told, sql, fetched }), evidence));
  } else if (!told) {
    judgeProviderTool(provider, payload, tool, { scope, evidence, sql });
  }
  judgeCommandInput(payload, tool, scope, evidence);
}

/** Words in names of tools that show, think or wait, where no word says that something changes. */
const showing =
  /(?:^|_)(?:resolve|snapshot|screenshot|console|messages?|history|log|tree|aggregate|(?:sequential)?thinking|think|wait|analy[sz]e|summari[sz]e|schema|overview|symbols?|context|time|current|diagnostics|errors?|calculate|convert|translate|parse|count|stats|usage|navigate|hover|references|definition|ping|version|ask|questions?|requests?|top|details?|my|me|dbsize|h?getall|hget|lrange|smembers|zrange|xrange|scan)(?:_|$)/;

/** What a tool of a server that nobody described does: the stricter of what its name and its arguments say. */
function accessOf(
  payload: McpCallPayload,
  tool: string,
  said: { readonly told: boolean; readonly sql: SqlAccess; readonly fetched: boolean },
): Action["access"] {
  const verb = verbOf(tool);
  if (said.sql === "change" || verbOfArguments(payload.input) === "change") {
    return "change";
  }
  // The text of a known tool, or plain SQL, is all that such a tool does, whatever it is called.
  if (said.told || said.sql === "read") {
    return "read";
  }
  if (verb === "unknown") {
    return said.fetched || showing.test(tool) || /^(?:sequential)?thinking$/.test(tool) ? "read" : "unknown";
  }
  return verb === "delete" ? "change" : verb;
}

/** By the server's name, or by the tool's (`railway_volume_delete` of a server that serves several). */
function providerOf(server: string, tool: string, scope: Scope): Provider | undefined {
  return (
    scope.catalogue.providerByServer(server) ??
    [...scope.catalogue.providers.values()].find(
      (provider) => provider.mcp !== undefined && tool.startsWith(`${provider.name}_`),
    )
  );
}

function judgeProviderTool(
  provider: Provider,
  payload: McpCallPayload,
  tool: string,
  at: { readonly scope: Scope; readonly evidence: Evidence; readonly sql: SqlAccess },
): void {
  const { scope, evidence } = at;
  const input = (isRecord(payload.input) ? payload.input : {}) as ArgumentValue;
  const args = camelArguments(input);
  const context: CallContext = {
    credentials: [],
    evidence,
    how: `by the tool \`${payload.tool}\` of \`${payload.server}\``,
  };
  const document = documentOf(provider, args);
  if (document !== undefined) {
    emitReading(provider, document, scope, context);
    return;
  }
  const listed = toolOperation(provider, tool, scope);
  const operation = withArguments(listed ?? unlistedTool(withoutPrefix(tool, provider)), {
    listed: listed !== undefined,
    input: payload.input,
    sql: at.sql,
  });
  const { environment, ...extra } = argumentExtra(provider, operation, { ...spread(args), input: args });
  const named = environmentOf(args) ?? environment;
  const names = named === undefined ? ambientEnvironment(provider, scope, noAssignments) : [named];
  scope.emit(providerAction(provider, operation, { ...context, ...environmentContext(names) }, extra));
}

/** A query that only reads is a read; a tool that nobody listed changes something where its arguments say so. */
function withArguments(
  operation: Operation,
  said: { readonly listed: boolean; readonly input: unknown; readonly sql: SqlAccess },
): Operation {
  if (said.sql === "read" && /quer|sql|execute/.test(operation.name)) {
    return { ...operation, access: "read" };
  }
  return !said.listed && operation.access === "read" && verbOfArguments(said.input) === "change"
    ? { ...operation, access: "change", effects: [...operation.effects, "infrastructure_change"] }
    : operation;
}

/** `volume_delete`, `delete_volume`, `railway_delete_volume`, `volumes_delete` are all the same operation. */
function toolOperation(provider: Provider, tool: string, scope: Scope): Operation | undefined {
  const name = withoutPrefix(tool, provider);
  for (const candidate of spellings(name)) {
    const operation =
      provider.mcp?.tools.get(candidate) ?? scope.catalogue.operation(provider.name, candidate);
    if (operation !== undefined) {
      return operation;
    }
  }
  return undefined;
}

function withoutPrefix(tool: string, provider: Provider): string {
  return tool.startsWith(`${provider.name}_`) ? tool.slice(provider.name.length + 1) : tool;
}

const synonyms: Readonly<Record<string, string>> = {
  remove: "delete",
  destroy: "delete",
  drop: "delete",
  add: "create",
  new: "create",
  edit: "update",
  set: "upsert",
};

function spellings(name: string): readonly string[] {
  const parts = name.split("_");
  const [first = "", ...others] = parts;
  const verb = synonyms[first] ?? first;
  const last = synonyms[parts.at(-1) ?? ""] ?? parts.at(-1) ?? "";
  const candidates = [
    name,
    [...others, first].join("_"),
    [...others, verb].join("_"),
    [...parts.slice(0, -1), last].join("_"),
  ];
  return [...candidates, ...candidates.map((candidate) => candidate.replace(/s_(?=[a-z]+$)/, "_"))];
}

/** A tool that takes a document of the provider's own GraphQL API is what the document is. */
function documentOf(provider: Provider, args: ArgumentValue): GraphqlReading | undefined {
  if (provider.graphql === undefined || !isRecord(args)) {
    return undefined;
  }
  const text = args["query"] ?? args["document"] ?? args["graphql"] ?? args["mutation"];
  return typeof text === "string" && /[{}]/.test(text)
    ? readGraphql({ document: text, variables: variablesOf(args["variables"] ?? null) })
    : undefined;
}

/** Tools write `volume_id` where the API writes `volumeId`. */
function camelArguments(value: ArgumentValue): ArgumentValue {
  if (Array.isArray(value)) {
    return value.map((item: ArgumentValue) => camelArguments(item));
  }
  if (!isRecord(value)) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key.replace(/[_-]([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase()),
      camelArguments(item),
    ]),
  );
}

function spread(args: ArgumentValue): { readonly [key: string]: ArgumentValue } {
  return isRecord(args) ? args : {};
}

function environmentOf(args: ArgumentValue): string | undefined {
  const value = isRecord(args) ? (args["environment"] ?? args["environmentName"]) : undefined;
  return typeof value === "string" && value !== "" ? value : undefined;
}

function plainTool(payload: McpCallPayload, access: Action["access"], evidence: Evidence): Action {
  const name = `${payload.server}.${payload.tool}`;
  return {
    provider: "mcp",
    operation: name,
    effects: [],
    access,
    reach: "remote",
    target: { display: name },
    credentials: [],
    groups: [],
    aliases: [],
    evidence,
    because: `the tool \`${payload.tool}\` of the MCP server \`${payload.server}\``,
  };
}

const shellTools =
  /(?:^|_)(?:shell|bash|sh|zsh|terminal|exec|execute|command|commands|run_command|cmd|powershell|process)(?:_|$)/;

const shellServers = /(?:^|[^a-z])(?:shell|bash|terminal|commander|command|cli|exec)(?:$|[^a-z])/i;

/** Text that the tool hands to a shell on this machine. */
function judgeCommandInput(payload: McpCallPayload, tool: string, scope: Scope, evidence: Evidence): void {
  if (!shellTools.test(tool) && !shellServers.test(payload.server)) {
    return;
  }
  for (const [name, value] of fieldsOf(payload.input)) {
    const texts = /^(?:command|cmd|script|code|commands|input|argv|args)$/i.test(name) ? textsIn(value) : [];
    // A list is one command's words, or one command after the other: which of both is not told.
    for (const text of texts.length > 1 ? [texts.join(" "), ...texts] : texts) {
      scope.shell(text, `the tool \`${payload.tool}\``, evidence);
    }
  }
}
