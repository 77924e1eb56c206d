import assert from "node:assert/strict";
import { linkSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test, before, after } from "node:test";
import { fileLookups } from "../../../src/boundary/files/lookups.ts";

describe("one file, whatever it is called", { skip: process.platform === "win32" }, () => {
  let root = "";
  let home = "";
  let workspace = "";
  before(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), "signalbox-files-")));
    home = join(root, "home");
    workspace = join(root, "ws");
    for (const folder of [
      "home/.claude",
      "home/.ssh",
      "home/plain",
      "ws/apps/web",
      "ws/.governance",
      "other",
    ]) {
      mkdirSync(join(root, folder), { recursive: true });
    }
    for (const file of [
      "home/.claude/settings.json",
      "home/.ssh/id_rsa",
      "home/plain/a.txt",
      "ws/.env",
      "ws/apps/web/.env.local",
      "ws/.governance/policy.yaml",
      "ws/b.txt",
      "other/shared.txt",
    ]) {
      writeFileSync(join(root, file), file);
    }
    for (const [from, to] of [
      ["home/.claude/settings.json", "ws/settings-link"],
      ["home/.ssh/id_rsa", "ws/key-link"],
      ["ws/.env", "ws/env-link"],
      ["ws/apps/web/.env.local", "ws/apps/web/local-link"],
      ["ws/.governance/policy.yaml", "ws/policy-link"],
      ["other/shared.txt", "ws/shared-link"],
    ] as const) {
      linkSync(join(root, from), join(root, to));
    }
    for (const [target, at] of [
      [join(home, ".claude"), "ws/folder"],
      [join(home, ".claude", "settings.local.json"), "ws/dangling"],
      ["../home/.claude/new/settings.json", "ws/relative"],
      ["loop-b", "ws/loop-a"],
      ["loop-a", "ws/loop-b"],
    ] as const) {
      symlinkSync(target, join(root, at));
    }
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  const cases: readonly (readonly [path: string, real: string])[] = [
    ["ws/b.txt", "ws/b.txt"],
    ["ws/new/file.txt", "ws/new/file.txt"],
    ["ws/folder/settings.json", "home/.claude/settings.json"],
    ["ws/folder/none.json", "home/.claude/none.json"],
    ["ws/folder/../.ssh/id_rsa", "home/.ssh/id_rsa"],
    ["ws/folder/../none/x", "home/none/x"],
    ["ws/dangling", "home/.claude/settings.local.json"],
    ["ws/relative", "home/.claude/new/settings.json"],
    ["ws/settings-link", "home/.claude/settings.json"],
    ["ws/key-link", "home/.ssh/id_rsa"],
    ["ws/env-link", "ws/.env"],
    ["ws/.env", "ws/.env"],
    ["ws/apps/web/local-link", "ws/apps/web/.env.local"],
    ["ws/policy-link", "ws/.governance/policy.yaml"],
    ["ws/shared-link", "ws/shared-link"],
  ];

  for (const [path, real] of cases) {
    test(`${path} is ${real}`, () => {
      const lookups = fileLookups({ home, workspace, env: () => undefined, credentialsIn: () => [] });
      assert.equal(lookups.realPath(join(root, "/").concat(path)), join(root, real));
    });
  }

  test("links that lead in a circle come to an end", () => {
    const lookups = fileLookups({ home, env: () => undefined, credentialsIn: () => [] });
    assert.match(lookups.realPath(join(workspace, "loop-a")), /\/ws\/loop-[ab]$/);
  });
});

test("a content that is no text keeps its bytes", () => {
  const folder = mkdtempSync(join(tmpdir(), "signalbox-bytes-"));
  const lookups = fileLookups({ home: folder, env: () => undefined, credentialsIn: () => [] });
  const binary = Buffer.from([0x50, 0x4b, 0xff, 0x00, 0x80]);
  writeFileSync(join(folder, "binary"), binary);
  writeFileSync(join(folder, "text"), "caf\u00e9");
  const found = lookups.readFile(join(folder, "binary"));
  assert.deepEqual(Buffer.from((found.kind === "text" && found.bytes) || []), binary);
  assert.equal("bytes" in lookups.readFile(join(folder, "text")), false);
  rmSync(folder, { recursive: true });
});
