import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import {
  scanWorkspace,
  type ScanLimits,
  type WorkspaceScan,
} from "../../../src/boundary/checklist/workspace-scan.ts";
import { digestOf } from "../../../src/record/digest.ts";

/** In the form of a key, and nobody's. */
const tokenLike = `ghp${"_"}${digestOf("a token that is not real").slice(0, 36)}`;

interface Place {
  after(done: () => void): void;
}

function workspace(context: Place, files: Readonly<Record<string, string | Buffer>>): string {
  const root = mkdtempSync(join(tmpdir(), "sb-scan-"));
  context.after(() => rmSync(root, { recursive: true, force: true }));
  for (const [name, content] of Object.entries({ "ws/keep": "", ...files })) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  return join(root, "ws");
}

function scan(folder: string, limits?: ScanLimits): WorkspaceScan {
  return scanWorkspace(folder, () => undefined, limits);
}

/** `name:line what`, relative to the workspace. */
function secrets(folder: string): readonly string[] {
  return scan(folder).secrets.map(
    ({ file, line, what }) => `${file.slice(folder.length + 1)}:${line} ${what}`,
  );
}

test("secrets are found by their form, wherever they are written", (context) => {
  const folder = workspace(context, {
    "ws/notes.md": `one\ntwo ${tokenLike}\n`,
    "ws/deep/er/x.ts": `const t = "${tokenLike}";`,
    "ws/utf16.txt": Buffer.from(`\ufeffkey ${tokenLike}`, "utf16le"),
    "elsewhere/token": `\n\n${tokenLike}`,
  });
  symlinkSync(join(folder, "../elsewhere/token"), join(folder, "linked"));
  assert.deepEqual(secrets(folder), [
    "deep/er/x.ts:1 GitHub token",
    "linked:3 GitHub token",
    "notes.md:2 GitHub token",
    "utf16.txt:1 GitHub token",
  ]);
});

test("placeholders, names and hashes are no secrets", (context) => {
  const folder = workspace(context, {
    "ws/a.md": `ghp${"_"}${"x".repeat(36)} sk-your-key-goes-here-12 AKIAIOSFODNN7EXAMPLE`,
    "ws/b.css": ".sk-loading-spinner-large-and-blue { color: red }",
    "ws/c.lock": `"integrity": "sha512-${digestOf("x")}", ${digestOf("y")}`,
    "ws/d.pem.md": "-----BEGIN PRIVATE KEY-----\nnot real\n-----END PRIVATE KEY-----",
    "ws/e.txt": "0b5f1c7a-90aa-4c1e-8a53-5b6f7d8e9f00",
  });
  assert.deepEqual(secrets(folder), []);
});

test("what was not looked at is told", (context) => {
  const folder = workspace(context, {
    "ws/big.txt": "x".repeat(2000),
    "ws/big.bin": Buffer.alloc(2000),
    "ws/node_modules/x/index.js": tokenLike,
    "ws/packages/a/dist/x.js": tokenLike,
    "elsewhere/x": tokenLike,
  });
  symlinkSync(join(folder, "../elsewhere"), join(folder, "out"));
  symlinkSync(join(folder, "packages"), join(folder, "in"));
  symlinkSync(join(folder, "nowhere"), join(folder, "dangling"));
  const found = scan(folder, { files: 100, bytesPerFile: 1024, bytes: 1e6 });
  assert.deepEqual(found.unseen, [
    "`out`, which leads out of the workspace",
    `\`big.txt\` is larger than ${1 / 1024} MB`,
  ]);
  assert.deepEqual(found.passedOver, ["node_modules", "packages/a/dist"]);
  assert.deepEqual(found.secrets, []);
  assert.match(
    scan(folder, { files: 2, bytesPerFile: 1e6, bytes: 1e6 }).unseen.join(),
    /beyond the first 2 files/,
  );
  assert.match(
    scan(folder, { files: 9, bytesPerFile: 1e6, bytes: 1 }).unseen.join(),
    /everything beyond the first/,
  );
});

test("hosts: calls before mentions, code before tests, and nobody's own", (context) => {
  const folder = workspace(context, {
    "ws/README.md": "https://api.prose.io/v1",
    "ws/src/a.ts":
      'see https://widgets.io/about\nfetch("https://api.widgets.io/v1/x"); fetch("http://localhost:3000/api")',
    "ws/src/b.ts": '"https://www.w3.org/2000/svg" "https://api.example.com/v1" "https://10.0.0.1/api"',
    "ws/test/c.test.ts": 'fetch("https://only-tests.io/graphql")',
    "ws/package-lock.json": '"https://registry.npmjs.org/api/x"',
  });
  assert.deepEqual(
    scan(folder).hosts.map(({ host, file, line, api, aside }) => [
      host,
      file.slice(folder.length + 1),
      line,
      api,
      aside,
    ]),
    [
      ["widgets.io", "src/a.ts", 1, false, false],
      ["api.widgets.io", "src/a.ts", 2, true, false],
      ["only-tests.io", "test/c.test.ts", 1, true, true],
    ],
  );
});

test("MCP servers and the commands of scripts and workflows, with their lines", (context) => {
  const folder = workspace(context, {
    "ws/.mcp.json":
      '{\n  "mcpServers": {\n    "railway": { "command": "npx", "args": ["x"] },\n    "web": { "url": "https://mcp.acme.io/x" }\n  }\n}',
    "ws/.vscode/mcp.json": '{\n  // a comment\n  "servers": { "db": { "command": "pg" } }\n}',
    "ws/package.json": '{\n  "scripts": {\n    "up": "railway up"\n  }\n}',
    "ws/.github/workflows/ci.yml":
      "jobs:\n  a:\n    steps:\n      - run: npm test\n      - name: x\n        run: |\n          kubectl apply -f k\n          echo done\n      - uses: y\n",
    "ws/deploy.sh": "#!/bin/sh\naws s3 sync . s3://b\n",
  });
  const { servers, commands } = scan(folder);
  assert.deepEqual(
    servers.map(({ name, url, line }) => [name, url, line]),
    [
      ["railway", undefined, 3],
      ["web", "https://mcp.acme.io/x", 4],
      ["db", undefined, 3],
    ],
  );
  assert.deepEqual(
    commands.map(({ file, line, text }) => [
      file.slice(folder.length + 1),
      line,
      text.trim().replaceAll(/\s+/g, " "),
    ]),
    [
      [".github/workflows/ci.yml", 4, "npm test"],
      [".github/workflows/ci.yml", 7, "kubectl apply -f k echo done"],
      ["deploy.sh", 1, "#!/bin/sh aws s3 sync . s3://b"],
      ["package.json", 3, "railway up"],
    ],
  );
});
