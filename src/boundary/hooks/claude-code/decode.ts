import { err, ok, type Result } from "../../../base/result.ts";
import { stringField, type JsonObject } from "../../../base/json.ts";
import type { RequestPayload } from "../../../model/request.ts";
import type { DecodedHook } from "../adapter.ts";
import { absolute } from "../native-tool.ts";
import { staysArmed, systemArmingHost, type ArmingHost } from "./arming.ts";
import { promptPayload } from "../prompt.ts";
import { toolPayload } from "./tools.ts";

export const claudeCodeAgent = "claude-code";

/** Fields that other agents with Claude-shaped payloads send and Claude Code does not. */
const foreignFields = [
  "turn_id",
  "cursor_version",
  "conversation_id",
  "clineVersion",
  "tool_call_id",
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

/** `…/projects/<folder>/<session>.jsonl`, wherever `CLAUDE_CONFIG_DIR` points. */
const transcript = /[\\/]projects[\\/][^\\/]+[\\/][^\\/]+\.jsonl$/;
/** The usual place; there, a time stamp, which others have, would not make it another agent's. */
const usualTranscript = /[\\/]\.claude[\\/]projects[\\/]/;
const otherAgentsFolders = /[\\/]\.(?:factory|qwen|gemini|codex|copilot|cursor)[\\/]/;

/** Events that we know to change nothing: seen for the record, never decided. */
const notices: ReadonlySet<string> = new Set([
  "SubagentStart",
  "SubagentStop",
  "PostToolUse",
  "PostToolUseFailure",
  "PostToolBatch",
  "Stop",
  "StopFailure",
  "Notification",
  "PreCompact",
  "PostCompact",
  "CwdChanged",
  "InstructionsLoaded",
]);

export function recognisesClaudeCode(payload: JsonObject): boolean {
  return mayBeClaudeCode(payload) && transcript.test(stringField(payload, "transcript_path") ?? "");
}

/** Claude-shaped and nobody else's: also a payload without a transcript, as people write them by hand. */
export function mayBeClaudeCode(payload: JsonObject): boolean {
  const path = stringField(payload, "transcript_path") ?? "";
  return (
    stringField(payload, "hook_event_name") !== undefined &&
    stringField(payload, "session_id") !== undefined &&
    !otherAgentsFolders.test(path) &&
    (usualTranscript.test(path) || !Object.hasOwn(payload, "timestamp")) &&
    foreignFields.every((field) => !Object.hasOwn(payload, field))
  );
}

/** Errors name the field that is missing or the event that is unknown; the caller refuses. */
export function decodeClaudeCode(
  payload: JsonObject,
  host: ArmingHost = systemArmingHost,
): Result<DecodedHook> {
  const event = stringField(payload, "hook_event_name");
  const conversation = stringField(payload, "session_id");
  const cwd = stringField(payload, "cwd");
  if (event === undefined || event === "") {
    return err("the payload has no `hook_event_name`");
  }
  if (conversation === undefined || conversation === "") {
    return err("the payload has no `session_id`");
  }
  if (cwd === undefined || cwd === "") {
    return err("the payload has no `cwd`");
  }
  const what =
    event === "ConfigChange" ? ok(configChange(payload, cwd, host)) : decodeEvent(payload, event, cwd);
  if (!what.ok) {
    return what;
  }
  const callId = stringField(payload, "tool_use_id");
  return ok({
    agent: claudeCodeAgent,
    event,
    phase: what.value.phase,
    conversation,
    cwd,
    ...(callId === undefined ? {} : { callId }),
    payload: what.value.payload,
  });
}

interface DecodedEvent {
  readonly phase: DecodedHook["phase"];
  readonly payload: RequestPayload;
}

function decodeEvent(payload: JsonObject, event: string, cwd: string): Result<DecodedEvent> {
  switch (event) {
    case "PreToolUse":
    case "PermissionRequest": {
      const tool = stringField(payload, "tool_name");
      if (tool === undefined || tool === "") {
        return err("the payload has no `tool_name`");
      }
      return ok({ phase: "gate", payload: toolPayload(payload, tool, cwd) });
    }
    case "UserPromptSubmit": {
      const prompt = stringField(payload, "prompt");
      if (prompt === undefined) {
        return err("the payload has no `prompt`");
      }
      return ok({ phase: "gate", payload: promptPayload(prompt, cwd) });
    }
    case "SessionStart":
      return ok({ phase: "notice", payload: { kind: "session_start" } });
    case "SessionEnd":
      return ok({ phase: "notice", payload: { kind: "session_end" } });
    default:
      return notices.has(event)
        ? ok({ phase: "notice", payload: { kind: "internal", tool: event } })
        : err(`the event \`${event}\` is not known`);
  }
}

/**
 * A settings file that Claude Code is about to load again. While our hooks are still in force afterwards that is only noted (the
 * user changes a model, or allows a command for good); otherwise it is judged as a write to that file, since hooks live there.
 */
function configChange(payload: JsonObject, cwd: string, host: ArmingHost): DecodedEvent {
  if (staysArmed(payload, host)) {
    return { phase: "notice", payload: { kind: "internal", tool: "ConfigChange" } };
  }
  const path = stringField(payload, "file_path");
  return {
    phase: "gate",
    payload:
      path === undefined
        ? { kind: "tool", tool: "ConfigChange", input: payload["source"] }
        : { kind: "file_write", changes: [{ path: absolute(path, cwd), change: "write" }] },
  };
}
