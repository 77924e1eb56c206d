import { isJsonObject, stringField, type JsonObject } from "../../../base/json.ts";
import type { FileReadPayload, RequestPayload } from "../../../model/request.ts";
import {
  absolute,
  either,
  fetches,
  internal,
  isForeign,
  mcpCall,
  reads,
  readTool,
  searches,
  shell,
  writes,
  type ToolReader,
  type ToolTable,
} from "../native-tool.ts";
import { quoteWord } from "../shell-quoting.ts";

const runsBash = shell("command");
const read = either(readOperations, reads("path"));

/** Kiro's own tools, under the names of the command line 2.x and the shorter ones that came later. */
const tools: ToolTable = new Map<string, ToolReader>([
  ["execute_bash", runsBash],
  ["execute_cmd", shell("command", "cmd")],
  ["shell", runsBash],
  ["fs_read", read],
  ["read", read],
  ["fs_write", write],
  ["write", write],
  ["glob", searches("path", undefined, "list")],
  ["grep", searches("path", "include", "search")],
  ["web_fetch", fetches("url")],
  ["use_aws", awsCall],
  ["aws", awsCall],
  ...[
    "thinking",
    "todo_list",
    "todo",
    "introspect",
    "report_issue",
    "web_search",
    "use_subagent",
    "subagent",
    "session",
  ].map(internal),
]);

/** MCP tools are `@server/tool`. */
export function kiroToolPayload(tool: string, input: unknown, cwd: string): RequestPayload {
  return mcpCall(tool, "@", "/", input) ?? readTool(tools, tool, input, cwd);
}

/** Several reads of one call; the widest of them tells how the call is judged. */
function readOperations(input: JsonObject, cwd: string): RequestPayload | undefined {
  const list = Object.hasOwn(input, "operations") ? input["operations"] : undefined;
  if (!Array.isArray(list) || list.length === 0) {
    return undefined;
  }
  const paths: string[] = [];
  const modes = new Set<FileReadPayload["scope"]>();
  for (const operation of list) {
    const named = isJsonObject(operation) ? operationPaths(operation) : undefined;
    if (named === undefined || named.some(isForeign)) {
      return undefined;
    }
    paths.push(...named.map((path) => absolute(path, cwd)));
    modes.add(scopeOf(operation));
  }
  // A search names a tree, in which a file that is read would not be seen to be named: only equal kinds go together.
  const [scope, ...others] = modes;
  return others.length === 0 && scope !== undefined
    ? { kind: "file_read", paths, scope }
    : { kind: "file_read", paths, scope: "content" };
}

function scopeOf(operation: unknown): FileReadPayload["scope"] {
  const mode = isJsonObject(operation) ? (stringField(operation, "mode") ?? "") : "";
  return /^directory$/i.test(mode) ? "list" : /^search$/i.test(mode) ? "search" : "content";
}

function operationPaths(operation: JsonObject): readonly string[] | undefined {
  const path = stringField(operation, "path");
  if (path !== undefined) {
    return [path];
  }
  const images = Object.hasOwn(operation, "image_paths") ? operation["image_paths"] : undefined;
  return Array.isArray(images) && images.every((image): image is string => typeof image === "string")
    ? images
    : undefined;
}

/** `create` brings the whole text, `str_replace`, `insert` and `append` a part of it. */
function write(input: JsonObject, cwd: string): RequestPayload | undefined {
  const key = ["file_text", "new_str", "content"].find((name) => stringField(input, name) !== undefined);
  return writes("path", key)(input, cwd);
}

/** The tool runs the AWS command line with what it is given, so it is judged as that command. */
function awsCall(input: JsonObject): RequestPayload | undefined {
  const service = stringField(input, "service_name");
  const operation = stringField(input, "operation_name");
  const parameters = Object.hasOwn(input, "parameters") ? input["parameters"] : {};
  if (service === undefined || operation === undefined || !isJsonObject(parameters)) {
    return undefined;
  }
  const words = ["aws", service, kebab(operation)];
  for (const [name, value] of Object.entries(parameters)) {
    words.push(`--${kebab(name)}`);
    if (value !== "" && value !== null) {
      words.push(typeof value === "string" ? value : JSON.stringify(value));
    }
  }
  for (const [member, option] of [
    ["region", "--region"],
    ["profile_name", "--profile"],
  ] as const) {
    const value = stringField(input, member);
    if (value !== undefined && value !== "") {
      words.push(option, value);
    }
  }
  return { kind: "shell", command: words.map(quoteWord).join(" "), shell: "bash" };
}

function kebab(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replaceAll("_", "-")
    .toLowerCase();
}
