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
import { record } from "../record/recorded-requests.ts";

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

let refreshes = 0;
const told: Told[] = [];
const listeners = new Set<() => void>();

before(async () => {
  workspace = realpathSync(mkdtempSync(join(tmpdir(), "sb-lsp-")));
  mkdirSync(join(workspace, ".governance"));
  writeFileSync(join(workspace, "README.md"), "");
  uri = pathToFileURL(join(workspace, ".governance", "policy.yaml")).href;
  const home = join(workspace, "home");
  server = spawn(process.execPath, [program, "--stdio"], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, HOME: home },
  });
  record({ cwd: workspace, home }, undefined, [
    { payload: { kind: "shell", command: "railway up", shell: "bash" } },
    { payload: { kind: "shell", command: "ls", shell: "bash" } },
  ]);
  assert.ok(server.stdout !== null && server.stdin !== null);
  connection = createMessageConnection(
    new StreamMessageReader(server.stdout),
    new StreamMessageWriter(server.stdin),
  );
  connection.onNotification("textDocument/publishDiagnostics", (message: Told) => {
    told.push(message);
    listeners.forEach((listener) => listener());
  });
  connection.onRequest("workspace/codeLens/refresh", () => {
    refreshes++;
    listeners.forEach((listener) => listener());
    return null;
  });
  connection.listen();
  const closed = join(workspace, "closed");
  mkdirSync(join(closed, ".governance"), { recursive: true });
  writeFileSync(join(closed, ".governance", "policy.yaml"), "polices: {}\n");
  await connection.sendRequest("initialize", {
    processId: process.pid,
    rootUri: null,
    capabilities: { workspace: { codeLens: { refreshSupport: true } } },
    initializationOptions: { commands: true },
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
  })) as { label: string; command?: { command: string } }[];
  const item = items.find(({ label }) => label === "railway:volume_delete");
  assert.equal(items.find(({ label }) => label === "api")?.command?.command, "editor.action.triggerSuggest");
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

interface Span {
  readonly start: { readonly line: number; readonly character: number };
  readonly end: { readonly line: number; readonly character: number };
}

const shop = `credentials:
  shop_key:
    provider: railway
session_scope:
  signal:
    allowed_credentials: [shop_key]
policies:
  control:
    - provider: railway
`;

test("language server: definition, references and rename of a credential", async () => {
  await write(shop);
  const at = { textDocument: { uri }, position: { line: 5, character: 28 } };
  const declared = { start: { line: 1, character: 2 }, end: { line: 1, character: 10 } };
  const used = { start: { line: 5, character: 26 }, end: { line: 5, character: 34 } };
  assert.deepEqual(await connection.sendRequest("textDocument/definition", at), [{ uri, range: declared }]);
  const places = await connection.sendRequest("textDocument/references", {
    ...at,
    context: { includeDeclaration: false },
  });
  assert.deepEqual(places, [{ uri, range: used }]);
  assert.deepEqual(await connection.sendRequest("textDocument/prepareRename", at), {
    range: used,
    placeholder: "shop_key",
  });
  assert.deepEqual(await connection.sendRequest("textDocument/rename", { ...at, newName: "key" }), {
    changes: { [uri]: [declared, used].map((range) => ({ range, newText: "key" })) },
  });
  await assert.rejects(
    connection.sendRequest("textDocument/rename", { ...at, newName: "railway_cli_admin_token" }),
    /credential of the catalogue/,
  );
});

test("language server: an outline, and a text that is put in order", async () => {
  await write(shop);
  const symbols = (await connection.sendRequest("textDocument/documentSymbol", {
    textDocument: { uri },
  })) as { name: string; range: Span }[];
  assert.deepEqual(
    symbols.map(({ name, range }) => [name, range.start.line]),
    [
      ["credentials", 0],
      ["session_scope", 3],
      ["policies", 6],
    ],
  );
  const options = { tabSize: 2, insertSpaces: true };
  const format = (): Promise<unknown> =>
    connection.sendRequest("textDocument/formatting", { textDocument: { uri }, options });
  assert.deepEqual(await format(), []);
  await write(shop.replace("    - provider", "    -   provider"));
  const line = { start: { line: 8, character: 0 }, end: { line: 9, character: 0 } };
  assert.deepEqual(await format(), [{ range: line, newText: "    - provider: railway\n" }]);
});

test("language server: what a rule would have done with the recorded requests is told above it and on hover", async () => {
  const before = refreshes;
  await write(shop);
  const lenses = async (): Promise<readonly { range: Span; command: { title: string } }[]> =>
    connection.sendRequest("textDocument/codeLens", { textDocument: { uri } });
  let found = await lenses();
  if (found.length === 0) {
    await new Promise<void>((resolve) => {
      const look = (): void => (refreshes > before ? resolve() : void listeners.add(look));
      look();
    });
    found = await lenses();
  }
  assert.deepEqual(
    found.map(({ range, command }) => [range.start.line, command.title]),
    [[8, "would have asked about 1 of the last 2 requests"]],
  );
  const hovered = (await connection.sendRequest("textDocument/hover", {
    textDocument: { uri },
    position: { line: 8, character: 8 },
  })) as { contents: { value: string } };
  assert.match(hovered.contents.value, /This rule would have asked about 1 of the last 2 requests/);
});

test("language server: a saved policy that nobody approved says so, and how it is approved", async () => {
  const command = "signalbox.approvePolicy";
  await write(shop);
  const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
  const asked = async (): Promise<readonly [lens: boolean, action: boolean]> => {
    const lenses: readonly { command: { command: string } }[] = await connection.sendRequest(
      "textDocument/codeLens",
      { textDocument: { uri } },
    );
    const actions: readonly { command?: { command: string } }[] = await connection.sendRequest(
      "textDocument/codeAction",
      { textDocument: { uri }, range, context: { diagnostics: [] } },
    );
    return [
      lenses.some((lens) => lens.command.command === command),
      actions.some((action) => action.command?.command === command),
    ];
  };
  assert.deepEqual(await asked(), [false, false], "it is not saved");
  writeFileSync(fileURLToPath(uri), shop);
  assert.deepEqual(await asked(), [true, true]);
  rmSync(fileURLToPath(uri));
});

test("language server: a template and a file behind `extends` are opened by their names", async () => {
  writeFileSync(join(workspace, ".governance", "base.yaml"), "version: 1\n");
  await write("extends: [./base.yaml, 'signalbox:railway/domains', ./none.yaml]\n");
  const at = async (character: number): Promise<readonly { uri: string }[]> =>
    connection.sendRequest("textDocument/definition", {
      textDocument: { uri },
      position: { line: 0, character },
    });
  assert.equal((await at(13))[0]?.uri, new URL("base.yaml", uri).href);
  assert.match((await at(30))[0]?.uri ?? "", /templates\/railway\/domains\.yaml$/);
  assert.deepEqual(await at(54), []);
});

test("language server: every request at every place of a broken policy is answered, and of what is no policy", async () => {
  const text = `${shop.replace("    provider", "  - provider")}sessions: [{ "na\n`;
  await write(text);
  const other = [
    "untitled:Untitled-1",
    "file:///w/notes.yaml",
    new URL("catalogue/own.yaml", uri).href,
    "file://%zz/.governance/policy.yaml",
  ];
  for (const each of other) {
    const textDocument = { uri: each, version: 1, languageId: "yaml", text: "a: [" };
    await connection.sendNotification("textDocument/didOpen", { textDocument });
  }
  const lines = text.split("\n");
  const places = lines.flatMap((line, index) =>
    Array.from({ length: Math.ceil((line.length + 1) / 5) }, (_, step) => ({
      line: index,
      character: step * 5,
    })),
  );
  const beyond = [
    { line: 0, character: 999 },
    { line: 999, character: 0 },
  ];
  const asked = [uri, ...other].flatMap((each) =>
    (each === uri ? [...places, ...beyond] : beyond).flatMap((position) => {
      const at = { textDocument: { uri: each }, position };
      return [
        connection.sendRequest("textDocument/completion", at),
        connection.sendRequest("textDocument/hover", at),
        connection.sendRequest("textDocument/definition", at),
        connection.sendRequest("textDocument/references", { ...at, context: { includeDeclaration: true } }),
        // What cannot be renamed is refused, which is an answer.
        connection.sendRequest("textDocument/prepareRename", at).catch((error: unknown) => {
          assert.match(String(error), /renamed|declared|catalogue/);
        }),
        connection.sendRequest("textDocument/codeAction", {
          ...at,
          range: { start: position, end: position },
          context: { diagnostics: [] },
        }),
      ];
    }),
  );
  await Promise.all(asked);
  for (const each of [uri, ...other]) {
    const textDocument = { uri: each };
    await connection.sendRequest("textDocument/documentSymbol", { textDocument });
    await connection.sendRequest("textDocument/codeLens", { textDocument });
    await connection.sendRequest("textDocument/formatting", {
      textDocument,
      options: { tabSize: 2, insertSpaces: true },
    });
  }
  assert.equal(server.exitCode, null);
});

test("language server: a test file is completed with the rules of the policy that it tests", async () => {
  await write(shop);
  const tests = new URL("policy.test.yaml", uri).href;
  const text = "cases:\n  - run: railway up\n    expect: { verdict: ask, rule:  }\n";
  const textDocument = { uri: tests, version: 1, languageId: "yaml", text };
  await connection.sendNotification("textDocument/didOpen", { textDocument });
  const items: readonly { label: string }[] = await connection.sendRequest("textDocument/completion", {
    textDocument: { uri: tests },
    position: { line: 2, character: 34 },
  });
  assert.deepEqual(
    items.map(({ label }) => label),
    ["/policies/control/0"],
  );
  const hovered: { contents: { value: string } } = await connection.sendRequest("textDocument/hover", {
    textDocument: { uri: tests },
    position: { line: 2, character: 6 },
  });
  assert.match(hovered.contents.value, /What has to become of the request/);
});
