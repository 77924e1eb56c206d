import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { formatDiagnostic } from "../../src/base/diagnostic.ts";
import { loadCatalogue } from "../../src/catalogue/load.ts";
import { loadPolicy } from "../../src/policy/load.ts";
import { digest, home, seed, workspace } from "./load-for-test.ts";

const policies = new URL("../../policies/", import.meta.url);

function read(path: string): { readonly file: string; readonly text: string } {
  return { file: path, text: readFileSync(new URL(path, policies), "utf8") };
}

const catalogue = loadCatalogue(
  readdirSync(new URL("catalogue/", policies))
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => read(`catalogue/${name}`)),
).catalogue;

/** With the shipped catalogue, whatever we ship as a policy loads without a word. */
function check(file: string, text: string): void {
  test(`${file} loads without a word`, () => {
    const loaded = loadPolicy({ file, text, layer: "workspace", workspace, home }, catalogue, digest);
    assert.deepEqual(loaded.diagnostics.map(formatDiagnostic), []);
    assert.notEqual(loaded.policy, undefined);
  });
}

check("the seed", seed);
check("baseline.yaml", read("baseline.yaml").text);
for (const name of readdirSync(new URL("templates/", policies), { recursive: true, encoding: "utf8" })) {
  if (/(?<!\.test)\.(yaml|json)$/.test(name)) {
    check(`templates/${name}`, read(`templates/${name}`).text);
  }
}
