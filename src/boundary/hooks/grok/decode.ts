import { stringField, type JsonObject } from "../../../base/json.ts";
import type { Result } from "../../../base/result.ts";
import type { RequestPayload } from "../../../model/request.ts";
import type { DecodedHook } from "../adapter.ts";
import { decodeShape, type EventMeaning, type HookShape } from "../hook-shape.ts";
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

export const grokAgent = "grok";

/** Only `run_terminal_command` is documented; the others are taken for what they say only while their input fits. */
const tools: ToolTable = new Map<string, ToolReader>([
  ["run_terminal_command", shell("command")],
  ["read_file", either(reads("path"), either(reads("file_path"), reads("target_file")))],
  ["write_file", either(writes("path", "content"), writes("file_path", "content"))],
  ["edit_file", either(writes("path", "new_string"), writes("file_path", "new_string"))],
  ["search_replace", either(writes("path", "new_string"), writes("file_path", "new_string"))],
  ["list_dir", either(reads("path", "list"), reads("target_directory", "list"))],
  ["grep", searches("path", "glob", "search")],
  ["glob", searches("path", undefined, "list")],
  ["web_fetch", fetches("url")],
  ...["web_search", "todo_write", "task"].map(internal),
]);

const shape: HookShape = {
  agent: grokAgent,
  events: new Map<string, EventMeaning>([
    ["pre_tool_use", "tool"],
    ["post_tool_use", "told"],
    // Nothing but a tool call can be stopped.
    ["user_prompt_submit", "told"],
    ["session_start", "session_start"],
    ["session_end", "session_end"],
    ["subagent_start", "told"],
    ["subagent_stop", "told"],
    ["pre_compact", "told"],
    ["notification", "told"],
    ["stop", "told"],
  ]),
  names: {
    event: "hookEventName",
    conversation: "sessionId",
    tool: "toolName",
    input: "toolInput",
    prompt: "prompt",
    callId: "toolUseId",
  },
  toolPayload: (tool, input, cwd): RequestPayload =>
    mcpCall(tool, "mcp__", "__", input) ?? readTool(tools, tool, input, cwd),
};

/** camelCase members with a snake_case event. */
export function recognisesGrok(payload: JsonObject): boolean {
  return (
    /^[a-z]+(?:_[a-z]+)*$/.test(stringField(payload, "hookEventName") ?? "") &&
    stringField(payload, "sessionId") !== undefined &&
    Object.hasOwn(payload, "workspaceRoot")
  );
}

/** Errors name the field that is missing or the event that is unknown; the caller refuses. */
export function decodeGrok(payload: JsonObject): Result<DecodedHook> {
  return decodeShape(shape, payload, stringField(payload, "cwd"));
}
