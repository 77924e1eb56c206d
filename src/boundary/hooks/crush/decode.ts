import { isJsonObject, stringField, type JsonObject } from "../../../base/json.ts";
import type { Result } from "../../../base/result.ts";
import type { RequestPayload } from "../../../model/request.ts";
import type { DecodedHook } from "../adapter.ts";
import { decodeShape, lacks, type EventMeaning, type HookShape } from "../hook-shape.ts";
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
  writesEach,
  type ToolReader,
  type ToolTable,
} from "../native-tool.ts";

export const crushAgent = "crush";

/** Crush's own tools. Left out on purpose, and so judged as unknown: `download`, which fetches and writes at once. */
const tools: ToolTable = new Map<string, ToolReader>([
  ["bash", shellIn("command", "working_dir")],
  ["view", reads("file_path")],
  ["ls", searches("path", undefined, "list")],
  ["glob", searches("path", undefined, "list")],
  ["grep", searches("path", "include", "search")],
  ["write", writes("file_path", "content")],
  ["edit", writes("file_path", "new_string")],
  ["multiedit", either(writesEach("edits", "file_path", "new_string"), writes("file_path"))],
  ["fetch", fetches("url")],
  ["agentic_fetch", agenticFetch],
  ...["agent", "todos", "job_output", "job_kill", "diagnostics", "references", "web_search"].map(internal),
]);

const shape: HookShape = {
  agent: crushAgent,
  events: new Map<string, EventMeaning>([
    ["PreToolUse", "tool"],
    ["PostToolUse", "told"],
    ["PostToolUseFailure", "told"],
    ["PermissionResult", "told"],
    ["SessionStart", "session_start"],
    ["SessionEnd", "session_end"],
    ["TurnStart", "told"],
    ["TurnEnd", "told"],
    ["StopFailure", "told"],
    ["Interrupt", "told"],
    ["PreCompact", "told"],
    ["PostCompact", "told"],
  ]),
  names: {
    event: "event",
    conversation: "session_id",
    tool: "tool_name",
    input: "tool_input",
    prompt: "prompt",
  },
  toolPayload: (tool, input, cwd): RequestPayload =>
    mcpCall(tool, "mcp_", "_", input) ?? readTool(tools, tool, input, cwd),
};

/** Nobody else calls the event just `event`. */
export function recognisesCrush(payload: JsonObject): boolean {
  return (
    stringField(payload, "event") !== undefined &&
    stringField(payload, "session_id") !== undefined &&
    lacks(payload, ["hook_event_name", "hookEventName", "hookName"])
  );
}

/** Errors name the field that is missing or the event that is unknown; the caller refuses. */
export function decodeCrush(payload: JsonObject): Result<DecodedHook> {
  return decodeShape(shape, payload, stringField(payload, "cwd"));
}

/** With an address it fetches that; without one it is a sub-agent's search of the web. */
function agenticFetch(input: JsonObject, cwd: string): RequestPayload | undefined {
  return isJsonObject(input) && Object.hasOwn(input, "url")
    ? fetches("url")(input, cwd)
    : { kind: "internal", tool: "agentic_fetch" };
}
