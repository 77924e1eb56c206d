import { isJsonObject, stringField, type JsonObject } from "../../../base/json.ts";
import type { RequestPayload } from "../../../model/request.ts";
import { patches } from "../apply-patch.ts";
import {
  fetches,
  fetchesEach,
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
import { quoteWord } from "../shell-quoting.ts";

/**
 * The tools of VS Code's agent mode, by native name. Left out on purpose, and so judged as unknown tools: what runs code
 * that the call does not show (`run_notebook_cell`, `run_vscode_command`, `run_playwright_code`, `install_extension`,
 * clicks and typing in the built-in browser).
 */
const tools: ToolTable = new Map<string, ToolReader>([
  ["run_in_terminal", shell("command")],
  // The text may reach a program that waits for input instead of a shell, hence no known grammar.
  ["send_to_terminal", shell("command", "unknown")],
  ["create_and_run_task", newTask],
  ["run_task", existingTask],
  ["install_python_packages", pythonPackages],
  ["read_file", reads("filePath")],
  ["view_image", reads("filePath")],
  ["read_notebook_cell_output", reads("filePath")],
  ["copilot_getNotebookSummary", reads("filePath")],
  ["list_dir", reads("path", "list")],
  ["file_search", searches(undefined, undefined, "list")],
  ["test_search", searches(undefined, undefined, "list")],
  ["grep_search", searches(undefined, "includePattern", "search")],
  ["semantic_search", searches(undefined, undefined, "search")],
  ["get_changed_files", searches("repositoryPath", undefined, "search")],
  ["create_file", writes("filePath", "content")],
  ["create_directory", writes("dirPath")],
  ["replace_string_in_file", writes("filePath", "newString")],
  ["multi_replace_string_in_file", writesEach("replacements", "filePath", "newString")],
  ["insert_edit_into_file", writes("filePath", "code")],
  ["edit_notebook_file", writes("filePath", "newCode")],
  ["apply_patch", patches("input")],
  ["fetch_webpage", fetchesEach("urls")],
  ["open_browser_page", fetches("url")],
  ["open_simple_browser", fetches("url")],
  ["navigate_page", fetches("url")],
  ...[
    "runSubagent",
    "search_subagent",
    "explore_subagent",
    "execution_subagent",
    "runTests",
    "manage_todo_list",
    "ask_questions",
    "vscode_askQuestions",
    "think",
    "tool_search",
    "tool_search_tool_regex",
    "get_errors",
    "test_failure",
    "get_terminal_output",
    "terminal_last_command",
    "terminal_selection",
    "get_task_output",
    "await_terminal",
    "kill_terminal",
    "get_search_view_results",
    "get_vscode_api",
    "get_project_setup_info",
    "list_code_usages",
    "vscode_listCodeUsages",
    "vscode_searchExtensions_internal",
    "renderMermaidDiagram",
    "read_page",
    "screenshot_page",
    "github_repo",
    "github_text_search",
    "memory",
    "resolve_memory_file_uri",
    "switch_agent",
    "vscode_get_confirmation",
    "vscode_get_terminal_confirmation",
    "configure_notebook",
    "configure_python_environment",
    "get_python_environment_details",
    "get_python_executable_details",
    "notebook_list_packages",
  ].map(internal),
]);

/** What the tool call of VS Code's local harness would do. */
export function localToolPayload(tool: string, input: unknown, cwd: string): RequestPayload {
  return mcpCall(tool, "mcp_", "_", input) ?? readTool(tools, tool, input, cwd);
}

/** Members of a task that change nothing in what it runs. What is not listed (`linux`, `options`, `dependsOn`) may. */
const taskMembers: ReadonlySet<string> = new Set([
  "label",
  "type",
  "command",
  "args",
  "isBackground",
  "problemMatcher",
  "group",
  "detail",
  "presentation",
]);

/** A task that the call itself describes: one program with arguments, or one shell command line. */
function newTask(input: JsonObject): RequestPayload | undefined {
  const task = Object.hasOwn(input, "task") ? input["task"] : undefined;
  if (!isJsonObject(task) || !Object.keys(task).every((name) => taskMembers.has(name))) {
    return undefined;
  }
  const command = stringField(task, "command");
  const args = Object.hasOwn(task, "args") ? task["args"] : [];
  if (command === undefined || !Array.isArray(args)) {
    return undefined;
  }
  const words: string[] = [];
  for (const arg of args) {
    const word = typeof arg === "string" ? taskWord(arg) : undefined;
    if (word === undefined) {
      return undefined;
    }
    words.push(word);
  }
  return { kind: "shell", command: [command, ...words].join(" "), shell: "bash" };
}

/**
 * An argument of a task as the shell gets it: the editor quotes what holds a blank and nothing else, so that `&&` and `$(…)` are
 * the shell's. Undefined where blanks and quotes come together: whether it quotes then depends on the shell.
 */
function taskWord(arg: string): string | undefined {
  if (!arg.includes(" ")) {
    return arg;
  }
  return /['"`\\]/.test(arg) ? undefined : quoteWord(arg);
}

/** The Python extension's tool runs pip with the names of packages. */
function pythonPackages(input: JsonObject): RequestPayload | undefined {
  const list = Object.hasOwn(input, "packageList") ? input["packageList"] : undefined;
  return Array.isArray(list) && list.every((name): name is string => typeof name === "string")
    ? { kind: "shell", command: ["pip", "install", ...list.map(quoteWord)].join(" "), shell: "bash" }
    : undefined;
}

/** `npm: build` is the one kind of existing task whose command its name tells; the others stay unknown. */
function existingTask(input: JsonObject): RequestPayload | undefined {
  const script = /^npm: ([\w:.-]+)$/.exec(stringField(input, "id") ?? "")?.[1];
  return script === undefined
    ? undefined
    : { kind: "shell", command: `npm run ${quoteWord(script)}`, shell: "bash" };
}
