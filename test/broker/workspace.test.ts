import assert from "node:assert/strict";
import { mkdirSync, realpathSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { absoluteCwd, workspaceOf } from "../../src/broker/workspace.ts";
import { temporaryFolder } from "../cli/terminal.ts";

test("the workspace is the nearest folder with a policy, else the repository, else the folder itself", (context) => {
  const root = realpathSync(temporaryFolder(context));
  const at = (...parts: readonly string[]): string => join(root, ...parts);
  mkdirSync(at("repo", ".git"), { recursive: true });
  mkdirSync(at("repo", "pkg", ".governance"), { recursive: true });
  mkdirSync(at("repo", "pkg", "src"), { recursive: true });
  mkdirSync(at("repo", "other"), { recursive: true });
  mkdirSync(at("plain", "deep"), { recursive: true });
  symlinkSync(at("repo", "pkg", "src"), at("link"));
  assert.equal(workspaceOf(at("repo", "pkg", "src")), at("repo", "pkg"));
  assert.equal(workspaceOf(at("link")), at("repo", "pkg"), "the name used makes no difference");
  assert.equal(workspaceOf(at("repo", "other")), at("repo"));
  assert.equal(workspaceOf(at("plain", "deep")), at("plain", "deep"));
});

test("a folder that is not there does not make one above it the workspace", (context) => {
  const root = realpathSync(temporaryFolder(context));
  assert.equal(workspaceOf(join(root, "gone", "deep")), join(root, "gone", "deep"));
  mkdirSync(join(root, "repo", ".git"), { recursive: true });
  assert.equal(
    workspaceOf(join(root, "repo", "gone")),
    join(root, "repo"),
    "removed under the agent, still its work",
  );
});

test("a working directory that is not absolute falls back", () => {
  assert.equal(absoluteCwd("/a/../b", "/f"), "/b");
  assert.equal(absoluteCwd("a", "/f"), "/f");
  assert.equal(absoluteCwd("/a\0b", "/f"), "/f");
});
