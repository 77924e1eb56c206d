import { stringField, type JsonObject } from "../../../base/json.ts";
import type { RequestPayload } from "../../../model/request.ts";
import { patches } from "../apply-patch.ts";
import {
  internal,
  mcpCall,
  reads,
  readTool,
  shell,
  type ToolReader,
  type ToolTable,
} from "../native-tool.ts";

/** Codex's own tools (0.169), by the names that hooks are told. Files are read by shell commands. */
const tools: ToolTable = new Map<string, ToolReader>([
  ["Bash", shell("command")],
  ["apply_patch", patches("command")],
  ["view_image", reads("path")],
  ["read_mcp_resource", mcpResource],
  ...["update_plan", "list_mcp_resources", "list_mcp_resource_templates", "request_user_input"].map(internal),
]);

export function codexToolPayload(tool: string, input: unknown, cwd: string): RequestPayload {
  return mcpCall(tool, "mcp__", "__", input) ?? readTool(tools, tool, input, cwd);
}

function mcpResource(input: JsonObject): RequestPayload | undefined {
  const server = stringField(input, "server");
  return server === undefined ? undefined : { kind: "mcp_call", server, tool: "resources/read", input };
}
