import type { RequestPayload } from "../../../model/request.ts";
import {
  either,
  fetches,
  internal,
  mcpCall,
  reads,
  readsEach,
  readTool,
  searches,
  shellIn,
  writes,
  type ToolReader,
  type ToolTable,
} from "../native-tool.ts";

/**
 * Qwen Code's own tools (0.24), by native name. Left out on purpose, and so judged as unknown tools: what runs code or starts
 * sessions that the call does not show (`exec`, `workflow`, `create_sub_session`, `cron_create`, `loop_wakeup`).
 */
const tools: ToolTable = new Map<string, ToolReader>([
  ["run_shell_command", shellIn("command", "directory")],
  ["monitor", shellIn("command", "directory")],
  ["read_file", either(reads("file_path"), reads("absolute_path"))],
  ["read_many_files", readsEach("paths")],
  ["list_directory", reads("path", "list")],
  ["glob", searches("path", undefined, "list")],
  ["grep_search", searches("path", "glob", "search")],
  ["write_file", writes("file_path", "content")],
  ["edit", writes("file_path", "new_string")],
  ["notebook_edit", writes("notebook_path", "new_source")],
  ["web_fetch", fetches("url")],
  ...[
    "agent",
    "task",
    "todo_write",
    "web_search",
    "enter_plan_mode",
    "exit_plan_mode",
    "ask_user_question",
    "skill",
    "lsp",
    "tool_search",
    "get_goal",
    "update_goal",
    "list_agents",
    "task_create",
    "task_update",
    "task_list",
    "task_stop",
    "cron_list",
    "structured_output",
    "report_findings",
  ].map(internal),
]);

export function qwenToolPayload(tool: string, input: unknown, cwd: string): RequestPayload {
  return mcpCall(tool, "mcp__", "__", input) ?? readTool(tools, tool, input, cwd);
}
