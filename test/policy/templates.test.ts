import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "yaml";
import { templateJsonFiles } from "../../policies/template-json.ts";
import { formatDiagnostic } from "../../src/base/diagnostic.ts";
import { packagedCatalogue } from "../../src/boundary/files/packaged.ts";
import { loadPolicy } from "../../src/policy/load.ts";
import { digest, home, seed, workspace } from "./load-for-test.ts";

const policies = new URL("../../policies/", import.meta.url);

function read(path: string): string {
  return readFileSync(new URL(path, policies), "utf8");
}

/** With the shipped catalogue, whatever we ship as a policy loads without a word. */
function check(file: string, text: string): void {
  test(`${file} loads without a word`, () => {
    const source = { file, text, layer: "workspace", workspace, home } as const;
    const loaded = loadPolicy(source, packagedCatalogue(), digest);
    assert.deepEqual(loaded.diagnostics.map(formatDiagnostic), []);
    assert.notEqual(loaded.policy, undefined);
  });
}

const templates = readdirSync(new URL("templates/", policies), { recursive: true, encoding: "utf8" });

check("the seed", seed);
check("baseline.yaml", read("baseline.yaml"));
for (const name of templates) {
  if (/(?<!\.test)\.(yaml|json)$/.test(name)) {
    check(`templates/${name}`, read(`templates/${name}`));
  }
}

const examples = [
  "railway/staging-only",
  "aws/read-and-deploy",
  "kubernetes/one-namespace",
  "team/monorepo",
  "team/contractor",
];
const ofPlatforms = ["railway", "aws", "kubernetes"].flatMap((platform) =>
  ["kill", "control", "scope", "combined"].map((kind) => `${platform}/${kind}`),
);

for (const [name, cases] of [
  ...ofPlatforms.map((each) => [each, 20] as const),
  ...examples.map((each) => [each, 40] as const),
  ["railway/pocketos", 20] as const,
]) {
  test(`${name} ships in YAML and JSON, says what it is for, and has ${cases} tests or more`, () => {
    const policy = parse(read(`templates/${name}.yaml`)) as { readonly description?: unknown };
    assert.equal(typeof policy.description, "string");
    assert.deepEqual(JSON.parse(read(`templates/${name}.json`)), policy);
    const tests = parse(read(`templates/${name}.test.yaml`)) as { readonly cases: readonly unknown[] };
    assert.ok(tests.cases.length >= cases, `${tests.cases.length} cases`);
  });
}

test("no JSON is left of a template that is gone", () => {
  const made = templateJsonFiles();
  assert.ok(made.size >= 18);
  for (const name of templates.filter((each) => each.endsWith(".json"))) {
    assert.ok(made.has(`templates/${name}`), name);
    assert.ok(existsSync(new URL(`templates/${name.replace(/\.json$/, ".test.yaml")}`, policies)), name);
  }
});
