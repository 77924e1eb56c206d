import { stringField, type JsonObject } from "../../../base/json.ts";
import type { Result } from "../../../base/result.ts";
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
  shell,
  writes,
  type ToolReader,
  type ToolTable,
} from "../native-tool.ts";

export const devinAgent = "devin";

/** Devin's documentation names `exec` and `edit`; the others are taken for what they say only while their input fits. */
const tools: ToolTable = new Map<string, ToolReader>([
  ["exec", shell("command")],
  ["read", either(reads("path"), reads("file_path"))],
  ["edit", either(writes("path", "new_string"), writes("file_path", "new_string"))],
  ["write", either(writes("path", "content"), writes("file_path", "content"))],
  ["grep", searches("path", "glob", "search")],
  ["glob", searches("path", undefined, "list")],
  ["webfetch", fetches("url")],
  ...["todo_write", "ask_user"].map(internal),
]);

const events: ReadonlyMap<string, EventMeaning> = new Map<string, EventMeaning>([
  ["PreToolUse", "tool"],
  ["PermissionRequest", "tool"],
  ["UserPromptSubmit", "prompt"],
  ["SessionStart", "session_start"],
  ["SessionEnd", "session_end"],
  ["PostToolUse", "told"],
  ["Stop", "told"],
]);

const shape: HookShape = {
  agent: devinAgent,
  events,
  names: {
    event: "hook_event_name",
    conversation: "session_id",
    tool: "tool_name",
    input: "tool_input",
    prompt: "prompt",
  },
  mayLackConversation: true,
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
  "tool_call_id",
  "tool_use_id",
  "cursor_version",
  "conversation_id",
  "workspace_roots",
  "is_mcp_tool",
  "mcp_context",
];

/** Devin's tools have names of their own, which are all that tells its payloads from others of the same shape. */
export function recognisesDevin(payload: JsonObject): boolean {
  const tool = stringField(payload, "tool_name");
  return mayBeDevin(payload) && (tool === "exec" || tool === "edit");
}

export function mayBeDevin(payload: JsonObject): boolean {
  return events.has(stringField(payload, "hook_event_name") ?? "") && lacks(payload, foreignMembers);
}

/** Errors name the field that is missing or the event that is unknown; the caller refuses. */
export function decodeDevin(payload: JsonObject, hookFolder: string): Result<DecodedHook> {
  return decodeShape(shape, payload, stringField(payload, "cwd") ?? hookFolder);
}
