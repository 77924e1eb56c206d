import assert from "node:assert/strict";
import { test } from "node:test";
import type { RequestPayload } from "../../../src/model/request.ts";
import { patchedFiles } from "../../../src/boundary/hooks/apply-patch.ts";
import { toolPayload } from "../../../src/boundary/hooks/claude-code/tools.ts";
import { geminiToolPayload } from "../../../src/boundary/hooks/gemini-cli/tools.ts";
import { absolute } from "../../../src/boundary/hooks/native-tool.ts";
import { promptPayload } from "../../../src/boundary/hooks/prompt.ts";
import { copilotToolPayload } from "../../../src/boundary/hooks/vscode/copilot-tools.ts";
import { localToolPayload } from "../../../src/boundary/hooks/vscode/tools.ts";

type Case = readonly [tool: string, input: unknown, wanted: RequestPayload];

const get = (url: string): RequestPayload => ({ kind: "http", method: "GET", url, headers: {} });
const shell = (command: string): RequestPayload => ({ kind: "shell", command, shell: "bash" });
const content = (...paths: string[]): RequestPayload => ({ kind: "file_read", paths, scope: "content" });
const write = (path: string, text?: string): RequestPayload => ({
  kind: "file_write",
  changes: [{ path, change: "write", ...(text === undefined ? {} : { content: text }) }],
});
const unknown = (tool: string, input: unknown): RequestPayload => ({ kind: "tool", tool, input });

const claude: readonly Case[] = [
  ["PowerShell", { command: "ls" }, { kind: "shell", command: "ls", shell: "powershell" }],
  [
    "MultiEdit",
    { file_path: "a", edits: [{ new_string: "x" }, { new_string: "y" }] },
    {
      kind: "file_write",
      changes: [
        { path: "/w/a", change: "write", content: "x" },
        { path: "/w/a", change: "write", content: "y" },
      ],
    },
  ],
  ["NotebookEdit", { notebook_path: "/w/n.ipynb", new_source: "1" }, write("/w/n.ipynb", "1")],
  ["Read", { file_path: "~/.aws/credentials" }, content("~/.aws/credentials")],
  ["Read", { file_path: "../x/.env" }, content("/x/.env")],
  [
    "Grep",
    { pattern: "KEY", glob: ".env" },
    { kind: "file_read", paths: ["/w", "/w/.env"], scope: "search", pattern: "KEY" },
  ],
  ["LS", { path: "/etc" }, { kind: "file_read", paths: ["/etc"], scope: "list" }],
  ["TodoWrite", { todos: [] }, { kind: "internal", tool: "TodoWrite" }],
  ["WebSearch", { query: "x" }, { kind: "internal", tool: "WebSearch" }],
  [
    "mcp__my_server__do__it",
    { a: 1 },
    { kind: "mcp_call", server: "my_server", tool: "do__it", input: { a: 1 } },
  ],
  ["mcp__", {}, unknown("mcp__", {})],
  ["mcp__server__", {}, unknown("mcp__server__", {})],
  [
    "ReadMcpResourceTool",
    { server: "s", uri: "u" },
    { kind: "mcp_call", server: "s", tool: "resources/read", input: { server: "s", uri: "u" } },
  ],
  ["Bash", { command: ["rm", "-rf"] }, unknown("Bash", { command: ["rm", "-rf"] })],
  ["Bash", "rm -rf /", unknown("Bash", "rm -rf /")],
  ["Write", {}, unknown("Write", {})],
  ["constructor", {}, unknown("constructor", {})],
  ["RemoteTrigger", { to: "x" }, unknown("RemoteTrigger", { to: "x" })],
];

const local: readonly Case[] = [
  [
    "create_and_run_task",
    { task: { type: "shell", command: "npm", args: ["run", "it is"] } },
    shell(`npm run 'it is'`),
  ],
  // The editor leaves everything without a blank to the shell.
  [
    "create_and_run_task",
    { task: { label: "x", command: "echo", args: ["hi", "&&", "rm", "-rf", "$(cat", "x)"] } },
    shell("echo hi && rm -rf $(cat x)"),
  ],
  ...[
    { command: "echo", args: [`a' ; rm -rf / '`] },
    { command: "echo", linux: { command: "rm -rf /" } },
    { command: "echo", options: { shell: { executable: "/tmp/x" } } },
    { command: "echo", dependsOn: ["other"] },
  ].map((task): Case => ["create_and_run_task", { task }, unknown("create_and_run_task", { task })]),
  ["create_and_run_task", { task: { command: "make" } }, shell("make")],
  [
    "create_and_run_task",
    { task: { command: "make", args: [{ value: "x" }] } },
    unknown("create_and_run_task", { task: { command: "make", args: [{ value: "x" }] } }),
  ],
  ["run_task", { id: "npm: build" }, shell("npm run build")],
  ["run_task", { id: "shell: deploy" }, unknown("run_task", { id: "shell: deploy" })],
  ["run_notebook_cell", { filePath: "/w/n.ipynb" }, unknown("run_notebook_cell", { filePath: "/w/n.ipynb" })],
  ["run_vscode_command", { commandId: "x" }, unknown("run_vscode_command", { commandId: "x" })],
  ["install_extension", { id: "x" }, unknown("install_extension", { id: "x" })],
  ["run_playwright_code", { code: "x" }, unknown("run_playwright_code", { code: "x" })],
  ["read_file", { filePath: "file:///w/a%20b/.env" }, content("/w/a b/.env")],
  ["read_file", { filePath: "file:/h/id_rsa?x#y" }, content("/h/id_rsa")],
  ["read_file", { filePath: " FILE:///h/id_rsa" }, content("/h/id_rsa")],
  ["create_file", { filePath: "C:/x.txt" }, write("C:/x.txt")],
  ...["vscode-userdata:/User/settings.json", "vscode-remote://ssh/h/.ssh/id_rsa", "untitled:x"].flatMap(
    (filePath): Case[] => [
      ["read_file", { filePath }, unknown("read_file", { filePath })],
      ["create_file", { filePath, content: "{}" }, unknown("create_file", { filePath, content: "{}" })],
    ],
  ),
  [
    "apply_patch",
    { input: "*** Begin Patch\n*** Update File: vscode-userdata:/User/settings.json\n+x\n*** End Patch" },
    unknown("apply_patch", {
      input: "*** Begin Patch\n*** Update File: vscode-userdata:/User/settings.json\n+x\n*** End Patch",
    }),
  ],
  [
    "apply_patch",
    { input: "*** Add File: a\n+x\n***Update File:b\n+y" },
    unknown("apply_patch", { input: "*** Add File: a\n+x\n***Update File:b\n+y" }),
  ],
  ["fetch_webpage", { urls: ["file:///w/.env", "fi\nle:/h/x"] }, content("/w/.env", "/h/x")],
  [
    "fetch_webpage",
    { urls: ["https://a.example", "file:///w/.env"] },
    unknown("fetch_webpage", { urls: ["https://a.example", "file:///w/.env"] }),
  ],
  ["open_browser_page", { url: "localhost:3000/x" }, get("localhost:3000/x")],
  ...["view-source:file:///w/.env", "vscode://x", "javascript:1", "data:text/html,x"].map((url): Case => [
    "open_browser_page",
    { url },
    unknown("open_browser_page", { url }),
  ]),
  ["view_image", { filePath: "/w/a.png" }, content("/w/a.png")],
  ["list_dir", { path: "/w" }, { kind: "file_read", paths: ["/w"], scope: "list" }],
  ["file_search", { query: "**/.env" }, { kind: "file_read", paths: ["/w"], scope: "list" }],
  [
    "grep_search",
    { query: "KEY", includePattern: ".env" },
    { kind: "file_read", paths: ["/w", "/w/.env"], scope: "search" },
  ],
  ["semantic_search", { query: "KEY" }, { kind: "file_read", paths: ["/w"], scope: "search" }],
  [
    "multi_replace_string_in_file",
    {
      replacements: [
        { filePath: "/w/a", newString: "1" },
        { filePath: "b", newString: "2" },
      ],
    },
    {
      kind: "file_write",
      changes: [
        { path: "/w/a", change: "write", content: "1" },
        { path: "/w/b", change: "write", content: "2" },
      ],
    },
  ],
  [
    "multi_replace_string_in_file",
    { replacements: [{ newString: "1" }] },
    unknown("multi_replace_string_in_file", { replacements: [{ newString: "1" }] }),
  ],
  ["insert_edit_into_file", { filePath: "/w/a", code: "1" }, write("/w/a", "1")],
  ["create_directory", { dirPath: "/w/d" }, write("/w/d")],
  ["apply_patch", { input: "no patch at all" }, unknown("apply_patch", { input: "no patch at all" })],
  ["fetch_webpage", { urls: ["https://a.example/"] }, get("https://a.example/")],
  [
    "fetch_webpage",
    { urls: ["https://a.example/", "https://b.example/"] },
    {
      kind: "http",
      method: "GET",
      url: "https://a.example/",
      headers: {},
      moreUrls: ["https://b.example/"],
    },
  ],
  ["fetch_webpage", { urls: [] }, unknown("fetch_webpage", { urls: [] })],
  ["open_browser_page", { url: "https://a.example/" }, get("https://a.example/")],
  ["mcp_github_create_issue", {}, { kind: "mcp_call", server: "github", tool: "create_issue", input: {} }],
  ["manage_todo_list", {}, { kind: "internal", tool: "manage_todo_list" }],
  ["install_python_packages", { packageList: ["requests", "a;b"] }, shell("pip install requests 'a;b'")],
  [
    "install_python_packages",
    { packageList: "requests" },
    unknown("install_python_packages", { packageList: "requests" }),
  ],
  ["click_element", { ref: "e1" }, unknown("click_element", { ref: "e1" })],
  ["some_new_tool", { x: 1 }, unknown("some_new_tool", { x: 1 })],
];

const copilot: readonly Case[] = [
  ["view", { path: "a" }, content("/w/a")],
  ["Edit", { file_path: "/w/a", new_string: "x" }, write("/w/a", "x")],
  ["write_bash", { input: "y\n" }, { kind: "shell", command: "y\n", shell: "unknown" }],
  ["railway/volume_delete", {}, { kind: "mcp_call", server: "railway", tool: "volume_delete", input: {} }],
  ["my-server/do-it", {}, { kind: "mcp_call", server: "my-server", tool: "do-it", input: {} }],
  ["mcp__s__t", {}, { kind: "mcp_call", server: "s", tool: "t", input: {} }],
  ["report_intent", {}, { kind: "internal", tool: "report_intent" }],
  ["sql", { query: "UPDATE todos SET done = 1" }, { kind: "internal", tool: "sql" }],
  ["sql", { query: "attach 'x.db' as x" }, unknown("sql", { query: "attach 'x.db' as x" })],
  ["sql", {}, unknown("sql", {})],
  ["something", {}, unknown("something", {})],
];

const gemini: readonly Case[] = [
  ["invoke_agent", { agent_name: "generalist" }, { kind: "internal", tool: "invoke_agent" }],
  ["invoke_agent", { agent_name: "a-remote-one" }, unknown("invoke_agent", { agent_name: "a-remote-one" })],
  ["read_background_output", { pid: 1 }, { kind: "internal", tool: "read_background_output" }],
];

function check(
  title: string,
  cases: readonly Case[],
  read: (tool: string, input: unknown) => RequestPayload,
): void {
  for (const [tool, input, wanted] of cases) {
    test(`${title}: ${tool} ${JSON.stringify(input).slice(0, 60)}`, () => {
      assert.deepEqual(read(tool, input), wanted);
    });
  }
}

check("Claude Code", claude, (tool, input) => toolPayload({ tool_input: input as never }, tool, "/w"));
check("VS Code", local, (tool, input) => localToolPayload(tool, input, "/w"));
check("Copilot", copilot, (tool, input) => copilotToolPayload(tool, input, "/w"));
check("Gemini CLI", gemini, (tool, input) => geminiToolPayload({ tool_input: input as never }, tool, "/w"));

test("a patch names every file that it adds, changes, moves and deletes", () => {
  const patch = [
    "*** Begin Patch",
    "*** Add File: new.txt",
    "+one",
    "+two",
    "*** Update File: /w/old.txt",
    "*** Move to: sub/moved.txt",
    "@@",
    "-a",
    "+b",
    "*** Delete File: gone.txt",
    "*** End Patch",
  ].join("\r\n");
  assert.deepEqual(patchedFiles(patch, "/w"), [
    { path: "/w/new.txt", change: "write", content: "one\ntwo\n" },
    { path: "/w/old.txt", change: "write" },
    { path: "/w/sub/moved.txt", change: "write", content: "b\n" },
    { path: "/w/gone.txt", change: "delete" },
  ]);
  assert.deepEqual(
    patchedFiles("--- a/x.txt\n+++ b/x.txt\n@@ -1 +1 @@\n-a\n+b\n--- a/y\n+++ /dev/null\n", "/w").map(
      ({ path }) => path,
    ),
    ["/w/x.txt", "/w/y"],
  );
});

const prompts: readonly (readonly [text: string, attachments: readonly string[]])[] = [
  ["do it", []],
  ["mail me@example.com about it", []],
  ["look at @.env", ["/w/.env"]],
  ["(see @src/a.ts#L3-9).", ["/w/src/a.ts#L3-9).", "/w/src/a.ts"]],
  ['use @"my file.txt", please', ["/w/my file.txt"]],
  ["@~/.aws/credentials and @/etc/passwd", ["~/.aws/credentials", "/etc/passwd"]],
  ["#file:.env.production?", ["/w/.env.production?", "/w/.env.production"]],
  ["a\n@b\n@c", ["/w/b", "/w/c"]],
];

for (const [text, attachments] of prompts) {
  test(`the prompt ${JSON.stringify(text)} brings ${attachments.length} names`, () => {
    assert.deepEqual(promptPayload(text, "/w"), { kind: "prompt", text, attachments });
  });
}

test("paths become absolute and nothing else", () => {
  assert.equal(absolute("a/../b", "/w"), "/w/b");
  assert.equal(absolute("/a/../b", "/w"), "/a/../b");
  assert.equal(absolute("C:\\x", "/w"), "C:\\x");
  assert.equal(absolute("file://host/a%zz", "/w"), "/a%zz");
});
