import { err, ok, type Result } from "../../../base/result.ts";
import { stringField, type JsonObject } from "../../../base/json.ts";
import type { RequestPayload } from "../../../model/request.ts";
import type { DecodedHook } from "../adapter.ts";
import { promptPayload } from "../prompt.ts";
import { geminiToolPayload } from "./tools.ts";

export const geminiAgent = "gemini-cli";

const foreignFields = [
  "turn_id",
  "cursor_version",
  "conversation_id",
  "clineVersion",
  "tool_call_id",
  "prompt_id",
  "sessionId",
  "hookEventName",
  "workspace_roots",
  "workspaceRoot",
  "toolName",
  "toolCall",
  "is_mcp_tool",
  "agent_action_name",
];
const ownFolder = /[\\/]\.gemini[\\/]/;
const otherAgentsFolders = /[\\/]\.(?:claude|factory|qwen|codex|copilot|cursor)[\\/]/;

const phases: ReadonlyMap<string, DecodedHook["phase"]> = new Map([
  ["BeforeTool", "gate"],
  ["BeforeAgent", "gate"],
  ["BeforeModel", "gate"],
  ["SessionStart", "notice"],
  ["SessionEnd", "notice"],
  ["BeforeToolSelection", "notice"],
  ["AfterTool", "notice"],
  ["AfterModel", "notice"],
  ["AfterAgent", "notice"],
  ["PreCompress", "notice"],
  ["Notification", "notice"],
]);
/** Events whose names nobody else uses. */
const ownEvents = /^(?:Before|After)(?:Tool|Agent|Model|ToolSelection)$|^PreCompress$/;

export function recognisesGemini(payload: JsonObject): boolean {
  return (
    mayBeGemini(payload) &&
    (ownEvents.test(stringField(payload, "hook_event_name") ?? "") ||
      ownFolder.test(stringField(payload, "transcript_path") ?? ""))
  );
}

/** One of Gemini CLI's events, and nobody else's fields or folders. */
export function mayBeGemini(payload: JsonObject): boolean {
  return (
    stringField(payload, "hook_event_name") !== undefined &&
    stringField(payload, "session_id") !== undefined &&
    foreignFields.every((field) => !Object.hasOwn(payload, field)) &&
    !otherAgentsFolders.test(stringField(payload, "transcript_path") ?? "")
  );
}

/** Errors name the field that is missing or the event that is unknown; the caller refuses. */
export function decodeGemini(payload: JsonObject): Result<DecodedHook> {
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
  return ok({ agent: geminiAgent, event, phase, conversation, cwd, payload: what.value });
}

function payloadOf(payload: JsonObject, event: string, cwd: string): Result<RequestPayload> {
  switch (event) {
    case "BeforeTool": {
      const tool = stringField(payload, "tool_name");
      return tool === undefined || tool === ""
        ? err("the payload has no `tool_name`")
        : ok(geminiToolPayload(payload, tool, cwd));
    }
    case "BeforeAgent": {
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
