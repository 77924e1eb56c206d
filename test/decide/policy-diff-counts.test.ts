import assert from "node:assert/strict";
import { test } from "node:test";
import { becomesPossible } from "../../src/decide/policy-diff/counts.ts";
import type { PolicyChange } from "../../src/decide/policy-diff/policy-diff.ts";

function change(kind: PolicyChange["kind"], names: readonly string[], credential?: string): PolicyChange {
  const where = credential === undefined ? {} : { credential: { in: [credential], notIn: [] } };
  return { kind, names, where, from: "ask", to: "allow", rules: [] };
}

const cases: readonly (readonly [readonly PolicyChange[], string])[] = [
  [[], "nothing becomes possible"],
  [[change("operations", ["railway:deploy"])], "1 operation becomes possible"],
  [
    [change("operations", ["railway:deploy"]), change("operations", ["railway:deploy", "railway:up"])],
    "2 operations become possible",
  ],
  [
    [change("files", ["read ./a.env", "write ./a.env"]), change("commands", ["npm run x"])],
    "1 file pattern and 1 command become possible",
  ],
  [
    [
      change("operations", ["railway:deploy"]),
      change("effects", ["opaque (local read)", "opaque (local change)"]),
      change("credentials", ["railway:deploy", "railway:up"], "ci_token"),
    ],
    "1 operation, 1 credential's use and 1 kind of effect become possible",
  ],
];

test("policy diff: what cannot be undone is counted once, and told", () => {
  const deletion: PolicyChange = {
    ...change("operations", ["railway:volume_delete", "railway:deploy"]),
    irreversible: ["railway:volume_delete"],
  };
  assert.equal(
    becomesPossible([deletion, deletion]),
    "2 operations become possible (1 of them cannot be undone)",
  );
});

for (const [changes, text] of cases) {
  test(`policy diff: ${text}`, () => {
    assert.equal(becomesPossible(changes), text);
  });
}
