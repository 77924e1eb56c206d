import { isJsonObject, objectField, stringField, type JsonObject } from "../../../base/json.ts";
import type { Result } from "../../../base/result.ts";
import type { FileChange, RequestPayload } from "../../../model/request.ts";
import type { DecodedHook } from "../adapter.ts";
import { patches } from "../apply-patch.ts";
import { decodeShape, firstFolder, lacks, type EventMeaning, type HookShape } from "../hook-shape.ts";
import {
  absolute,
  either,
  fetches,
  internal,
  isForeign,
  reads,
  readTool,
  searches,
  shell,
  shellIn,
  writes,
  type ToolReader,
  type ToolTable,
} from "../native-tool.ts";

export const auggieAgent = "auggie";

/** Auggie's own tools (0.36.0). Those of hosted services (`github-api`, `linear`, …) are unknown tools on purpose. */
const tools: ToolTable = new Map<string, ToolReader>([
  ["launch-process", shellIn("command", "cwd")],
  // The text goes to a program that waits for input, hence no known grammar.
  ["write-process", either(shell("input_text", "unknown"), shell("input", "unknown"))],
  ["view", view],
  ["grep-search", searches("directory_absolute_path", "files_include_glob_pattern", "search")],
  ["save-file", either(writes("path", "file_content"), writes("path", "content"))],
  ["str-replace-editor", writes("path")],
  ["apply_patch", patches("input")],
  ["remove-files", removes],
  ["web-fetch", fetches("url")],
  ...[
    "read-process",
    "list-processes",
    "kill-process",
    "codebase-retrieval",
    "web-search",
    "add_tasks",
    "update_tasks",
    "view_tasklist",
    "reorganize_tasklist",
    "diagnostics",
    "remember",
    "view-range-untruncated",
    "search-untruncated",
    "render-mermaid",
  ].map(internal),
]);

const events: ReadonlyMap<string, EventMeaning> = new Map<string, EventMeaning>([
  ["PreToolUse", "tool"],
  ["PostToolUse", "told"],
  ["SessionStart", "session_start"],
  ["SessionEnd", "session_end"],
  ["Stop", "told"],
  ["Notification", "told"],
]);

const shape: HookShape = {
  agent: auggieAgent,
  events,
  names: {
    event: "hook_event_name",
    conversation: "conversation_id",
    tool: "tool_name",
    input: "tool_input",
    prompt: "prompt",
  },
  toolPayload: (tool, input, cwd, payload) =>
    payload["is_mcp_tool"] === true ? mcpPayload(tool, input, payload) : readTool(tools, tool, input, cwd),
};

/** Cursor has the same two members and says its version. */
export function recognisesAuggie(payload: JsonObject): boolean {
  return (
    stringField(payload, "hook_event_name") !== undefined &&
    stringField(payload, "conversation_id") !== undefined &&
    Array.isArray(payload["workspace_roots"]) &&
    lacks(payload, ["cursor_version", "generation_id", "session_id", "sessionID", "timestamp"])
  );
}

/** Errors name the field that is missing or the event that is unknown; the caller refuses. */
export function decodeAuggie(payload: JsonObject): Result<DecodedHook> {
  return decodeShape(shape, payload, firstFolder(payload, "workspace_roots"));
}

/** The name is `tool_server`; the server's own name, where the payload gives it, settles where one ends. */
function mcpPayload(name: string, input: unknown, payload: JsonObject): RequestPayload {
  const told = objectField(payload, "mcp_metadata") ?? payload;
  const server = stringField(told, "mcp_server_name") ?? stringField(told, "executedToolServerName");
  const end = server !== undefined && name.endsWith(`_${server}`) ? server.length : undefined;
  const split = end === undefined ? name.lastIndexOf("_") : name.length - end - 1;
  return split <= 0 || split === name.length - 1
    ? { kind: "tool", tool: name, input }
    : { kind: "mcp_call", server: name.slice(split + 1), tool: name.slice(0, split), input };
}

function view(input: JsonObject, cwd: string): RequestPayload | undefined {
  return reads("path", stringField(input, "type") === "directory" ? "list" : "content")(input, cwd);
}

function removes(input: JsonObject, cwd: string): RequestPayload | undefined {
  const list = isJsonObject(input) && Object.hasOwn(input, "file_paths") ? input["file_paths"] : undefined;
  if (!Array.isArray(list) || list.length === 0) {
    return undefined;
  }
  const changes: FileChange[] = [];
  for (const path of list) {
    if (typeof path !== "string" || isForeign(path)) {
      return undefined;
    }
    changes.push({ path: absolute(path, cwd), change: "delete" });
  }
  return { kind: "file_write", changes };
}
