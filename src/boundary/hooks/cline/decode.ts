import { err, ok, type Result } from "../../../base/result.ts";
import { objectField, stringField, type JsonObject } from "../../../base/json.ts";
import type { PromptPayload, RequestPayload } from "../../../model/request.ts";
import type { DecodedHook } from "../adapter.ts";
import { firstFolder, type EventMeaning } from "../hook-shape.ts";
import { absolute, inputField } from "../native-tool.ts";
import { promptPayload } from "../prompt.ts";
import { cliToolPayload, extensionToolPayload } from "./tools.ts";

export const clineAgent = "cline";
export const clineExtensionAgent = "cline-vscode";

const cliEvents: ReadonlyMap<string, EventMeaning> = new Map<string, EventMeaning>([
  ["tool_call", "tool"],
  ["prompt_submit", "prompt"],
  ["agent_start", "session_start"],
  ["agent_resume", "session_start"],
  ["session_shutdown", "session_end"],
  ["tool_result", "told"],
  ["agent_end", "told"],
  ["agent_abort", "told"],
  ["agent_error", "told"],
  ["pre_compact", "told"],
]);

const extensionEvents: ReadonlyMap<string, EventMeaning> = new Map<string, EventMeaning>([
  ["PreToolUse", "tool"],
  ["UserPromptSubmit", "prompt"],
  ["TaskStart", "session_start"],
  ["TaskResume", "session_start"],
  ["PostToolUse", "told"],
  ["TaskCancel", "told"],
  ["TaskComplete", "told"],
  ["PreCompact", "told"],
  ["Notification", "told"],
]);

/** Both products say their version, and only the command line says which session a task belongs to. */
export function recognisesCline(payload: JsonObject): boolean {
  return isCline(payload) && Object.hasOwn(payload, "sessionContext");
}

export function recognisesClineExtension(payload: JsonObject): boolean {
  return isCline(payload) && !Object.hasOwn(payload, "sessionContext");
}

/** Errors name the field that is missing or the event that is unknown; the caller refuses. */
export function decodeCline(payload: JsonObject, hookFolder: string): Result<DecodedHook> {
  const call = objectField(payload, "tool_call");
  const session = objectField(payload, "sessionContext");
  const callId = call === undefined ? undefined : stringField(call, "id");
  return decode(payload, {
    agent: clineAgent,
    events: cliEvents,
    hookFolder,
    // A sub-agent has a task of its own in the same session.
    conversation: session === undefined ? undefined : stringField(session, "rootSessionId"),
    tool: call === undefined ? undefined : stringField(call, "name"),
    toolMember: "tool_call",
    ...(callId === undefined ? {} : { callId }),
    toolPayload: (tool, cwd) => cliToolPayload(tool, inputField(call ?? {}, "input"), cwd),
  });
}

/** Errors name the field that is missing or the event that is unknown; the caller refuses. */
export function decodeClineExtension(payload: JsonObject, hookFolder: string): Result<DecodedHook> {
  const call = objectField(payload, "preToolUse");
  return decode(payload, {
    agent: clineExtensionAgent,
    events: extensionEvents,
    hookFolder,
    conversation: undefined,
    tool: call === undefined ? undefined : stringField(call, "toolName"),
    toolMember: "preToolUse",
    toolPayload: (tool, cwd) => extensionToolPayload(tool, inputField(call ?? {}, "parameters"), cwd),
  });
}

function isCline(payload: JsonObject): boolean {
  return (
    stringField(payload, "clineVersion") !== undefined &&
    stringField(payload, "hookName") !== undefined &&
    stringField(payload, "taskId") !== undefined
  );
}

interface Product {
  readonly agent: string;
  readonly events: ReadonlyMap<string, EventMeaning>;
  readonly hookFolder: string;
  /** Undefined where the task is the conversation. */
  readonly conversation: string | undefined;
  readonly tool: string | undefined;
  /** The member that holds the tool's name, for the error. */
  readonly toolMember: string;
  readonly callId?: string;
  readonly toolPayload: (tool: string, cwd: string) => RequestPayload;
}

function decode(payload: JsonObject, product: Product): Result<DecodedHook> {
  const event = stringField(payload, "hookName") ?? "";
  const meaning = product.events.get(event);
  if (meaning === undefined) {
    return err(`the event \`${event}\` is not known`);
  }
  const conversation = product.conversation ?? stringField(payload, "taskId") ?? "";
  if (conversation === "") {
    return err("the payload has no `taskId`");
  }
  const cwd = firstFolder(payload, "workspaceRoots") ?? product.hookFolder;
  if (cwd === "") {
    return err("the payload has no `workspaceRoots`");
  }
  const what = requestOf(payload, product, meaning, cwd);
  if (!what.ok) {
    return what;
  }
  const agentVersion = stringField(payload, "clineVersion") ?? "";
  return ok({
    agent: product.agent,
    event,
    phase: meaning === "tool" || meaning === "prompt" ? "gate" : "notice",
    conversation,
    cwd,
    ...(product.callId === undefined ? {} : { callId: product.callId }),
    // The command line leaves it empty.
    ...(agentVersion === "" ? {} : { agentVersion }),
    payload: what.value ?? { kind: "internal", tool: event },
  });
}

function requestOf(
  payload: JsonObject,
  { tool, toolMember, toolPayload }: Product,
  meaning: EventMeaning,
  cwd: string,
): Result<RequestPayload | undefined> {
  switch (meaning) {
    case "tool":
      return tool === undefined || tool === ""
        ? err(`the payload has no \`${toolMember}\``)
        : ok(toolPayload(tool, cwd));
    case "prompt":
      return prompted(payload, cwd);
    case "session_start":
    case "session_end":
      return ok({ kind: meaning });
    case "told":
      return ok(undefined);
  }
}

/** The prompt with what it names and what is attached to it. */
function prompted(payload: JsonObject, cwd: string): Result<PromptPayload> {
  const submitted = objectField(payload, "userPromptSubmit");
  const text = submitted === undefined ? undefined : stringField(submitted, "prompt");
  if (submitted === undefined || text === undefined) {
    return err("the payload has no `userPromptSubmit`");
  }
  const list = Object.hasOwn(submitted, "attachments") ? submitted["attachments"] : [];
  const files = Array.isArray(list)
    ? (list as readonly unknown[]).filter((file): file is string => typeof file === "string")
    : [];
  const named = promptPayload(text, cwd);
  return ok({
    ...named,
    attachments: [...new Set([...named.attachments, ...files.map((file) => absolute(file, cwd))])],
  });
}
