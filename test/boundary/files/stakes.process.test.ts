import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readGitIndex } from "../../../src/boundary/files/git-index.ts";
import { stakesOf } from "../../../src/boundary/files/stakes.ts";
import type { Action } from "../../../src/model/action.ts";
import { action, shellRequest } from "../../approve/cases.ts";

const folders: string[] = [];
after(() => {
  for (const folder of folders) {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** A repository with four files in its first commit. */
function repository(): { readonly root: string; readonly git: (...args: readonly string[]) => string } {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "stakes-")));
  folders.push(root);
  const env = { PATH: process.env["PATH"], HOME: root, GIT_CONFIG_NOSYSTEM: "1" };
  const git = (...args: readonly string[]): string =>
    execFileSync("git", ["-C", root, "-c", "user.name=t", "-c", "user.email=t@example.com", ...args], {
      env,
      encoding: "utf8",
    });
  git("init", "-q", "-b", "main");
  mkdirSync(join(root, "src", "deep"), { recursive: true });
  for (const path of ["a.txt", "src/b.ts", "src/c.ts", "src/deep/d.ts"]) {
    writeFileSync(join(root, path), `${path}\n`);
  }
  git("add", ".");
  git("commit", "-q", "-m", "first");
  return { root, git };
}

function stakes(root: string, ...actions: readonly Partial<Action>[]): readonly string[] {
  return stakesOf(shellRequest("x", { workspace: root, cwd: root }), actions.map(action));
}

const deletion = (path: string): Partial<Action> => ({
  provider: "fs",
  operation: "delete",
  target: { display: path, path },
});
const git = (operation: string, display: string): Partial<Action> => ({
  provider: "git",
  operation,
  target: { display },
});

test("stakes: what git could bring back of what would be deleted", () => {
  const { root } = repository();
  const told = (path: string): readonly string[] => stakes(root, deletion(join(root, path)));
  assert.deepEqual(told("src"), ["src holds 3 files; git tracks all of it"]);
  assert.deepEqual(told("a.txt"), ["a.txt: git tracks it, unchanged"]);
  assert.deepEqual(told("none"), ["none does not exist now"]);
  writeFileSync(join(root, "src", "b.ts"), "another text, and longer\n");
  writeFileSync(join(root, "src", "new.ts"), "not added\n");
  assert.deepEqual(told("src"), [
    "src holds 4 files: 1 that git does not track, 1 with changes that are not committed",
  ]);
  assert.deepEqual(told("src/b.ts"), ["src/b.ts: git tracks it, without its latest changes"]);
  assert.deepEqual(told("src/new.ts"), ["src/new.ts: git does not track it (10 bytes)"]);
  assert.deepEqual(told("."), [
    "the workspace holds 5 files: 1 that git does not track, 1 with changes that are not committed",
    "the workspace is the repository itself, with its history",
  ]);
});

test("stakes: a changed file of the same size and a touched one are told apart", () => {
  const { root } = repository();
  writeFileSync(join(root, "a.txt"), "a.txt\n");
  writeFileSync(join(root, "src", "b.ts"), "src/X.ts\n");
  const [line = ""] = stakes(root, git("reset_hard", "--hard"));
  assert.match(line, /^1 file has changes that are not committed: src\/b\.ts$/);
});

test("stakes: work that is not committed, files that git does not know, branches that others build on", () => {
  const { root, git: run } = repository();
  assert.match(stakes(root, git("discard_changes", "."))[0] ?? "", /^no file has changed/);
  for (const name of ["n1", "n2", "n3", "n4", "n5"]) {
    writeFileSync(join(root, name), name);
  }
  assert.deepEqual(stakes(root, git("clean", "-fd")), [
    "git does not track 5 files here, ignored ones included: n1, n2, n3 and 2 more",
  ]);
  assert.deepEqual(stakes(root, git("push_force", "origin main")), ["others build on `main`"]);
  assert.deepEqual(stakes(root, git("push_force", "origin +topic")), []);
  assert.deepEqual(stakes(root, git("push_force", "origin HEAD:release/2")), ["others build on `release/2`"]);
  assert.deepEqual(stakes(root, git("push_force", "")), ["others build on `main`"]);
  run("update-ref", "refs/remotes/origin/topic", "HEAD");
  run("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/topic");
  assert.deepEqual(stakes(root, git("push_force", "origin topic")), [
    "others build on `topic`: it is the remote's default branch",
  ]);
});

test("stakes: every version of the index is read, and a damaged one is not", () => {
  const { root, git: run } = repository();
  const index = join(root, ".git", "index");
  for (const version of ["2", "3", "4"]) {
    run("update-index", "--index-version", version);
    if (version === "3") {
      run("add", "-N", "--", "src");
    }
    const bytes = readFileSync(index);
    assert.deepEqual(
      readGitIndex(bytes)?.map(({ path }) => path),
      ["a.txt", "src/b.ts", "src/c.ts", "src/deep/d.ts"],
      version,
    );
    for (let length = 0; length < bytes.length - 100; length += 7) {
      const cut = readGitIndex(bytes.subarray(0, length));
      assert.ok(cut === undefined || cut.length === 4, `${version}: ${length}`);
    }
  }
  writeFileSync(index, "DIRC and more");
  assert.deepEqual(stakes(root, deletion(join(root, "src"))), [
    "src holds 3 files; what git tracks of it is not known",
  ]);
});

test("stakes: outside a repository, and where a folder is very large, it says what it knows", () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "stakes-")));
  folders.push(root);
  assert.deepEqual(stakes(root, git("reset_hard", "--hard")), []);
  for (let index = 0; index < 1001; index++) {
    writeFileSync(join(root, `f${index}`), "");
  }
  assert.deepEqual(stakes(root, deletion(root)), [
    "the workspace holds more than 1000 files; git tracks none of it",
  ]);
});
