import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { checkPolicy } from "../../src/language/policy-check.ts";
import { PolicyChecker } from "../../src/editor/policy-checker.ts";

const source = {
  file: "/home/u/shop/.governance/policy.yaml",
  text: "policies:\n  kil:\n    - action_type: irreversible_infrastructure_deletion\n",
  workspace: "/home/u/shop",
};
const worker = fileURLToPath(new URL("../../src/editor/policy-worker.ts", import.meta.url));

test("policy check: an unknown key is an error at its place, with what was meant", () => {
  const [problem] = checkPolicy(source);
  assert.equal(problem?.severity, "error");
  assert.deepEqual([problem?.range.line, problem?.range.column], [2, 3]);
  assert.match(`${problem?.message} ${problem?.help}`, /`kil`.*`kill`/);
});

test("policy check: the thread says the same as this one", async () => {
  const checker = new PolicyChecker(worker);
  try {
    assert.deepEqual(await checker.check(source), checkPolicy(source));
    const both = await Promise.all([
      checker.check({ ...source, text: "policies: {}" }),
      checker.check(source),
    ]);
    assert.deepEqual(
      both.map((problems) => problems.length),
      [0, 1],
    );
  } finally {
    checker.dispose();
  }
});

test("policy check: without the thread's program it is done here", async () => {
  const checker = new PolicyChecker("/nowhere/policy-worker.js");
  assert.deepEqual(await checker.check(source), checkPolicy(source));
  checker.dispose();
});

test("policy check: one that is ended early says so", async () => {
  const checker = new PolicyChecker(worker);
  const check = checker.check(source);
  checker.dispose();
  await assert.rejects(check, /was ended/);
});
