import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { cleanEnvironment } from "./harness/editor.ts";
import { runCommand, tryCommand, type Finished } from "./harness/process.ts";
import { buildProduct, type Product } from "./harness/product.ts";
import { nodePath, repository } from "./install/place.ts";
import { controlled, spellings, writeWorkspace } from "./story.ts";

/** What ships works as it ships: the bundles under the oldest Node that they are for, and the package's content. */

describe("the package", { timeout: 120_000 }, () => {
  let product: Product;
  let root = "";
  let workspace = "";

  before(async () => {
    product = await buildProduct(() => undefined);
    root = await mkdtemp(join(tmpdir(), "sbx-package-"));
    workspace = join(root, "shop");
    await writeWorkspace(workspace);
  });

  after(async () => {
    await rm(root, { recursive: true, force: true });
  });

  function cli(node: string, ...args: readonly string[]): Promise<Finished> {
    const env = cleanEnvironment(root);
    return tryCommand({
      command: node,
      args: [product.cli, ...args],
      cwd: workspace,
      env,
      timeoutMs: 30_000,
    });
  }

  for (const { name, path } of nodes()) {
    test(`\`signalbox check\` answers with its exit code under ${name}`, async () => {
      const policy = ["--policy", join(workspace, ".governance", "policy.yaml")];
      for (const spelling of spellings) {
        const killed = await cli(path, "check", ...policy, "--", spelling.destructive);
        assert.equal(killed.code, 12, `${spelling.name}: ${killed.stdout}${killed.stderr}`);
        const allowed = await cli(path, "check", ...policy, "--", spelling.harmless);
        assert.equal(allowed.code, 0, `${spelling.name}: ${allowed.stdout}${allowed.stderr}`);
      }
      const asked = await cli(path, "check", ...policy, "--", controlled);
      assert.equal(asked.code, 10, asked.stdout + asked.stderr);
      const hidden = await cli(path, "check", ...policy, "--read", ".env");
      assert.equal(hidden.code, 11, hidden.stdout + hidden.stderr);
    });
  }

  test("holds what runs, what it reads and nothing else", async () => {
    const { stdout } = await runCommand({
      command: nodePath,
      args: [join(repository, "node_modules", "@vscode", "vsce", "vsce"), "ls", "--no-dependencies"],
      cwd: repository,
      env: cleanEnvironment(root),
      timeoutMs: 60_000,
    });
    const files = stdout.trim().split("\n");
    for (const needed of [
      "dist/extension.js",
      "dist/broker.js",
      "dist/cli.js",
      "dist/hook.js",
      "dist/uninstall.js",
      "policies/baseline.yaml",
      "media/plugin/.plugin/plugin.json",
      "media/plugin/hooks/hooks.json",
    ]) {
      assert.ok(files.includes(needed), `${needed} is missing from the package`);
    }
    const strange = files.filter(
      (file) => !/^(dist|media|policies)\/|^[A-Za-z]+(\.md|\.json|\.txt)?$/.test(file),
    );
    assert.deepEqual(strange, []);
  });
});

/** The Node that the tests run with, and the machine's own where it is another. */
function nodes(): { name: string; path: string }[] {
  const own = { name: `Node ${process.versions.node}`, path: nodePath };
  const beside = join(repository, "node_modules", ".bin");
  const folders = (process.env["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "" && folder !== beside);
  const path = folders.map((folder) => join(folder, "node")).find((candidate) => existsSync(candidate));
  return path === undefined || path === nodePath ? [own] : [own, { name: "the machine's own Node", path }];
}
