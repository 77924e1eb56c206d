import { isJsonObject, stringField, type JsonObject } from "../../../base/json.ts";
import type { RequestPayload } from "../../../model/request.ts";
import {
  absolute,
  fetches,
  internal,
  isForeign,
  reads,
  readTool,
  searches,
  shell,
  writes,
  type ToolReader,
  type ToolTable,
} from "../native-tool.ts";

/**
 * Cursor's own tools, by native name. Left out on purpose, and so judged as unknown tools: what is typed into a running shell
 * without being shown (`WriteShellStdin`), and what works the whole screen (`ComputerUse`, `RecordScreen`).
 */
const tools: ToolTable = new Map<string, ToolReader>([
  ["Shell", shell("command")],
  ["Read", reads("file_path")],
  ["Write", writes("file_path", "content")],
  ["Delete", deletes],
  ["Grep", searches("file_path", "glob", "search")],
  ["List", reads("file_path", "list")],
  ["Fetch", fetches("url")],
  ["FetchMcpResource", mcpResource],
  ...["Task", "ReadLints", "ListMcpResources", "TodoWrite", "WebSearch"].map(internal),
]);

const mcpPrefix = "MCP:";

/**
 * What the tool call of a `preToolUse` payload would do. A call of an MCP tool does not name its server here: it is decided in
 * `beforeMCPExecution`, which comes next and does.
 */
export function cursorToolPayload(tool: string, input: unknown, cwd: string): RequestPayload {
  return tool.startsWith(mcpPrefix) && tool.length > mcpPrefix.length
    ? { kind: "internal", tool }
    : readTool(tools, tool, input, cwd);
}

function deletes(input: JsonObject, cwd: string): RequestPayload | undefined {
  const path = stringField(input, "file_path");
  return path === undefined || isForeign(path)
    ? undefined
    : { kind: "file_write", changes: [{ path: absolute(path, cwd), change: "delete" }] };
}

/** A resource that is stored as a file as well does two things at once: nobody knows that tool here. */
function mcpResource(input: JsonObject): RequestPayload | undefined {
  const server = stringField(input, "server");
  const stores = Object.hasOwn(input, "download_path") && input["download_path"] !== null;
  return server === undefined || stores
    ? undefined
    : { kind: "mcp_call", server, tool: "resources/read", input };
}

/** The files of `attachments`, which a prompt or a read brings into the context; undefined where one of them has no path. */
export function attachedFiles(attachments: unknown, cwd: string): readonly string[] | undefined {
  if (attachments === undefined || attachments === null) {
    return [];
  }
  if (!Array.isArray(attachments)) {
    return undefined;
  }
  const paths: string[] = [];
  for (const attachment of attachments as readonly unknown[]) {
    const path = isJsonObject(attachment)
      ? (stringField(attachment, "file_path") ?? stringField(attachment, "filePath"))
      : undefined;
    if (path === undefined) {
      return undefined;
    }
    paths.push(absolute(path, cwd));
  }
  return paths;
}
