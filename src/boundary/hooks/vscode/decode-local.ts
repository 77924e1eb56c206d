import { err, ok, type Result } from "../../../base/result.ts";
import { stringField, type JsonObject } from "../../../base/json.ts";
import type { RequestPayload } from "../../../model/request.ts";
import type { DecodedHook } from "../adapter.ts";
import { inputField } from "../native-tool.ts";
import { promptPayload } from "../prompt.ts";
import { localToolPayload } from "./tools.ts";

export const vscodeAgent = "vscode";

/** Events that VS Code's local harness knows; those without a decision of ours are `notice`. */
const phases: ReadonlyMap<string, DecodedHook["phase"]> = new Map([
  ["PreToolUse", "gate"],
  ["UserPromptSubmit", "gate"],
  ["SessionStart", "notice"],
  ["PostToolUse", "notice"],
  ["PreCompact", "notice"],
  ["SubagentStart", "notice"],
  ["SubagentStop", "notice"],
  ["Stop", "notice"],
]);

/** Fields of other agents whose payloads look alike. */
const foreignFields = [
  "permission_mode",
  "prompt_id",
  "turn_id",
  "tool_call_id",
  "cursor_version",
  "clineVersion",
  "workspaceRoot",
  "toolName",
  "toolCall",
  "conversation_id",
  "workspace_roots",
  "is_mcp_tool",
  "mcp_context",
  "agent_action_name",
];
const otherAgentsFolders = /[\\/]\.(?:claude|copilot|factory|qwen|gemini|codex|cursor)[\\/]/;

/**
 * VS Code's own agent loop: a time stamp and an event, like the Copilot runtime under PascalCase events, but with a
 * transcript of the editor's or an id per tool call.
 */
export function recognisesLocal(payload: JsonObject): boolean {
  const own = stringField(payload, "hookEventName") !== undefined;
  return (
    mayBeLocal(payload) &&
    (own ||
      (Object.hasOwn(payload, "timestamp") &&
        (transcriptOf(payload) !== undefined || stringField(payload, "tool_use_id") !== undefined)))
  );
}

/** One of the editor's events, and nobody else's fields or folders. */
export function mayBeLocal(payload: JsonObject): boolean {
  const event = eventOf(payload);
  return (
    event !== undefined &&
    phases.has(event) &&
    conversationOf(payload) !== undefined &&
    foreignFields.every((field) => !Object.hasOwn(payload, field)) &&
    !otherAgentsFolders.test(transcriptOf(payload) ?? "")
  );
}

/** Errors name the field that is missing or the event that is unknown; the caller refuses. */
export function decodeLocal(payload: JsonObject): Result<DecodedHook> {
  const event = eventOf(payload);
  const conversation = conversationOf(payload);
  const cwd = stringField(payload, "cwd");
  if (event === undefined) {
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
  const callId = stringField(payload, "tool_use_id") ?? stringField(payload, "toolUseId");
  return ok({
    agent: vscodeAgent,
    event,
    phase,
    conversation,
    cwd,
    ...(callId === undefined ? {} : { callId }),
    payload: what.value,
  });
}

function transcriptOf(payload: JsonObject): string | undefined {
  return stringField(payload, "transcript_path") ?? stringField(payload, "transcriptPath");
}

function eventOf(payload: JsonObject): string | undefined {
  return stringField(payload, "hook_event_name") ?? stringField(payload, "hookEventName");
}

function conversationOf(payload: JsonObject): string | undefined {
  return stringField(payload, "session_id") ?? stringField(payload, "sessionId");
}

function payloadOf(payload: JsonObject, event: string, cwd: string): Result<RequestPayload> {
  switch (event) {
    case "PreToolUse": {
      const tool = stringField(payload, "tool_name");
      if (tool === undefined || tool === "") {
        return err("the payload has no `tool_name`");
      }
      return ok(localToolPayload(tool, inputField(payload, "tool_input"), cwd));
    }
    case "UserPromptSubmit": {
      const prompt = stringField(payload, "prompt");
      return prompt === undefined ? err("the payload has no `prompt`") : ok(promptPayload(prompt, cwd));
    }
    case "SessionStart":
      return ok({ kind: "session_start" });
    default:
      return ok({ kind: "internal", tool: event });
  }
}
