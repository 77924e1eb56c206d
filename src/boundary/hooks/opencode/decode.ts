import { ok, type Result } from "../../../base/result.ts";
import { stringField, type JsonObject } from "../../../base/json.ts";
import type { RequestPayload } from "../../../model/request.ts";
import type { DecodedHook } from "../adapter.ts";
import { patches } from "../apply-patch.ts";
import { decodeShape, type EventMeaning, type HookShape } from "../hook-shape.ts";
import {
  absolute,
  either,
  fetches,
  internal,
  mcpCall,
  reads,
  readTool,
  searches,
  shellIn,
  writes,
  writesEach,
  type ToolReader,
  type ToolTable,
} from "../native-tool.ts";

export const opencodeAgent = "opencode";

/** opencode's own tools (1.18.33). */
const tools: ToolTable = new Map<string, ToolReader>([
  ["bash", shellIn("command", "workdir")],
  ["read", reads("filePath")],
  ["list", searches("path", undefined, "list")],
  ["glob", searches("path", undefined, "list")],
  ["grep", searches("path", "include", "search")],
  ["write", writes("filePath", "content")],
  ["edit", writes("filePath", "newString")],
  ["multiedit", either(writesEach("edits", "filePath", "newString"), writes("filePath"))],
  ["patch", patches("patchText")],
  ["apply_patch", patches("patchText")],
  ["webfetch", fetches("url")],
  ...[
    "task",
    "todowrite",
    "todoread",
    "websearch",
    "codesearch",
    "question",
    "skill",
    "plan_enter",
    "plan_exit",
    "invalid",
    "lsp",
  ].map(internal),
]);

const shape: HookShape = {
  agent: opencodeAgent,
  events: new Map<string, EventMeaning>([
    ["tool.execute.before", "tool"],
    ["tool.execute.after", "told"],
    ["chat.message", "prompt"],
    ["chat.params", "told"],
    ["shell.env", "told"],
    ["session.created", "session_start"],
    ["session.deleted", "session_end"],
  ]),
  names: {
    event: "hook_event_name",
    conversation: "sessionID",
    tool: "tool",
    input: "args",
    prompt: "prompt",
    callId: "callID",
  },
  toolPayload: (tool, input, cwd): RequestPayload =>
    tools.has(tool)
      ? readTool(tools, tool, input, cwd)
      : (mcpCall(tool, "", "_", input) ?? { kind: "tool", tool, input }),
};

/** Our own plugin's payloads: nobody else writes `sessionID` beside a `hook_event_name`. */
export function recognisesOpencode(payload: JsonObject): boolean {
  return (
    stringField(payload, "sessionID") !== undefined &&
    stringField(payload, "hook_event_name") !== undefined &&
    !Object.hasOwn(payload, "threadID")
  );
}

/** Errors name the field that is missing or the event that is unknown; the caller refuses. */
export function decodeOpencode(payload: JsonObject): Result<DecodedHook> {
  const cwd = stringField(payload, "cwd");
  const hook = decodeShape(shape, payload, cwd);
  if (!hook.ok) {
    return hook;
  }
  const root = stringField(payload, "rootSessionID");
  return ok({
    ...hook.value,
    // A sub-agent has a session of its own; the latch is the root's.
    conversation: root === undefined || root === "" ? hook.value.conversation : root,
    payload: withAttachments(hook.value.payload, payload, cwd ?? ""),
  });
}

/** Files that the human put beside the prompt. */
function withAttachments(request: RequestPayload, payload: JsonObject, cwd: string): RequestPayload {
  const files = Object.hasOwn(payload, "files") ? payload["files"] : [];
  if (request.kind !== "prompt" || !Array.isArray(files)) {
    return request;
  }
  const paths = files.filter((file): file is string => typeof file === "string");
  return {
    ...request,
    attachments: [...new Set([...request.attachments, ...paths.map((path) => absolute(path, cwd))])],
  };
}
