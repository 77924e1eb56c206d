import { posix } from "node:path";
import { err, ok, type Result } from "../../../base/result.ts";
import { isJsonObject, stringField, type JsonObject } from "../../../base/json.ts";
import type { RequestPayload } from "../../../model/request.ts";
import type { DecodedHook } from "../adapter.ts";
import { inputField, reads, writes, writesEach } from "../native-tool.ts";
import { promptPayload } from "../prompt.ts";

export const windsurfAgent = "windsurf";

/** Turns one event's `tool_info` into a request; undefined where it is not what the event is known to carry. */
type EventReader = (info: JsonObject, cwd: string) => RequestPayload | undefined;

/** Events before something happens. */
const gates: ReadonlyMap<string, EventReader> = new Map<string, EventReader>([
  ["pre_run_command", command],
  // May name a folder, of which everything is read then.
  ["pre_read_code", reads("file_path")],
  ["pre_write_code", write],
  ["pre_mcp_tool_use", mcp],
  ["pre_user_prompt", prompt],
]);

/** Events after something has happened. */
const notices: ReadonlySet<string> = new Set([
  "post_read_code",
  "post_write_code",
  "post_run_command",
  "post_mcp_tool_use",
  "post_cascade_response",
  "post_cascade_response_with_transcript",
  "post_setup_worktree",
]);

/** Nobody else names its events so. */
export function recognisesWindsurf(payload: JsonObject): boolean {
  return stringField(payload, "agent_action_name") !== undefined;
}

/**
 * Errors name the field that is missing or the event that is unknown; the caller refuses. Only commands say where they run: for
 * everything else it is where the hook runs, which Cascade starts in the workspace.
 */
export function decodeWindsurf(payload: JsonObject, hookFolder: string): Result<DecodedHook> {
  const event = stringField(payload, "agent_action_name") ?? "";
  const read = gates.get(event);
  if (read === undefined && !notices.has(event)) {
    return err(`the event \`${event}\` is not known`);
  }
  const conversation = stringField(payload, "trajectory_id");
  if (conversation === undefined || conversation === "") {
    return err("the payload has no `trajectory_id`");
  }
  const info = inputField(payload, "tool_info");
  const cwd = folderOf(info, hookFolder);
  return ok({
    agent: windsurfAgent,
    event,
    phase: read === undefined ? "notice" : "gate",
    conversation,
    cwd,
    payload: requestOf(event, read, info, cwd),
  });
}

function requestOf(event: string, read: EventReader | undefined, info: unknown, cwd: string): RequestPayload {
  if (read === undefined) {
    return { kind: "internal", tool: event };
  }
  return (isJsonObject(info) ? read(info, cwd) : undefined) ?? { kind: "tool", tool: event, input: info };
}

function folderOf(info: unknown, hookFolder: string): string {
  const told = isJsonObject(info) ? stringField(info, "cwd") : undefined;
  if (told !== undefined && told !== "") {
    return told;
  }
  if (hookFolder !== "") {
    return hookFolder;
  }
  const file = isJsonObject(info) ? stringField(info, "file_path") : undefined;
  return file !== undefined && posix.isAbsolute(file) ? posix.dirname(file) : "";
}

function command(info: JsonObject): RequestPayload | undefined {
  const line = stringField(info, "command_line");
  return line === undefined ? undefined : { kind: "shell", command: line, shell: "bash" };
}

/** All edits are of the one file that `file_path` names. */
function write(info: JsonObject, cwd: string): RequestPayload | undefined {
  if (stringField(info, "file_path") === undefined) {
    return undefined;
  }
  return writesEach("edits", "file_path", "new_string")(info, cwd) ?? writes("file_path")(info, cwd);
}

function mcp(info: JsonObject): RequestPayload | undefined {
  const server = stringField(info, "mcp_server_name");
  const tool = stringField(info, "mcp_tool_name");
  return server === undefined || tool === undefined
    ? undefined
    : { kind: "mcp_call", server, tool, input: inputField(info, "mcp_tool_arguments") };
}

function prompt(info: JsonObject, cwd: string): RequestPayload | undefined {
  const text = stringField(info, "user_prompt");
  return text === undefined ? undefined : promptPayload(text, cwd);
}
