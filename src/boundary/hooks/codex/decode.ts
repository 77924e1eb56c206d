import { err, ok, type Result } from "../../../base/result.ts";
import { stringField, type JsonObject } from "../../../base/json.ts";
import type { RequestPayload } from "../../../model/request.ts";
import type { DecodedHook } from "../adapter.ts";
import { promptPayload } from "../prompt.ts";
import { codexToolPayload } from "./tools.ts";

export const codexAgent = "codex";

/** Fields that other agents with Claude-shaped payloads send and Codex does not. */
const foreignFields = [
  "cursor_version",
  "conversation_id",
  "clineVersion",
  "tool_call_id",
  "prompt_id",
  "timestamp",
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

/** `…/sessions/2026/11/20/rollout-….jsonl`, wherever `CODEX_HOME` points. */
const transcript = /[\\/]sessions[\\/]\d{4}[\\/]\d\d[\\/]\d\d[\\/]rollout-[^\\/]+\.jsonl$/;
const otherAgentsFolders = /[\\/]\.(?:claude|factory|qwen|gemini|copilot|cursor)[\\/]/;

const phases: ReadonlyMap<string, DecodedHook["phase"]> = new Map([
  ["PreToolUse", "gate"],
  ["PermissionRequest", "gate"],
  ["UserPromptSubmit", "gate"],
  ["SessionStart", "gate"],
  ["SessionEnd", "notice"],
  ["PostToolUse", "notice"],
  ["PreModelRequest", "notice"],
  ["PostModelRequest", "notice"],
  ["PreCompact", "notice"],
  ["PostCompact", "notice"],
  ["SubagentStart", "notice"],
  ["SubagentStop", "notice"],
  ["Stop", "notice"],
  ["Interrupt", "notice"],
]);

/** Codex numbers its turns; what comes outside of a turn is told by the transcript. */
export function recognisesCodex(payload: JsonObject): boolean {
  return (
    mayBeCodex(payload) &&
    (stringField(payload, "turn_id") !== undefined ||
      transcript.test(stringField(payload, "transcript_path") ?? ""))
  );
}

/** Claude-shaped and nobody else's: also a payload without turn and transcript, as people write them by hand. */
export function mayBeCodex(payload: JsonObject): boolean {
  return (
    stringField(payload, "hook_event_name") !== undefined &&
    stringField(payload, "session_id") !== undefined &&
    foreignFields.every((field) => !Object.hasOwn(payload, field)) &&
    !otherAgentsFolders.test(stringField(payload, "transcript_path") ?? "")
  );
}

/**
 * Errors name the field that is missing or the event that is unknown; the caller refuses. The working directory is the
 * session's: Codex does not tell one that the model chose for a single command.
 */
export function decodeCodex(payload: JsonObject): Result<DecodedHook> {
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
    agent: codexAgent,
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
    case "PreToolUse":
    case "PermissionRequest": {
      const tool = stringField(payload, "tool_name");
      return tool === undefined || tool === ""
        ? err("the payload has no `tool_name`")
        : ok(codexToolPayload(tool, payload["tool_input"], cwd));
    }
    case "UserPromptSubmit": {
      const prompt = stringField(payload, "prompt");
      return prompt === undefined ? err("the payload has no `prompt`") : ok(promptPayload(prompt, cwd));
    }
    case "SessionStart":
      return ok({ kind: "session_start" });
    case "SessionEnd":
      return ok({ kind: "session_end" });
    default:
      return ok({ kind: "internal", tool: event });
  }
}
