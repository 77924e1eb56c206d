import { isJsonObject, stringField, type JsonObject } from "../../../base/json.ts";
import type { RequestPayload } from "../../../model/request.ts";
import { patches } from "../apply-patch.ts";
import {
  absolute,
  either,
  fetches,
  fetchesEach,
  inputField,
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

/** Tools of the command line (3.0.65). */
const cliTools: ToolTable = new Map<string, ToolReader>([
  ["run_commands", commands],
  ["read_files", readFiles],
  ["editor", either(writes("path", "new_text"), writes("path"))],
  ["apply_patch", patches("input")],
  ["search_codebase", searches(undefined, undefined, "search")],
  ["fetch_web_content", webContent],
  ...["skills", "ask_question", "submit_and_exit", "spawn_agent", "team_task"].map(internal),
]);

/** Tools of the editor's extension. A click in its browser is an unknown tool on purpose. */
const extensionTools: ToolTable = new Map<string, ToolReader>([
  ["execute_command", shell("command")],
  ["read_file", reads("path")],
  ["write_to_file", writes("path", "content")],
  ["replace_in_file", writes("path", "diff")],
  ["new_rule", writes("path", "content")],
  ["apply_patch", patches("input")],
  ["search_files", searches("path", "file_pattern", "search")],
  ["list_files", reads("path", "list")],
  ["list_code_definition_names", reads("path", "list")],
  ["web_fetch", fetches("url")],
  ["browser_action", fetches("url")],
  ["use_mcp_tool", mcpTool],
  ["access_mcp_resource", mcpResource],
  // Its `command` is run when it has one.
  ["attempt_completion", either(shell("command"), completion)],
  ...[
    "web_search",
    "ask_followup_question",
    "plan_mode_respond",
    "act_mode_respond",
    "focus_chain",
    "new_task",
    "condense",
    "summarize_task",
    "report_bug",
    "load_mcp_documentation",
    "generate_explanation",
    "use_skill",
    "use_subagents",
  ].map(internal),
]);

/** MCP tools are `server__tool`. */
export function cliToolPayload(tool: string, input: unknown, cwd: string): RequestPayload {
  return mcpCall(tool, "", "__", input) ?? readTool(cliTools, tool, input, cwd);
}

export function extensionToolPayload(tool: string, input: unknown, cwd: string): RequestPayload {
  return readTool(extensionTools, tool, input, cwd);
}

/** Each command gets a shell of its own, so none changes the folder of the next. */
function commands(input: JsonObject): RequestPayload | undefined {
  const list = inputField(input, "commands");
  if (!Array.isArray(list) || !list.every((each): each is string => typeof each === "string")) {
    return undefined;
  }
  const [first, ...more] = list;
  if (first === undefined) {
    return undefined;
  }
  const command = more.length === 0 ? first : list.map((each) => `(${each}\n)`).join("\n");
  return { kind: "shell", command, shell: "bash" };
}

function readFiles(input: JsonObject, cwd: string): RequestPayload | undefined {
  const list = inputField(input, "files");
  if (!Array.isArray(list) || list.length === 0) {
    return undefined;
  }
  const paths: string[] = [];
  for (const file of list as readonly unknown[]) {
    const path = isJsonObject(file) ? stringField(file, "path") : file;
    if (typeof path !== "string" || isForeign(path)) {
      return undefined;
    }
    paths.push(absolute(path, cwd));
  }
  return { kind: "file_read", paths, scope: "content" };
}

function webContent(input: JsonObject, cwd: string): RequestPayload | undefined {
  const list = inputField(input, "requests");
  if (!Array.isArray(list) || list.length === 0) {
    return undefined;
  }
  const urls = (list as readonly unknown[]).map((each) =>
    isJsonObject(each) ? (stringField(each, "url") ?? "") : "",
  );
  return urls.includes("") ? undefined : fetchesEach("urls")({ urls }, cwd);
}

function mcpTool(input: JsonObject): RequestPayload | undefined {
  const server = stringField(input, "server_name");
  const tool = stringField(input, "tool_name");
  return server === undefined || tool === undefined
    ? undefined
    : { kind: "mcp_call", server, tool, input: inputField(input, "arguments") };
}

function mcpResource(input: JsonObject): RequestPayload | undefined {
  const server = stringField(input, "server_name");
  return server === undefined ? undefined : { kind: "mcp_call", server, tool: "resources/read", input };
}

function completion(input: JsonObject): RequestPayload | undefined {
  return Object.hasOwn(input, "command") ? undefined : { kind: "internal", tool: "attempt_completion" };
}
