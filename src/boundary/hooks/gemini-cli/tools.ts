import { objectField, stringField, type JsonObject } from "../../../base/json.ts";
import type { RequestPayload } from "../../../model/request.ts";
import {
  either,
  fetchesEach,
  internal,
  mcpCall,
  reads,
  readsEach,
  readTool,
  searches,
  shellIn,
  writes,
  type ToolReader,
  type ToolTable,
} from "../native-tool.ts";

/**
 * Gemini CLI's own tools (0.61), by native name; where a second name of a member is tried, it is an earlier version's.
 */
const tools: ToolTable = new Map<string, ToolReader>([
  ["run_shell_command", command],
  ["read_file", either(reads("file_path"), reads("absolute_path"))],
  ["read_many_files", either(readsEach("include"), readsEach("paths"))],
  ["list_directory", either(reads("dir_path", "list"), reads("path", "list"))],
  ["glob", (input, cwd) => searches(folderKey(input), undefined, "list")(input, cwd)],
  ["grep_search", grep],
  ["search_file_content", grep],
  ["write_file", writes("file_path", "content")],
  ["replace", writes("file_path", "new_string")],
  ["web_fetch", pagesOfPrompt],
  ["invoke_agent", subagent],
  ...[
    "google_web_search",
    "write_todos",
    "ask_user",
    "enter_plan_mode",
    "exit_plan_mode",
    "activate_skill",
    "get_internal_docs",
    "codebase_investigator",
    "cli_help",
    "complete_task",
    "update_topic",
    "list_mcp_resources",
    "list_background_processes",
    "read_background_output",
    "tracker_create_task",
    "tracker_update_task",
    "tracker_get_task",
    "tracker_list_tasks",
    "tracker_add_dependency",
    "tracker_visualize",
  ].map(internal),
]);

/** What the tool call of a `BeforeTool` payload would do. MCP calls name their server beside the tool. */
export function geminiToolPayload(payload: JsonObject, tool: string, cwd: string): RequestPayload {
  const input = payload["tool_input"];
  const context = objectField(payload, "mcp_context");
  const server = context === undefined ? undefined : stringField(context, "server_name");
  const name = context === undefined ? undefined : stringField(context, "tool_name");
  if (server !== undefined && name !== undefined) {
    return { kind: "mcp_call", server, tool: name, input };
  }
  return mcpCall(tool, "mcp_", "_", input) ?? readTool(tools, tool, input, cwd);
}

function command(input: JsonObject, cwd: string): RequestPayload | undefined {
  const folder = Object.hasOwn(input, "directory") ? "directory" : "dir_path";
  return shellIn("command", folder)(input, cwd);
}

/** The agents that it ships: hooks are called for their tools as well. Of others (remote ones, a browser's) nobody has seen it. */
const shippedAgents: ReadonlySet<string> = new Set(["generalist", "codebase_investigator", "cli_help"]);

function subagent(input: JsonObject): RequestPayload | undefined {
  return shippedAgents.has(stringField(input, "agent_name") ?? "")
    ? { kind: "internal", tool: "invoke_agent" }
    : undefined;
}

function folderKey(input: JsonObject): string {
  return Object.hasOwn(input, "dir_path") ? "dir_path" : "path";
}

function grep(input: JsonObject, cwd: string): RequestPayload | undefined {
  const pattern = Object.hasOwn(input, "include") ? "include" : "include_pattern";
  return searches(folderKey(input), pattern, "search")(input, cwd);
}

/** The tool takes a text with addresses in it and fetches each of them. */
function pagesOfPrompt(input: JsonObject, cwd: string): RequestPayload | undefined {
  const text = stringField(input, "prompt") ?? "";
  const urls = [...text.matchAll(/\b[a-z][a-z\d+.-]*:\/\/[^\s"'<>`]+/gi)].map(([url]) =>
    url.replace(/[),.;:!?\]}]+$/, ""),
  );
  return urls.length === 0 ? undefined : fetchesEach("urls")({ urls }, cwd);
}
