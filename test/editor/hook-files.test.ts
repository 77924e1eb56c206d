import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { hookFiles } from "../../src/editor/hook-files.ts";
import { removeHooks } from "../../src/editor/remove-hooks.ts";

let root = "";
let home = "";

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "signalbox-editor-"));
  home = join(root, "home");
  mkdirSync(home);
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

/** An extension folder as far as hooks are concerned. */
function extension(name: string, version: string): string {
  const path = join(root, name);
  mkdirSync(join(path, "dist"), { recursive: true });
  mkdirSync(join(path, "media", "plugin"), { recursive: true });
  writeFileSync(join(path, "dist", "broker.js"), "");
  writeFileSync(join(path, "package.json"), JSON.stringify({ name: "signalbox", version }));
  return path;
}

test("hook files: written once, repaired when changed or removed, and gone without a trace", async () => {
  const own = extension("own", "0.2.0");
  const files = hookFiles(own, "0.2.0", home);
  assert.equal((await files.settle()).kind, "written");
  const text = readFileSync(files.file, "utf8");
  assert.equal((await files.settle()).kind, "unchanged");
  writeFileSync(files.file, "{}");
  assert.equal((await files.settle()).kind, "repaired");
  rmSync(files.file);
  const repaired = await files.settle();
  assert.equal(repaired.kind, "repaired");
  assert.equal(repaired.details.length, 1);
  assert.equal(readFileSync(files.file, "utf8"), text);
  assert.deepEqual(removeHooks(own, home), []);
  assert.equal(existsSync(join(home, ".copilot")), false);
});

test("hook files: the client inside the extension is told where the broker is, privately", async () => {
  const own = extension("own", "0.2.0");
  await hookFiles(own, "0.2.0", home).writeEndpoint();
  const conf = readFileSync(join(own, "media", "plugin", "endpoint.conf"), "utf8");
  assert.match(conf, new RegExp(`^broker=${join(own, "dist", "broker.js")}$`, "m"));
  assert.match(conf, new RegExp(`^home=${home}$`, "m"));
});

test("hook files: two editors of one release do not take turns in overwriting each other", async () => {
  const first = hookFiles(extension("first", "0.2.0"), "0.2.0", home);
  const second = hookFiles(extension("second", "0.2.0"), "0.2.0", home);
  assert.equal((await first.settle()).kind, "written");
  assert.equal((await second.settle()).kind, "unchanged");
  assert.equal((await first.settle()).kind, "unchanged");
});

/** Another release's client: as ours, with another text around the endpoint. */
function changeClient(): void {
  const client = join(home, ".signalbox", "bin", "hook.sh");
  writeFileSync(client, `${readFileSync(client, "utf8")}# another release\n`);
}

test("hook files: a later release takes over, and an earlier one leaves it alone", async () => {
  const old = hookFiles(extension("old", "0.1.0"), "0.1.0", home);
  const later = hookFiles(extension("later", "0.2.0"), "0.2.0", home);
  assert.equal((await old.settle()).kind, "written");
  changeClient();
  assert.equal((await later.settle()).kind, "replaced");
  changeClient();
  assert.equal((await old.settle()).kind, "unchanged");
});

test("hook files: another installation that is gone is replaced", async () => {
  const gone = extension("gone", "0.2.0");
  await hookFiles(gone, "0.2.0", home).settle();
  rmSync(gone, { recursive: true });
  assert.equal((await hookFiles(extension("own", "0.2.0"), "0.2.0", home).settle()).kind, "replaced");
});

test("hook files: a changed client of another editor is no client of another editor", async () => {
  await hookFiles(extension("other", "0.2.0"), "0.2.0", home).settle();
  changeClient();
  assert.equal((await hookFiles(extension("own", "0.2.0"), "0.2.0", home).settle()).kind, "replaced");
});

test("hook files: uninstalling leaves the hooks that another editor serves", async () => {
  const own = extension("own", "0.2.0");
  const other = hookFiles(extension("other", "0.2.0"), "0.2.0", home);
  await other.settle();
  assert.deepEqual(removeHooks(own, home), []);
  assert.equal(existsSync(other.file), true);
});
