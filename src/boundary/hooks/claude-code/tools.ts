import { stringField, type JsonObject } from "../../../base/json.ts";
import type { RequestPayload } from "../../../model/request.ts";
import {
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

/** Claude Code's own tools (2.1.329), by native name. */
const tools: ToolTable = new Map<string, ToolReader>([
  ["Bash", shell("command")],
  ["PowerShell", shell("command", "powershell")],
  ["Monitor", shell("command")],
  ["Read", reads("file_path")],
  ["NotebookRead", reads("notebook_path")],
  ["LS", reads("path", "list")],
  ["Glob", searches("path", undefined, "list")],
  ["Grep", searches("path", "glob", "search")],
  ["Write", writes("file_path", "content")],
  ["Edit", writes("file_path", "new_string")],
  ["MultiEdit", multiEdit],
  ["NotebookEdit", writes("notebook_path", "new_source")],
  ["WebFetch", fetches("url")],
  ["ReadMcpResourceTool", mcpResource],
  ...[
    "Agent",
    "Task",
    "TaskCreate",
    "TaskGet",
    "TaskList",
    "TaskOutput",
    "TaskStop",
    "TaskUpdate",
    "TodoRead",
    "TodoWrite",
    "WebSearch",
    "ToolSearch",
    "AskUserQuestion",
    "EnterPlanMode",
    "ExitPlanMode",
    "BashOutput",
    "KillBash",
    "KillShell",
    "Skill",
    "SlashCommand",
    "ListMcpResourcesTool",
    "StructuredOutput",
    "SendMessage",
    "CronList",
    "EndConversation",
  ].map(internal),
]);

/** What the tool call of a `PreToolUse`, `PermissionRequest` or `PostToolUse` payload would do. */
export function toolPayload(payload: JsonObject, tool: string, cwd: string): RequestPayload {
  const input = payload["tool_input"];
  return mcpCall(tool, "mcp__", "__", input) ?? readTool(tools, tool, input, cwd);
}

/** `MultiEdit` names one file for all its edits. */
function multiEdit(input: JsonObject, cwd: string): RequestPayload | undefined {
  const edits = writesEach("edits", "file_path", "new_string")(input, cwd);
  return edits ?? writes("file_path")(input, cwd);
}

function mcpResource(input: JsonObject): RequestPayload | undefined {
  const server = stringField(input, "server");
  return server === undefined ? undefined : { kind: "mcp_call", server, tool: "resources/read", input };
}
