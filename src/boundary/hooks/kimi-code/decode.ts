import type { Result } from "../../../base/result.ts";
import { stringField, type JsonObject } from "../../../base/json.ts";
import type { RequestPayload } from "../../../model/request.ts";
import type { DecodedHook } from "../adapter.ts";
import { decodeShape, lacks, type EventMeaning, type HookShape } from "../hook-shape.ts";
import {
  either,
  fetches,
  internal,
  mcpCall,
  reads,
  readTool,
  searches,
  shellIn,
  writes,
  type ToolReader,
  type ToolTable,
} from "../native-tool.ts";

export const kimiAgent = "kimi-code";

/** Kimi Code's own tools, as its sources have them; what is not here is judged as an unknown tool. */
const tools: ToolTable = new Map<string, ToolReader>([
  ["Bash", shellIn("command", "cwd")],
  ["Read", either(reads("path"), reads("file_path"))],
  ["ReadMediaFile", reads("path")],
  ["Write", either(writes("path", "content"), writes("file_path", "content"))],
  ["Edit", either(writes("path", "new_string"), writes("file_path", "new_string"))],
  ["Grep", searches("path", "glob", "search")],
  ["Glob", searches("path", "pattern", "list")],
  ["FetchURL", fetches("url")],
  ...[
    "Agent",
    "AgentSwarm",
    "AskUserQuestion",
    "Skill",
    "TodoList",
    "SetTodoList",
    "WebSearch",
    "EnterPlanMode",
    "ExitPlanMode",
    "TaskList",
    "TaskOutput",
    "TaskStop",
  ].map(internal),
]);

const events: ReadonlyMap<string, EventMeaning> = new Map<string, EventMeaning>([
  ["PreToolUse", "tool"],
  ["UserPromptSubmit", "prompt"],
  ["SessionStart", "session_start"],
  ["SessionEnd", "session_end"],
  ["PostToolUse", "told"],
  ["PostToolUseFailure", "told"],
]);

const shape: HookShape = {
  agent: kimiAgent,
  events,
  names: {
    event: "hook_event_name",
    conversation: "session_id",
    tool: "tool_name",
    input: "tool_input",
    prompt: "prompt",
    callId: "tool_call_id",
  },
  toolPayload: (tool, input, cwd): RequestPayload =>
    mcpCall(tool, "mcp__", "__", input) ?? readTool(tools, tool, input, cwd),
};

/** Members that other agents with Claude-shaped payloads send. */
const foreignMembers = [
  "transcript_path",
  "permission_mode",
  "timestamp",
  "turn_id",
  "prompt_id",
  "tool_use_id",
  "cursor_version",
  "conversation_id",
  "workspace_roots",
  "is_mcp_tool",
  "mcp_context",
];

/** Its name for itself, which only later versions send, or its own name of a call's id. */
export function recognisesKimi(payload: JsonObject): boolean {
  return (
    mayBeKimi(payload) &&
    (Object.hasOwn(payload, "tool_call_id") || stringField(payload, "client_type") === "kimi_code_cli")
  );
}

export function mayBeKimi(payload: JsonObject): boolean {
  return events.has(stringField(payload, "hook_event_name") ?? "") && lacks(payload, foreignMembers);
}

/** Errors name the field that is missing or the event that is unknown; the caller refuses. */
export function decodeKimi(payload: JsonObject): Result<DecodedHook> {
  return decodeShape(shape, payload, stringField(payload, "cwd"));
}
