import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { isJsonObject, type JsonObject, type JsonValue } from "../../src/base/json.ts";
import { commandList, settingList } from "../../src/editor/command-list.ts";

const manifest = object(JSON.parse(readFileSync("package.json", "utf8")) as JsonValue);
const contributes = object(manifest["contributes"]);

function object(value: JsonValue | undefined): JsonObject {
  assert.ok(isJsonObject(value));
  return value;
}

test("manifest: commands are the code's, both ways", () => {
  const declared = contributes["commands"];
  assert.deepEqual(
    declared,
    commandList.map(({ id, title }) => ({ command: id, title, category: "Signalbox" })),
  );
});

test("manifest: settings and their defaults are the code's, both ways", () => {
  const properties = object(object(contributes["configuration"])["properties"]);
  assert.deepEqual(
    Object.entries(properties).map(([key, value]) => ({ key, default: object(value)["default"] })),
    settingList.map(({ key, default: value }) => ({ key, default: value })),
  );
});

test("manifest: no workspace can change a setting of ours", () => {
  const properties = object(object(contributes["configuration"])["properties"]);
  for (const [key, value] of Object.entries(properties)) {
    assert.equal(object(value)["scope"], "application", key);
  }
});

test("manifest: agents are governed in restricted mode, too", () => {
  assert.equal(object(object(manifest["capabilities"])["untrustedWorkspaces"])["supported"], true);
});

test("manifest: the hooks' plugin folder and the clean-up at uninstall are there", () => {
  assert.deepEqual(contributes["chatPlugins"], [{ path: "./media/plugin" }]);
  assert.equal(object(manifest["scripts"])["vscode:uninstall"], "node ./dist/uninstall.js");
});

test("manifest: the icon is a PNG of 128 × 128", () => {
  const icon = readFileSync("media/icon.png");
  assert.equal(icon.subarray(1, 4).toString("latin1"), "PNG");
  assert.deepEqual([icon.readUInt32BE(16), icon.readUInt32BE(20)], [128, 128]);
});

test("manifest: what was built can be loaded: CommonJS bundles say so inside a package of type module", (context) => {
  if (!existsSync("dist/extension.js")) {
    context.skip("nothing is built");
    return;
  }
  assert.ok(existsSync("dist/package.json"), "the build writes no dist/package.json");
  const { type } = object(JSON.parse(readFileSync("dist/package.json", "utf8")) as JsonValue);
  assert.equal(type, "commonjs");
});
