import assert from "node:assert/strict";
import { test } from "node:test";
import { decide } from "../../src/decide/decide.ts";
import { strictestDecision } from "../../src/decide/strictest-decision.ts";
import type { Decision } from "../../src/model/decision.ts";
import { policiesInForce } from "../../src/policy/layers.ts";
import { baseline, compiled, digest } from "../policy/load-for-test.ts";
import { vocabulary } from "../policy/vocabulary.ts";
import { actionOf, lookupsOf, requestOf } from "./request-for-test.ts";

function decided(policy: string, action: string): Decision {
  return decide({
    request: requestOf({ kind: "shell", command: "x", shell: "bash" }),
    classification: { actions: [actionOf({ action, environment: "staging" })], inputs: [] },
    policies: policiesInForce({ builtin: baseline, workspace: { approved: compiled(policy) } }, digest),
    lookups: lookupsOf(),
    vocabulary,
  });
}

const observing = "enforcement: observe\npolicies: { deny: [{ action_type: deployment }] }\n";
const enforcing = "policies: { deny: [{ action_type: deployment }] }\n";

/** Of two decisions about one request: `verdict/observed`, in whatever order they come. */
const pairs: readonly (readonly [first: Decision, second: Decision, both: string])[] = [
  [decided(observing, "railway:status"), decided(observing, "railway:status"), "allow/-"],
  [decided(observing, "railway:status"), decided(observing, "railway:deploy"), "allow/deny"],
  [decided(observing, "railway:deploy"), decided(observing, "railway:volume_delete"), "allow/kill"],
  [decided(enforcing, "railway:deploy"), decided(observing, "railway:deploy"), "deny/-"],
  [decided(enforcing, "railway:deploy"), decided(observing, "railway:volume_delete"), "deny/kill"],
  [decided(enforcing, "railway:volume_delete"), decided(observing, "railway:deploy"), "kill/-"],
];

test("the strictest of two decisions tells the strictest that was only observed, where it is stricter still", () => {
  for (const [first, second, both] of pairs) {
    for (const { verdict, observed } of [
      strictestDecision(first, second),
      strictestDecision(second, first),
    ]) {
      assert.equal(`${verdict}/${observed?.verdict ?? "-"}`, both);
    }
  }
});

test("rules that are only observed are not among those that decided", () => {
  const { verdict, rules, observed, ask } = decided(observing, "railway:volume_delete");
  assert.deepEqual([verdict, rules, ask], ["allow", [], undefined]);
  assert.ok((observed?.rules.length ?? 0) > 0);
  assert.match(observed?.reason ?? "", /would be stopped and the session killed/);
});
