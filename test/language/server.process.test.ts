import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import {
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type MessageConnection,
} from "vscode-languageserver/node";

const program = fileURLToPath(new URL("../../src/language/server.ts", import.meta.url));

let server: ChildProcess;
let connection: MessageConnection;
let workspace: string;
let uri: string;

interface Told {
  readonly uri: string;
  readonly version?: number;
  readonly diagnostics: readonly {
    readonly code: string;
    readonly codeDescription?: { readonly href: string };
    readonly message: string;
    readonly range: object;
  }[];
}

const told: Told[] = [];
const listeners = new Set<() => void>();

before(async () => {
  workspace = realpathSync(mkdtempSync(join(tmpdir(), "sb-lsp-")));
  mkdirSync(join(workspace, ".governance"));
  writeFileSync(join(workspace, "README.md"), "");
  uri = pathToFileURL(join(workspace, ".governance", "policy.yaml")).href;
  server = spawn(process.execPath, [program, "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
  assert.ok(server.stdout !== null && server.stdin !== null);
  connection = createMessageConnection(
    new StreamMessageReader(server.stdout),
    new StreamMessageWriter(server.stdin),
  );
  connection.onNotification("textDocument/publishDiagnostics", (message: Told) => {
    told.push(message);
    listeners.forEach((listener) => listener());
  });
  connection.listen();
  const closed = join(workspace, "closed");
  mkdirSync(join(closed, ".governance"), { recursive: true });
  writeFileSync(join(closed, ".governance", "policy.yaml"), "polices: {}\n");
  await connection.sendRequest("initialize", {
    processId: process.pid,
    rootUri: null,
    capabilities: {},
    workspaceFolders: [{ uri: pathToFileURL(closed).href, name: "closed" }],
  });
  await connection.sendNotification("initialized", {});
});

after(() => {
  connection.dispose();
  server.kill();
  rmSync(workspace, { recursive: true, force: true });
});

let version = 0;

/** Opens the policy with a text, or replaces its text, and resolves with what is wrong with it. */
async function write(text: string): Promise<Told["diagnostics"]> {
  version++;
  const document = { uri, version };
  await (version === 1
    ? connection.sendNotification("textDocument/didOpen", {
        textDocument: { ...document, languageId: "yaml", text },
      })
    : connection.sendNotification("textDocument/didChange", {
        textDocument: document,
        contentChanges: [{ text }],
      }));
  return (await hears((message) => message.uri === uri && message.version === version)).diagnostics;
}

/** The first message of that kind that came, or will come. */
function hears(wanted: (message: Told) => boolean): Promise<Told> {
  return new Promise((resolve) => {
    const look = (): void => {
      const found = told.find(wanted);
      if (found !== undefined) {
        listeners.delete(look);
        resolve(found);
      }
    };
    listeners.add(look);
    look();
  });
}

test("language server: the policies of the window's folders are checked unopened, and again when they change", async () => {
  const file = join(workspace, "closed", ".governance", "policy.yaml");
  const address = pathToFileURL(file).href;
  const broken = await hears((message) => message.uri === address);
  assert.equal(broken.diagnostics[0]?.code, "policy/unknown-key");
  writeFileSync(file, "policies: {}\n");
  await connection.sendNotification("workspace/didChangeWatchedFiles", {
    changes: [{ uri: address, type: 2 }],
  });
  await hears((message) => message.uri === address && message.diagnostics.length === 0);
});

test("language server: a mistake is told with its code, and its fix mends it", async () => {
  const text = "polices:\n  kill: []\n";
  const [diagnostic] = await write(text);
  assert.equal(diagnostic?.code, "policy/unknown-key");
  assert.match(diagnostic.codeDescription?.href ?? "", /^file:.*reference\.md#L\d+$/);
  const actions = (await connection.sendRequest("textDocument/codeAction", {
    textDocument: { uri },
    range: diagnostic.range,
    context: { diagnostics: [] },
  })) as { title: string; edit: { changes: Record<string, { newText: string }[]> } }[];
  assert.equal(actions[0]?.edit.changes[uri]?.[0]?.newText, "policies");
  assert.deepEqual(await write(text.replace("polices", "policies")), []);
});

test("language server: completion and its documentation, hover", async () => {
  await write("session_scope:\n  domain:\n    blocked_actions:\n      - rail\n");
  const position = { line: 3, character: 12 };
  const items = (await connection.sendRequest("textDocument/completion", {
    textDocument: { uri },
    position,
  })) as {
    label: string;
  }[];
  const item = items.find(({ label }) => label === "railway:volume_delete");
  assert.ok(item !== undefined);
  const resolved = (await connection.sendRequest("completionItem/resolve", item)) as {
    documentation: { value: string };
  };
  assert.match(resolved.documentation.value, /cannot be undone/);
  const hovered = (await connection.sendRequest("textDocument/hover", {
    textDocument: { uri },
    position: { line: 1, character: 4 },
  })) as { contents: { value: string } };
  assert.match(hovered.contents.value, /\*\*domain\*\*/);
});

test("language server: files of the workspace are offered", async () => {
  await write("session_scope:\n  signal:\n    allowed_files:\n      - \n");
  const items = (await connection.sendRequest("textDocument/completion", {
    textDocument: { uri },
    position: { line: 3, character: 8 },
  })) as { label: string }[];
  assert.ok(items.some(({ label }) => label === "./README.md"));
});
