import { err, ok, type Result } from "../../../base/result.ts";
import { objectField, stringField, type JsonObject } from "../../../base/json.ts";
import type { RequestPayload } from "../../../model/request.ts";
import type { DecodedHook } from "../adapter.ts";
import { firstFolder } from "../hook-shape.ts";
import {
  fetches,
  inputField,
  internal,
  mcpCall,
  reads,
  readTool,
  searches,
  shell,
  shellIn,
  writes,
  type ToolReader,
  type ToolTable,
} from "../native-tool.ts";

export const antigravityAgent = "antigravity";

/**
 * Antigravity's tools; arguments are PascalCase. Only `run_command` has been seen, the others are taken for what they say while
 * their input fits. What drives a browser is an unknown tool on purpose.
 */
const tools: ToolTable = new Map<string, ToolReader>([
  ["run_command", shellIn("CommandLine", "Cwd")],
  ["send_command_input", shell("Input", "unknown")],
  ["view_file", reads("AbsolutePath")],
  ["view_file_outline", reads("AbsolutePath")],
  ["view_code_item", reads("File")],
  ["list_dir", reads("DirectoryPath", "list")],
  ["find_by_name", searches("SearchDirectory", undefined, "list")],
  ["grep_search", searches("SearchPath", undefined, "search")],
  ["write_to_file", writes("TargetFile", "CodeContent")],
  ["replace_file_content", writes("TargetFile", "ReplacementContent")],
  ["multi_replace_file_content", writes("TargetFile")],
  ["edit_file", writes("TargetFile")],
  ["read_url_content", fetches("Url")],
  ["call_mcp_tool", mcpTool],
  ["read_resource", mcpResource],
  ...[
    "search_web",
    "codebase_search",
    "command_status",
    "read_terminal",
    "task_boundary",
    "notify_user",
    "list_resources",
    "invoke_subagent",
  ].map(internal),
]);

/** Nobody else sends a `toolCall` beside a `conversationId`. */
export function recognisesAntigravity(payload: JsonObject): boolean {
  return stringField(payload, "conversationId") !== undefined && Object.hasOwn(payload, "toolCall");
}

/** The payload names no event: after a tool it has an `error`, empty where there was none. */
export function decodeAntigravity(payload: JsonObject, hookFolder: string): Result<DecodedHook> {
  const conversation = stringField(payload, "conversationId");
  if (conversation === undefined || conversation === "") {
    return err("the payload has no `conversationId`");
  }
  const cwd = firstFolder(payload, "workspacePaths") ?? hookFolder;
  if (cwd === "") {
    return err("the payload has no `workspacePaths`");
  }
  const hook = { agent: antigravityAgent, conversation, cwd };
  if (Object.hasOwn(payload, "error")) {
    return ok({
      ...hook,
      event: "PostToolUse",
      phase: "notice",
      payload: { kind: "internal", tool: "PostToolUse" },
    });
  }
  const call = objectField(payload, "toolCall");
  const tool = call === undefined ? undefined : stringField(call, "name");
  if (call === undefined || tool === undefined || tool === "") {
    return err("the payload has no `toolCall`");
  }
  const input = inputField(call, "args");
  return ok({
    ...hook,
    event: "PreToolUse",
    phase: "gate",
    payload: mcpCall(tool, "mcp_", "_", input) ?? readTool(tools, tool, input, cwd),
  });
}

function mcpTool(input: JsonObject): RequestPayload | undefined {
  const server = stringField(input, "ServerName");
  const tool = stringField(input, "ToolName");
  return server === undefined || tool === undefined
    ? undefined
    : { kind: "mcp_call", server, tool, input: inputField(input, "Arguments") };
}

function mcpResource(input: JsonObject): RequestPayload | undefined {
  const server = stringField(input, "ServerName");
  return server === undefined ? undefined : { kind: "mcp_call", server, tool: "resources/read", input };
}
