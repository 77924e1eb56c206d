import { stringField, type JsonObject } from "../../../base/json.ts";
import type { Result } from "../../../base/result.ts";
import type { DecodedHook } from "../adapter.ts";
import { decodeShape, lacks, type EventMeaning, type HookShape } from "../hook-shape.ts";
import { droidToolPayload } from "./tools.ts";

export const droidAgent = "droid";

const shape: HookShape = {
  agent: droidAgent,
  events: new Map<string, EventMeaning>([
    ["PreToolUse", "tool"],
    ["UserPromptSubmit", "prompt"],
    ["SessionStart", "session_start"],
    ["SessionEnd", "session_end"],
    ["PostToolUse", "told"],
    ["Notification", "told"],
    ["Stop", "told"],
    ["SubagentStop", "told"],
    ["PreCompact", "told"],
  ]),
  names: {
    event: "hook_event_name",
    conversation: "session_id",
    tool: "tool_name",
    input: "tool_input",
    prompt: "prompt",
    callId: "tool_use_id",
  },
  toolPayload: (tool, input, cwd) => droidToolPayload(tool, input, cwd),
};

/** Members that droid does not send and others with the same shape do. */
const foreignMembers = [
  "timestamp",
  "turn_id",
  "prompt_id",
  "tool_call_id",
  "conversation_id",
  "cursor_version",
  "workspace_roots",
  "is_mcp_tool",
  "mcp_context",
];

/** Shaped like Claude Code's, with transcripts in droid's own folder. */
export function recognisesDroid(payload: JsonObject): boolean {
  return mayBeDroid(payload) && /[\\/]\.factory[\\/]/.test(stringField(payload, "transcript_path") ?? "");
}

export function mayBeDroid(payload: JsonObject): boolean {
  return (
    stringField(payload, "hook_event_name") !== undefined &&
    lacks(payload, foreignMembers) &&
    !/[\\/]\.(?:claude|qwen|gemini|codex|copilot|cursor)[\\/]/.test(
      stringField(payload, "transcript_path") ?? "",
    )
  );
}

/** Errors name the field that is missing or the event that is unknown; the caller refuses. */
export function decodeDroid(payload: JsonObject): Result<DecodedHook> {
  return decodeShape(shape, payload, stringField(payload, "cwd"));
}
