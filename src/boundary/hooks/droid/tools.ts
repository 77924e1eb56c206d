import type { RequestPayload } from "../../../model/request.ts";
import { patches } from "../apply-patch.ts";
import {
  either,
  fetches,
  internal,
  mcpCall,
  reads,
  readTool,
  searches,
  shell,
  writes,
  writesEach,
  type ToolReader,
  type ToolTable,
} from "../native-tool.ts";

const edit = either(writes("file_path", "new_str"), writes("file_path", "new_string"));

/** droid's own tools (0.225.2). Left out on purpose, and so judged as an unknown tool: `Script`, which runs code. */
const tools: ToolTable = new Map<string, ToolReader>([
  ["Execute", shell("command")],
  ["Read", reads("file_path")],
  ["LS", reads("directory_path", "list")],
  ["Glob", either(searches("folder", undefined, "list"), searches("path", undefined, "list"))],
  ["Grep", searches("path", "glob_pattern", "search")],
  ["Create", writes("file_path", "content")],
  ["Write", writes("file_path", "content")],
  ["Edit", edit],
  ["MultiEdit", either(writesEach("changes", "file_path", "new_str"), edit)],
  ["ApplyPatch", either(patches("input"), patches("patch"))],
  ["FetchUrl", fetches("url")],
  ...["WebSearch", "Task", "TodoWrite", "ExitSpecMode", "AskUser", "Skill"].map(internal),
]);

/** MCP tools are `mcp__server__tool` in matchers and `server___tool` in droid's own lists. */
export function droidToolPayload(tool: string, input: unknown, cwd: string): RequestPayload {
  return (
    mcpCall(tool, "mcp__", "__", input) ??
    mcpCall(tool, "", "___", input) ??
    readTool(tools, tool, input, cwd)
  );
}
