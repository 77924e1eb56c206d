import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { shownFailure, type ListedFile, type TestedCase } from "../../src/editor/test-explorer-report.ts";
import { testCommand } from "../../src/cli/test-command.ts";
import { runCommand, temporaryFolder } from "../cli/terminal.ts";

/** The cases as the command line prints them: what the editor reads is what it really says. */
async function tested(
  context: { after(done: () => void): void },
  cases: string,
  policy = 'policies: { kill: [{ command: "echo kill*" }] }\n',
): Promise<readonly TestedCase[]> {
  const cwd = temporaryFolder(context);
  mkdirSync(join(cwd, ".governance"));
  writeFileSync(join(cwd, ".governance", "policy.yaml"), policy);
  writeFileSync(join(cwd, ".governance", "policy.test.yaml"), `cases:\n${cases}`);
  const { out } = await runCommand(testCommand, ["--json"], { cwd, home: join(cwd, "home") });
  const { files } = JSON.parse(out) as { files: readonly ListedFile<TestedCase>[] };
  return files.flatMap((file) => {
    assert.deepEqual(file.diagnostics, []);
    return file.cases;
  });
}

test("tests: the diff of a failing case has what it expects on one side, and what came on the other", async (context) => {
  const [wrong] = await tested(
    context,
    '  - { name: a, run: echo kill 1, expect: { verdict: ask, rule: /policies/control/0, reason: because, actions: ["a:b"] }, because: it is dear }\n',
  );
  assert.ok(wrong !== undefined && !wrong.passed);
  const { message, expected, actual, detail } = shownFailure(wrong);
  assert.equal(
    expected,
    ["verdict: ask", "rule: /policies/control/0", "actions: a:b", "reason: because"].join("\n"),
  );
  assert.match(
    actual,
    /^verdict: kill\nrule: \/policies\/kill\/0 \(.*policy\.yaml:1\)\nactions: .*\nreason: .*echo kill/,
  );
  assert.doesNotMatch(actual, /a:b|because$/);
  assert.match(message, /^expected ask, got kill: .*\n(?:.*\n)*because: it is dear$/);
  assert.match(detail.join("\n"), /^rule {4}kill .*policy\.yaml:1 \/policies\/kill\/0$/m);
});

test("tests: what is as expected is the same on both sides", async (context) => {
  const [wrong] = await tested(
    context,
    "  - { run: echo kill 1, expect: { verdict: ask, rule: /policies/kill/0, reason: kill } }\n",
  );
  assert.ok(wrong !== undefined);
  // The rule decides, but not with the verdict that is expected.
  const { expected, actual } = shownFailure(wrong);
  assert.deepEqual(
    [expected.split("\n").slice(1), actual.split("\n").slice(1)],
    [
      ["rule: /policies/kill/0", "reason: kill"],
      ["rule: /policies/kill/0", "reason: kill"],
    ],
  );
});

test("tests: of a policy that only observes, what it would do is shown", async (context) => {
  const [wrong, right] = await tested(
    context,
    "  - { run: echo kill 1, expect: allow }\n  - { run: echo kill 2, expect: kill }\n",
    'enforcement: observe\npolicies: { kill: [{ command: "echo kill*" }] }\n',
  );
  assert.ok(wrong !== undefined);
  assert.equal(shownFailure(wrong).actual, "verdict: kill");
  assert.equal(right?.passed, true);
});
