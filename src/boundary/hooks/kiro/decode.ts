import { stringField, type JsonObject } from "../../../base/json.ts";
import type { Result } from "../../../base/result.ts";
import type { DecodedHook } from "../adapter.ts";
import { decodeShape, lacks, type EventMeaning, type HookShape } from "../hook-shape.ts";
import { kiroToolPayload } from "./tools.ts";

export const kiroAgent = "kiro";

/** Events of hooks in an agent's configuration (command line 2.x). */
const camelEvents: readonly (readonly [string, EventMeaning])[] = [
  ["agentSpawn", "session_start"],
  ["userPromptSubmit", "prompt"],
  ["preToolUse", "tool"],
  ["postToolUse", "told"],
  ["stop", "told"],
];
/** Triggers of hook files (`v1`). */
const triggers: readonly (readonly [string, EventMeaning])[] = [
  ["SessionStart", "session_start"],
  ["UserPromptSubmit", "prompt"],
  ["PreToolUse", "tool"],
  ["PostToolUse", "told"],
  ["Stop", "told"],
];
const ownEvents: ReadonlySet<string> = new Set(camelEvents.map(([name]) => name));

const shape: HookShape = {
  agent: kiroAgent,
  events: new Map<string, EventMeaning>([...camelEvents, ...triggers]),
  names: {
    event: "hook_event_name",
    conversation: "session_id",
    tool: "tool_name",
    input: "tool_input",
    prompt: "prompt",
  },
  mayLackConversation: true,
  toolPayload: (tool, input, cwd) => kiroToolPayload(tool, input, cwd),
};

/** Members that other agents send with events of the same names. */
const foreignMembers = [
  "timestamp",
  "transcript_path",
  "permission_mode",
  "turn_id",
  "prompt_id",
  "tool_call_id",
  "tool_use_id",
  "conversation_id",
  "generation_id",
  "cursor_version",
  "workspace_roots",
  "is_mcp_tool",
  "mcp_context",
  "sessionID",
];

/** camelCase events and hardly anything else. The payloads of hook files (`v1`) are not told apart from others' by this. */
export function recognisesKiro(payload: JsonObject): boolean {
  return (
    ownEvents.has(stringField(payload, "hook_event_name") ?? "") &&
    lacks(payload, foreignMembers) &&
    stringField(payload, "cwd") !== undefined
  );
}

export function mayBeKiro(payload: JsonObject): boolean {
  return shape.events.has(stringField(payload, "hook_event_name") ?? "") && lacks(payload, foreignMembers);
}

/** Errors name the field that is missing or the event that is unknown; the caller refuses. */
export function decodeKiro(payload: JsonObject, hookFolder: string): Result<DecodedHook> {
  return decodeShape(shape, payload, stringField(payload, "cwd") ?? hookFolder);
}
