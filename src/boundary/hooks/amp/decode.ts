import { ok, type Result } from "../../../base/result.ts";
import { stringField, type JsonObject } from "../../../base/json.ts";
import type { RequestPayload } from "../../../model/request.ts";
import type { DecodedHook } from "../adapter.ts";
import { patches } from "../apply-patch.ts";
import { decodeShape, type EventMeaning, type HookShape } from "../hook-shape.ts";
import {
  either,
  fetches,
  internal,
  mcpCall,
  reads,
  readTool,
  searches,
  shellIn,
  writes,
  type ToolReader,
  type ToolTable,
} from "../native-tool.ts";

export const ampAgent = "amp";

/** Amp's own tools (0.0.1790142911). */
const tools: ToolTable = new Map<string, ToolReader>([
  ["Bash", shellIn("cmd", "cwd")],
  ["shell_command", either(shellIn("command", "workdir"), shellIn("cmd", "cwd"))],
  ["Read", reads("path")],
  ["view_media", reads("path")],
  ["look_at", reads("path")],
  ["Grep", searches("path", "glob", "search")],
  ["glob", searches(undefined, "filePattern", "list")],
  ["create_file", writes("path", "content")],
  ["edit_file", writes("path", "new_str")],
  ["delete_file", writes("path")],
  ["apply_patch", either(patches("patchText"), patches("input"))],
  ["read_web_page", fetches("url")],
  ...[
    "Task",
    "oracle",
    "finder",
    "librarian",
    "web_search",
    "task_list",
    "todo_write",
    "todo_read",
    "find_thread",
    "read_thread",
    "skill",
    "get_diagnostics",
    "mermaid",
  ].map(internal),
]);

const shape: HookShape = {
  agent: ampAgent,
  events: new Map<string, EventMeaning>([
    ["tool.call", "tool"],
    ["tool.result", "told"],
  ]),
  names: {
    event: "hook_event_name",
    conversation: "threadID",
    tool: "tool",
    input: "input",
    prompt: "prompt",
    callId: "toolUseID",
  },
  toolPayload: (tool, input, cwd): RequestPayload =>
    mcpCall(tool, "mcp__", "__", input) ?? readTool(tools, tool, input, cwd),
};

/** Our own plugin's payloads: nobody else writes `threadID` beside a `hook_event_name`. */
export function recognisesAmp(payload: JsonObject): boolean {
  return (
    stringField(payload, "threadID") !== undefined &&
    stringField(payload, "hook_event_name") !== undefined &&
    !Object.hasOwn(payload, "sessionID")
  );
}

/** Errors name the field that is missing or the event that is unknown; the caller refuses. */
export function decodeAmp(payload: JsonObject): Result<DecodedHook> {
  const hook = decodeShape(shape, payload, stringField(payload, "cwd"));
  const root = stringField(payload, "rootThreadID");
  // A thread that another one started has a name of its own; the latch is the root's.
  return hook.ok && root !== undefined && root !== "" ? ok({ ...hook.value, conversation: root }) : hook;
}
