import { err, ok, type Result } from "../../../base/result.ts";
import { stringField, type JsonObject } from "../../../base/json.ts";
import type { RequestPayload } from "../../../model/request.ts";
import type { DecodedHook } from "../adapter.ts";
import { inputField } from "../native-tool.ts";
import { promptPayload } from "../prompt.ts";
import { copilotToolPayload } from "./copilot-tools.ts";
import { recognisesLocal } from "./decode-local.ts";

export const copilotAgent = "copilot";

const foreignFields = [
  "permission_mode",
  "turn_id",
  "tool_call_id",
  "cursor_version",
  "clineVersion",
  "workspaceRoot",
  "toolCall",
  "hookEventName",
];

/** PascalCase events of the runtime, by the camelCase name under which they are treated. */
const pascalEvents: ReadonlyMap<string, string> = new Map([
  ["PreToolUse", "preToolUse"],
  ["PermissionRequest", "permissionRequest"],
  ["UserPromptSubmit", "userPromptSubmitted"],
  ["SessionStart", "sessionStart"],
  ["SessionEnd", "sessionEnd"],
  ["PostToolUse", "postToolUse"],
  ["PostToolUseFailure", "postToolUseFailure"],
  ["PreCompact", "preCompact"],
  ["SubagentStart", "subagentStart"],
  ["SubagentStop", "subagentStop"],
  ["Stop", "agentStop"],
  ["ErrorOccurred", "errorOccurred"],
  ["Notification", "notification"],
]);
const camelEvents: ReadonlySet<string> = new Set(pascalEvents.values());

/** camelCase payloads: `sessionId` and a time stamp, and mostly no event name at all. */
export function recognisesCopilot(payload: JsonObject): boolean {
  return (
    stringField(payload, "sessionId") !== undefined &&
    !Object.hasOwn(payload, "hook_event_name") &&
    Object.hasOwn(payload, "timestamp") &&
    hasNone(payload, foreignFields)
  );
}

/** The same runtime under PascalCase events: Claude-shaped, with a time stamp and without an id per tool call. */
export function recognisesCopilotPascal(payload: JsonObject): boolean {
  const event = stringField(payload, "hook_event_name");
  return (
    event !== undefined &&
    pascalEvents.has(event) &&
    stringField(payload, "session_id") !== undefined &&
    Object.hasOwn(payload, "timestamp") &&
    hasNone(payload, [...foreignFields, "prompt_id", "tool_use_id", "mcp_context"]) &&
    !/[\\/]\.(?:claude|factory|qwen|gemini|codex|cursor)[\\/]/.test(
      stringField(payload, "transcript_path") ?? "",
    ) &&
    !recognisesLocal(payload)
  );
}

/** Errors name the field that is missing or the event that is unknown; the caller refuses. */
export function decodeCopilot(payload: JsonObject): Result<DecodedHook> {
  const event = camelEvent(payload);
  if (event === undefined) {
    return err("the payload is of no known event");
  }
  return decode({ payload, event, kind: event, session: "sessionId", tool: "toolName" });
}

/** Errors name the field that is missing or the event that is unknown; the caller refuses. */
export function decodeCopilotPascal(payload: JsonObject): Result<DecodedHook> {
  const event = stringField(payload, "hook_event_name") ?? "";
  const kind = pascalEvents.get(event);
  if (kind === undefined) {
    return err(`the event \`${event}\` is not known`);
  }
  return decode({ payload, event, kind, session: "session_id", tool: "tool_name" });
}

interface Shape {
  readonly payload: JsonObject;
  readonly event: string;
  /** The camelCase name of the event. */
  readonly kind: string;
  readonly session: string;
  readonly tool: string;
}

function decode(shape: Shape): Result<DecodedHook> {
  const { payload } = shape;
  const session = stringField(payload, shape.session);
  const cwd = stringField(payload, "cwd");
  if (session === undefined || session === "") {
    return err(`the payload has no \`${shape.session}\``);
  }
  if (cwd === undefined || cwd === "") {
    return err("the payload has no `cwd`");
  }
  const what = payloadOf(shape, cwd);
  if (!what.ok) {
    return what;
  }
  const gate =
    shape.kind === "preToolUse" || shape.kind === "permissionRequest" || shape.kind === "userPromptSubmitted";
  return ok({
    agent: copilotAgent,
    event: shape.event,
    phase: gate ? "gate" : "notice",
    ...startedBy(payload, session),
    cwd,
    payload: what.value,
  });
}

/** A sub-agent has a session id of its own; the latch is the conversation's that it belongs to. */
function startedBy(payload: JsonObject, session: string): Pick<DecodedHook, "conversation" | "subAgent"> {
  const starter = stringField(payload, "parentAgentId") ?? stringField(payload, "parent_agent_id") ?? "";
  const own = stringField(payload, "agentId") ?? stringField(payload, "agent_id") ?? session;
  return starter === "" ? { conversation: session } : { conversation: starter, subAgent: own };
}

function payloadOf(shape: Shape, cwd: string): Result<RequestPayload> {
  const { payload, kind } = shape;
  switch (kind) {
    case "preToolUse":
    case "permissionRequest": {
      const tool = stringField(payload, shape.tool);
      if (tool === undefined || tool === "") {
        return err(`the payload has no \`${shape.tool}\``);
      }
      return ok(copilotToolPayload(tool, toolInput(payload), cwd));
    }
    case "userPromptSubmitted": {
      const prompt = stringField(payload, "prompt");
      return prompt === undefined ? err("the payload has no `prompt`") : ok(promptPayload(prompt, cwd));
    }
    case "sessionStart":
      return ok({ kind: "session_start" });
    case "sessionEnd":
      return ok({ kind: "session_end" });
    default:
      return ok({ kind: "internal", tool: shape.event });
  }
}

function toolInput(payload: JsonObject): unknown {
  const key = ["toolArgs", "toolInput", "tool_input"].find((name) => Object.hasOwn(payload, name));
  return key === undefined ? undefined : inputField(payload, key);
}

/** The runtime leaves the event's name out of most camelCase payloads: the fields tell it. Undefined for a shape nobody has seen. */
function camelEvent(payload: JsonObject): string | undefined {
  const named = stringField(payload, "hookName");
  if (named !== undefined) {
    return camelEvents.has(named) ? named : undefined;
  }
  const has = (field: string): boolean => Object.hasOwn(payload, field);
  if (has("toolName")) {
    if (has("toolResult")) {
      return "postToolUse";
    }
    if (has("error")) {
      return "postToolUseFailure";
    }
    return has("permissionSuggestions") ? "permissionRequest" : "preToolUse";
  }
  if (has("prompt")) {
    return "userPromptSubmitted";
  }
  if (has("agentName")) {
    return has("stopReason") ? "subagentStop" : "subagentStart";
  }
  if (has("stopReason")) {
    return "agentStop";
  }
  if (has("error")) {
    return "errorOccurred";
  }
  if (has("source")) {
    return "sessionStart";
  }
  return has("reason") ? "sessionEnd" : undefined;
}

function hasNone(payload: JsonObject, fields: readonly string[]): boolean {
  return fields.every((field) => !Object.hasOwn(payload, field));
}
