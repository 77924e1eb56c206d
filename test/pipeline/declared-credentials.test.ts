import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { packagedCatalogue } from "../../src/boundary/files/packaged.ts";
import { runPolicyTests } from "../../src/boundary/policy-tests/run-tests.ts";
import { Credentials } from "../../src/broker/credentials.ts";

const file = "test/fixtures/policy-tests/declared-credentials.test.yaml";

const report = runPolicyTests(
  { file, text: readFileSync(file, "utf8") },
  { catalogue: packagedCatalogue(), read: () => ({ ok: true, value: undefined }) },
);

test("a credential that a policy declares: the cases load", () => {
  assert.deepEqual(report.diagnostics, []);
  assert.ok(report.results.length >= 7);
});

for (const { name, passed, failures } of report.results) {
  test(`a credential that a policy declares: ${name}`, () => {
    assert.ok(passed, failures.join("; "));
  });
}

test("a credential that a policy declares is known by its value, in its file and in an environment file", () => {
  const home = mkdtempSync(join(tmpdir(), "sb-declared-"));
  const workspace = join(home, "ws");
  mkdirSync(join(workspace, "secrets"), { recursive: true });
  writeFileSync(join(workspace, "secrets", "dns-token"), "test-token-not-real-1234\n");
  writeFileSync(join(workspace, ".env"), "DNS_TOKEN=test-token-not-real-9876\n");
  const spec = {
    name: "dns_token",
    provider: "railway",
    class: "project",
    summary: "",
    hosts: [],
    environment: ["DNS_TOKEN"],
    files: [{ path: join(workspace, "secrets", "dns-token") }],
  };
  try {
    const credentials = new Credentials({ home, specs: [], key: new Uint8Array(32) });
    credentials.learn(workspace);
    assert.deepEqual(credentials.namesIn("x test-token-not-real-1234 test-token-not-real-9876"), []);
    credentials.learn(workspace, [spec]);
    assert.deepEqual(credentials.namesIn("x test-token-not-real-1234"), ["dns_token"]);
    assert.deepEqual(credentials.namesIn("x test-token-not-real-9876"), ["dns_token"]);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});
