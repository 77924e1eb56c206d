import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decide } from "../../src/decide/decide.ts";
import { effects } from "../../src/model/effect.ts";
import { stricter, type Verdict } from "../../src/model/verdict.ts";
import type { CompiledPolicy, PolicyStack } from "../../src/policy/compiled.ts";
import { inForce, stackOf } from "../../src/policy/layers.ts";
import { baseline, compiled, digest, seed } from "../policy/load-for-test.ts";
import { vocabulary } from "../policy/vocabulary.ts";
import { actionOf, lookupsOf, requestOf, type ActionRow } from "./request-for-test.ts";

const operations = [...vocabulary.providers.values()].flatMap((provider) =>
  [...provider.operations.keys()].map((name) => `${provider.name}:${name}`),
);

const environment = fc.constantFrom("production", "staging", "prod-eu", "dev");

const remote: fc.Arbitrary<ActionRow> = fc.record(
  {
    action: fc.constantFrom(...operations, "railway:nobody_knows", "mcp:x.y", "http:post"),
    environment,
    resource: fc.constantFrom("vol_1", "prod-db"),
    credentials: fc.subarray(["railway_cli_admin_token", "railway_project_token"]),
  },
  { requiredKeys: ["action"] },
);

const local: fc.Arbitrary<ActionRow> = fc.record({
  action: fc.constantFrom("fs:read", "fs:write", "fs:delete", "git:push_force", "shell:opaque"),
  access: fc.constantFrom("read", "change", "unknown"),
  path: fc.constantFrom(".env", "src/a.ts", "config/staging.env", "/etc/hosts", ".governance/policy.yaml"),
  effects: fc.subarray([...effects], { maxLength: 2 }),
});

const rows = fc.array(fc.oneof(remote, local), { maxLength: 3 });

const apis = fc.array(
  fc.oneof(
    fc.constantFrom(...operations, "railway:*", "railway:deploy", "railway:read", "aws:s3", "*:read"),
    fc.record({ api: fc.constantFrom(...operations), environment }),
  ),
  { maxLength: 3 },
);

const condition = fc.record(
  {
    action_type: fc.constantFrom(...effects),
    action: fc.constantFrom(...operations, "railway:*"),
    environment,
    reach: fc.constantFrom("local", "remote"),
    access: fc.constantFrom("read", "change"),
    path: fc.constantFrom("src/**", "**/*.env"),
    out_of_domain: fc.boolean(),
    out_of_signal: fc.boolean(),
    credential_scope_mismatch: fc.boolean(),
    agent: fc.constantFrom("claude-code", "cursor"),
  },
  { requiredKeys: ["action_type"] },
);

const policyArbitrary = fc
  .record({
    allowed: apis,
    blocked: apis,
    files: fc.subarray(["./config/staging.env", "./.env", "src/**"]),
    hidden: fc.subarray(["src/**", "**/*.ts"]),
    signal: fc.constantFrom("open", "closed"),
    domain: fc.constantFrom("allow", "ask", "deny"),
    kill: fc.array(condition, { maxLength: 2 }),
    control: fc.array(condition, { maxLength: 2 }),
  })
  .map((parts) =>
    compiled(
      JSON.stringify({
        session_scope: {
          signal: { default: parts.signal, allowed_files: parts.files, hidden_files: parts.hidden },
          domain: { default: parts.domain, allowed_apis: parts.allowed, blocked_actions: parts.blocked },
        },
        policies: { kill: parts.kill, control: parts.control },
      }),
    ),
  );

function verdictOf(actions: readonly ActionRow[], ...stacks: readonly PolicyStack[]): Verdict {
  return decide({
    request: requestOf({ kind: "shell", command: "x", shell: "bash" }),
    classification: { actions: actions.map(actionOf), inputs: [] },
    policies: inForce(stacks, digest),
    lookups: lookupsOf(),
    vocabulary,
  }).verdict;
}

function isAtLeast(actual: Verdict, floor: Verdict): boolean {
  return stricter(actual, floor) === actual;
}

/** Checks that what is added to a policy never loosens a verdict. */
function checkTightens(addition: fc.Arbitrary<CompiledPolicy>): void {
  fc.assert(
    fc.property(rows, policyArbitrary, addition, (actions, policy, added) => {
      const before = verdictOf(actions, stackOf([baseline, policy]));
      const after = verdictOf(actions, stackOf([baseline, policy, added]));
      assert.ok(isAtLeast(after, before), `${before} became ${after}`);
    }),
    { numRuns: 40 },
  );
}

const user = (policy: object): CompiledPolicy => compiled(JSON.stringify(policy), "user");

test("adding a kill rule never loosens", () => {
  checkTightens(condition.map((rule) => user({ policies: { kill: [rule] } })));
});

test("adding a deny rule never loosens", () => {
  checkTightens(condition.map((rule) => user({ policies: { deny: [rule] } })));
});

test("adding a control rule that names no operation never loosens", () => {
  checkTightens(condition.map((rule) => user({ policies: { control: [{ ...rule, action: "*:*" }] } })));
});

test("blocking more never loosens", () => {
  checkTightens(apis.map((blocked) => user({ session_scope: { domain: { blocked_actions: blocked } } })));
});

test("hiding more never loosens", () => {
  checkTightens(
    fc
      .constantFrom("src/**", "**/.env", "./config")
      .map((path) => user({ session_scope: { signal: { hidden_files: [path] } } })),
  );
});

test("a union of stacks is as strict as its strictest stack", () => {
  fc.assert(
    fc.property(rows, policyArbitrary, policyArbitrary, (actions, one, other) => {
      const first = stackOf([baseline, one]);
      const second = stackOf([baseline, other]);
      const both = verdictOf(actions, first, second);
      assert.equal(both, stricter(verdictOf(actions, first), verdictOf(actions, second)));
    }),
    { numRuns: 40 },
  );
});

test("more actions in one request never loosen", () => {
  const stack = stackOf([baseline, compiled(seed)]);
  fc.assert(
    fc.property(rows, rows, (some, more) => {
      assert.ok(isAtLeast(verdictOf([...some, ...more], stack), verdictOf(some, stack)));
    }),
    { numRuns: 40 },
  );
});

test("no policy lets pass what the baseline kills or denies", () => {
  fc.assert(
    fc.property(rows, policyArbitrary, (actions, policy) => {
      const noFiles = actions.filter((row) => !row.action.startsWith("fs:"));
      const alone = verdictOf(noFiles, stackOf([baseline]));
      const together = verdictOf(noFiles, stackOf([baseline, policy]));
      assert.ok(alone === "allow" || alone === "ask" || isAtLeast(together, alone));
    }),
    { numRuns: 40 },
  );
});

test("without a policy nothing passes", () => {
  assert.equal(verdictOf([]), "deny");
  assert.equal(verdictOf([], stackOf([])), "deny");
});
