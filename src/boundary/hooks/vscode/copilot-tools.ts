import { stringField } from "../../../base/json.ts";
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
  type ToolReader,
  type ToolTable,
} from "../native-tool.ts";

// Some events name the file `path`, others `file_path`.
const view = either(reads("path"), reads("file_path"));
const create = either(writes("path", "file_text"), writes("file_path", "content"));
const edit = either(writes("path", "new_str"), writes("file_path", "new_string"));

/** The Copilot runtime's tools (1.0.102): its own names, and the Claude names that it uses under PascalCase events. */
const tools: ToolTable = new Map<string, ToolReader>([
  ["bash", shell("command")],
  ["Bash", shell("command")],
  ["powershell", shell("command", "powershell")],
  ["PowerShell", shell("command", "powershell")],
  ["write_bash", shell("input", "unknown")],
  ["write_powershell", shell("input", "unknown")],
  ["view", view],
  ["Read", view],
  ["create", create],
  ["Write", create],
  ["edit", edit],
  ["Edit", edit],
  ["apply_patch", patches("input")],
  ["grep", searches("path", "glob", "search")],
  ["Grep", searches("path", "glob", "search")],
  ["glob", searches("path", undefined, "list")],
  ["Glob", searches("path", undefined, "list")],
  ["web_fetch", fetches("url")],
  ["WebFetch", fetches("url")],
  ["sql", ownDatabase("sql")],
  ["session_store_sql", ownDatabase("session_store_sql")],
  ...[
    "task",
    "Task",
    "Agent",
    "read_bash",
    "stop_bash",
    "list_bash",
    "read_powershell",
    "stop_powershell",
    "list_powershell",
    "read_agent",
    "list_agents",
    "report_intent",
    "update_todo",
    "TodoWrite",
    "ask_user",
    "web_search",
    "WebSearch",
    "skill",
    "fetch_copilot_cli_documentation",
  ].map(internal),
]);

/** Queries of a database that the agent keeps for itself (its list of tasks, its sessions), as long as they stay in it. */
function ownDatabase(tool: string): ToolReader {
  return (input) => {
    const query = stringField(input, "query");
    const leaves = /\b(?:attach|vacuum|pragma|load_extension|readfile|writefile|edit)\b/i;
    return query === undefined || leaves.test(query) ? undefined : { kind: "internal", tool };
  };
}

/** MCP tools are `server-tool` before the call and `server/tool` when permission is asked for. */
export function copilotToolPayload(tool: string, input: unknown, cwd: string): RequestPayload {
  if (tools.has(tool)) {
    return readTool(tools, tool, input, cwd);
  }
  const name = tool.replace(/^mcp__/, "");
  return (
    mcpCall(name, "", "/", input) ??
    (name === tool ? mcpCall(name, "", "-", input) : mcpCall(name, "", "__", input)) ?? {
      kind: "tool",
      tool,
      input,
    }
  );
}
