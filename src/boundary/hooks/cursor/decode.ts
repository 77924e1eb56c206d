import { err, ok, type Result } from "../../../base/result.ts";
import { objectField, stringField, type JsonObject } from "../../../base/json.ts";
import type { RequestPayload } from "../../../model/request.ts";
import type { DecodedHook } from "../adapter.ts";
import { absolute, inputField, isForeign } from "../native-tool.ts";
import { promptPayload } from "../prompt.ts";
import { cursorEvents } from "./events.ts";
import { attachedFiles, cursorToolPayload } from "./tools.ts";

export const cursorAgent = "cursor";

/** Fields that other agents send and Cursor does not. */
const foreignFields = [
  "turn_id",
  "clineVersion",
  "sessionId",
  "hookEventName",
  "hookName",
  "workspaceRoot",
  "toolName",
  "toolCall",
  "timestamp",
  "is_mcp_tool",
  "mcp_context",
  "agent_action_name",
];
const otherAgentsFolders = /[\\/]\.(?:claude|copilot|factory|qwen|gemini|codex)[\\/]/;

/** Cursor names its version in every payload, also where it runs hooks from Claude Code's settings. */
export function recognisesCursor(payload: JsonObject): boolean {
  return (
    stringField(payload, "cursor_version") !== undefined &&
    stringField(payload, "hook_event_name") !== undefined
  );
}

/** One of Cursor's events, and nobody else's fields: also a payload without the version, as people write them by hand. */
export function mayBeCursor(payload: JsonObject): boolean {
  const event = stringField(payload, "hook_event_name") ?? "";
  return (
    cursorEvents.has(event) &&
    stringField(payload, "conversation_id") !== undefined &&
    (event === "subagentStart" || !Object.hasOwn(payload, "tool_call_id")) &&
    foreignFields.every((field) => !Object.hasOwn(payload, field)) &&
    !otherAgentsFolders.test(stringField(payload, "transcript_path") ?? "")
  );
}

/** Errors name the field that is missing or the event that is unknown; the caller refuses. */
export function decodeCursor(payload: JsonObject): Result<DecodedHook> {
  const event = stringField(payload, "hook_event_name");
  if (event === undefined || event === "") {
    return err("the payload has no `hook_event_name`");
  }
  const kind = cursorEvents.get(event);
  if (kind === undefined) {
    return err(`the event \`${event}\` is not known`);
  }
  const conversation = conversationOf(payload, event);
  if (conversation === undefined) {
    return err("the payload has no `conversation_id`");
  }
  const cwd = cwdOf(payload);
  const what = kind === "notice" ? ok(noticePayload(event)) : payloadOf(payload, event, cwd);
  if (!what.ok) {
    return what;
  }
  // A tool call is told by two events, and only one of them has its id.
  const callId = stringField(payload, "tool_use_id");
  const agentVersion = stringField(payload, "cursor_version");
  return ok({
    agent: cursorAgent,
    event,
    phase: kind === "notice" ? "notice" : "gate",
    conversation,
    cwd,
    ...(callId === undefined || callId === "" ? {} : { callId }),
    ...(agentVersion === undefined ? {} : { agentVersion }),
    payload: what.value,
  });
}

/** A sub-agent belongs to its parent's conversation. Completions while somebody types belong to none. */
function conversationOf(payload: JsonObject, event: string): string | undefined {
  const named = ["parent_conversation_id", "conversation_id", "session_id"]
    .map((field) => stringField(payload, field))
    .find((name) => name !== undefined && name !== "");
  return named ?? (event === "beforeTabFileRead" || event === "afterTabFileEdit" ? "" : undefined);
}

/** Where the call starts; the first folder of the window where it does not say. Empty in a window without a folder. */
function cwdOf(payload: JsonObject): string {
  const roots = payload["workspace_roots"];
  const input = objectField(payload, "tool_input");
  return (
    [
      stringField(payload, "cwd"),
      input === undefined ? undefined : stringField(input, "cwd"),
      Array.isArray(roots) ? (roots as readonly unknown[])[0] : undefined,
    ].find((folder): folder is string => typeof folder === "string" && folder !== "") ?? ""
  );
}

function noticePayload(event: string): RequestPayload {
  return event === "sessionEnd" ? { kind: "session_end" } : { kind: "internal", tool: event };
}

function payloadOf(payload: JsonObject, event: string, cwd: string): Result<RequestPayload> {
  switch (event) {
    case "sessionStart":
      return ok({ kind: "session_start" });
    case "subagentStart":
      return ok({ kind: "internal", tool: event });
    case "beforeSubmitPrompt":
      return promptOf(payload, cwd);
    default:
      return cwd === "" ? err("the payload has no `workspace_roots`") : toolOf(payload, event, cwd);
  }
}

function toolOf(payload: JsonObject, event: string, cwd: string): Result<RequestPayload> {
  switch (event) {
    case "beforeShellExecution": {
      const command = stringField(payload, "command");
      return command === undefined
        ? err("the payload has no `command`")
        : ok({ kind: "shell", command, shell: "bash" });
    }
    case "beforeMCPExecution": {
      const tool = stringField(payload, "tool_name");
      if (tool === undefined || tool === "") {
        return err("the payload has no `tool_name`");
      }
      const server = stringField(payload, "mcp_server_name") ?? "";
      return ok({ kind: "mcp_call", server, tool, input: inputField(payload, "tool_input") });
    }
    case "beforeReadFile":
    case "beforeTabFileRead":
      return readOf(payload, cwd);
    default: {
      const tool = stringField(payload, "tool_name");
      return tool === undefined || tool === ""
        ? err("the payload has no `tool_name`")
        : ok(cursorToolPayload(tool, inputField(payload, "tool_input"), cwd));
    }
  }
}

/** The file's content is in the payload, too; it is nobody's business here. */
function readOf(payload: JsonObject, cwd: string): Result<RequestPayload> {
  const path = stringField(payload, "file_path");
  const attached = attachedFiles(payload["attachments"], cwd);
  if (path === undefined || path === "" || isForeign(path)) {
    return err("the payload has no `file_path`");
  }
  return attached === undefined
    ? err("the payload's `attachments` are not files")
    : ok({ kind: "file_read", paths: [absolute(path, cwd), ...attached], scope: "content" });
}

function promptOf(payload: JsonObject, cwd: string): Result<RequestPayload> {
  const prompt = stringField(payload, "prompt");
  const from = cwd === "" ? "/" : cwd;
  const attached = attachedFiles(payload["attachments"], from);
  if (prompt === undefined) {
    return err("the payload has no `prompt`");
  }
  if (attached === undefined) {
    return err("the payload's `attachments` are not files");
  }
  const named = promptPayload(prompt, from);
  return ok({ ...named, attachments: [...new Set([...named.attachments, ...attached])] });
}
