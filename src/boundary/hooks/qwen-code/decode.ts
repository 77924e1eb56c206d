import { err, ok, type Result } from "../../../base/result.ts";
import { stringField, type JsonObject } from "../../../base/json.ts";
import type { RequestPayload } from "../../../model/request.ts";
import type { DecodedHook } from "../adapter.ts";
import { promptPayload } from "../prompt.ts";
import { qwenToolPayload } from "./tools.ts";

export const qwenAgent = "qwen-code";

const foreignFields = [
  "turn_id",
  "cursor_version",
  "conversation_id",
  "clineVersion",
  "sessionId",
  "hookEventName",
  "workspace_roots",
  "workspaceRoot",
  "toolName",
  "toolCall",
  "is_mcp_tool",
  "mcp_context",
  "agent_action_name",
];
const ownFolder = /[\\/]\.qwen[\\/]/;
/** `…/projects/<folder>/chats/<session>.jsonl`, wherever the configuration lies. */
const transcript = /[\\/]projects[\\/][^\\/]+[\\/]chats[\\/][^\\/]+\.jsonl$/;
const otherAgentsFolders = /[\\/]\.(?:claude|factory|gemini|codex|copilot|cursor)[\\/]/;

const phases: ReadonlyMap<string, DecodedHook["phase"]> = new Map([
  ["PreToolUse", "gate"],
  ["UserPromptSubmit", "gate"],
  ["SessionStart", "notice"],
  ["SessionEnd", "notice"],
  ["PostToolUse", "notice"],
  ["PostToolUseFailure", "notice"],
  ["PostToolBatch", "notice"],
  ["PermissionDenied", "notice"],
  ["PostCompact", "notice"],
  ["InstructionsLoaded", "notice"],
  ["StopFailure", "notice"],
  ["PreCompact", "notice"],
  ["Notification", "notice"],
  ["SubagentStart", "notice"],
  ["SubagentStop", "notice"],
  ["Stop", "notice"],
]);

export function recognisesQwen(payload: JsonObject): boolean {
  const path = stringField(payload, "transcript_path") ?? "";
  return (
    mayBeQwen(payload) &&
    ((Object.hasOwn(payload, "tool_call_id") && Object.hasOwn(payload, "timestamp")) ||
      ownFolder.test(path) ||
      transcript.test(path))
  );
}

/** One of its events, and nobody else's fields or folders. */
export function mayBeQwen(payload: JsonObject): boolean {
  return (
    stringField(payload, "hook_event_name") !== undefined &&
    stringField(payload, "session_id") !== undefined &&
    foreignFields.every((field) => !Object.hasOwn(payload, field)) &&
    !otherAgentsFolders.test(stringField(payload, "transcript_path") ?? "")
  );
}

/** Errors name the field that is missing or the event that is unknown; the caller refuses. */
export function decodeQwen(payload: JsonObject): Result<DecodedHook> {
  const event = stringField(payload, "hook_event_name");
  const conversation = stringField(payload, "session_id");
  const cwd = stringField(payload, "cwd");
  if (event === undefined || event === "") {
    return err("the payload has no `hook_event_name`");
  }
  const phase = phases.get(event);
  if (phase === undefined) {
    return err(`the event \`${event}\` is not known`);
  }
  if (conversation === undefined || conversation === "") {
    return err("the payload has no `session_id`");
  }
  if (cwd === undefined || cwd === "") {
    return err("the payload has no `cwd`");
  }
  const what = payloadOf(payload, event, cwd);
  if (!what.ok) {
    return what;
  }
  const callId = stringField(payload, "tool_use_id");
  return ok({
    agent: qwenAgent,
    event,
    phase,
    conversation,
    cwd,
    ...(callId === undefined ? {} : { callId }),
    payload: what.value,
  });
}

function payloadOf(payload: JsonObject, event: string, cwd: string): Result<RequestPayload> {
  switch (event) {
    case "PreToolUse": {
      const tool = stringField(payload, "tool_name");
      return tool === undefined || tool === ""
        ? err("the payload has no `tool_name`")
        : ok(qwenToolPayload(tool, payload["tool_input"], cwd));
    }
    case "UserPromptSubmit": {
      const prompt = stringField(payload, "prompt");
      if (prompt === undefined) {
        return err("the payload has no `prompt`");
      }
      // The event comes before every call of the model; between two tool calls there is no prompt in it.
      return ok(prompt === "" ? { kind: "internal", tool: event } : promptPayload(prompt, cwd));
    }
    case "SessionStart":
      return ok({ kind: "session_start" });
    case "SessionEnd":
      return ok({ kind: "session_end" });
    default:
      return ok({ kind: "internal", tool: event });
  }
}
