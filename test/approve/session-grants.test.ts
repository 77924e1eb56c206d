import assert from "node:assert/strict";
import { test } from "node:test";
import { mayRepeat } from "../../src/approve/session-grants.ts";
import type { Decision } from "../../src/model/decision.ts";
import { effects, type Effect } from "../../src/model/effect.ts";

/** What nobody can put right is asked each time, whatever a policy says. */
const once: readonly Effect[] = [
  "irreversible_infrastructure_deletion",
  "irreversible_data_deletion",
  "uncommitted_work_loss",
  "history_rewrite",
  "credential_reveal",
  "data_exfiltration",
  "remote_code_execution",
  "governance_tampering",
  "opaque",
];

function asking(effect: Effect, grant: "once" | "session"): Decision {
  return {
    verdict: "ask",
    reason: "",
    remedy: "",
    actions: [{ effects: [effect] }],
    rules: [],
    inputs: [],
    policyHash: "p",
    ask: { timeoutMs: 1, grant, approvers: [] },
    wouldChange: [],
  } as unknown as Decision;
}

for (const effect of effects) {
  test(`grants: ${effect} ${once.includes(effect) ? "is asked each time" : "follows the rule"}`, () => {
    assert.equal(mayRepeat(asking(effect, "once")), false);
    if (once.includes(effect)) {
      assert.equal(mayRepeat(asking(effect, "session")), false);
    }
  });
}

test("grants: a deployment may be granted for a session", () => {
  assert.equal(mayRepeat(asking("deployment", "session")), true);
});
