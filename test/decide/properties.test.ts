import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ok } from "../../src/base/result.ts";
import { decide } from "../../src/decide/decide.ts";
import type { Decision } from "../../src/model/decision.ts";
import { effects } from "../../src/model/effect.ts";
import { stricter, type Verdict } from "../../src/model/verdict.ts";
import type { CompiledPolicy, PoliciesInForce, PolicyStack } from "../../src/policy/compiled.ts";
import { inForce, policiesInForce, stackOf } from "../../src/policy/layers.ts";
import { loadPolicy } from "../../src/policy/load.ts";
import { baseline, compiled, digest, home, load, seed, workspace } from "../policy/load-for-test.ts";
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

const policyText = fc
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
    JSON.stringify({
      session_scope: {
        signal: { default: parts.signal, allowed_files: parts.files, hidden_files: parts.hidden },
        domain: { default: parts.domain, allowed_apis: parts.allowed, blocked_actions: parts.blocked },
      },
      policies: { kill: parts.kill, control: parts.control },
    }),
  );

const policyArbitrary = policyText.map((text) => compiled(text));

function verdictOf(actions: readonly ActionRow[], ...stacks: readonly PolicyStack[]): Verdict {
  return verdictIn(inForce(stacks, digest), actions);
}

function verdictIn(policies: PoliciesInForce, actions: readonly ActionRow[]): Verdict {
  return decisionIn(policies, actions).verdict;
}

function decisionIn(policies: PoliciesInForce, actions: readonly ActionRow[]): Decision {
  return decide({
    request: requestOf({ kind: "shell", command: "x", shell: "bash" }),
    classification: { actions: actions.map(actionOf), inputs: [] },
    policies,
    lookups: lookupsOf(),
    vocabulary,
  });
}

/** What becomes of a policy's text when somebody edits it: keys lost, doubled, misspelt; other values; half a file. */
const edited = fc
  .tuple(
    policyText,
    fc.nat(),
    fc.nat(60),
    fc.constantFrom("", "x", '"', "}", "observe", "allow", '"enforcement":"observe",'),
  )
  .map(([text, at, length, insert]) => {
    const from = at % text.length;
    return text.slice(0, from) + insert + text.slice(from + length);
  });

const observing = policyText.map((text) => `{"enforcement":"observe",${text.slice(1)}`);

/** What a host holds after each text that stood in the policy's place: a text that does not load changes nothing. */
function inForceAfter(approved: CompiledPolicy | undefined, texts: readonly string[]): PoliciesInForce {
  const written = texts.reduce<CompiledPolicy | undefined>(
    (before, text) => load(text).policy ?? before,
    undefined,
  );
  const workspace = {
    ...(approved === undefined ? {} : { approved }),
    ...(written === undefined ? {} : { written }),
  };
  return policiesInForce({ builtin: baseline, workspace }, digest);
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

test("no text in the policy's place makes a verdict looser than what was approved", () => {
  const texts = fc.array(fc.oneof(policyText, edited, observing, fc.string()), { maxLength: 3 });
  fc.assert(
    fc.property(rows, fc.oneof(policyText, observing), texts, (actions, text, written) => {
      const approved = compiled(text);
      const before = verdictIn(inForceAfter(approved, []), actions);
      const after = verdictIn(inForceAfter(approved, written), actions);
      assert.ok(isAtLeast(after, before), `${before} became ${after}`);
    }),
    { numRuns: 60 },
  );
});

test("a text that does not load leaves the one before in force", () => {
  let broken = 0;
  fc.assert(
    fc.property(rows, policyText, edited, (actions, text, next) => {
      if (load(next).policy === undefined) {
        broken++;
        const before = inForceAfter(undefined, [text]);
        const after = inForceAfter(undefined, [text, next]);
        assert.equal(after.hash, before.hash);
        assert.equal(verdictIn(after, actions), verdictIn(before, actions));
      }
    }),
    { numRuns: 60 },
  );
  assert.ok(broken > 10);
});

test("what a policy observes is what it would enforce", () => {
  fc.assert(
    fc.property(rows, policyText, (actions, text) => {
      const decided = (policy: string) => decisionIn(inForceAfter(compiled(policy), []), actions);
      const enforced = decided(text);
      const observed = decided(`{"enforcement":"observe",${text.slice(1)}`);
      const tampers = enforced.actions.some(({ effects: own }) => own.includes("governance_tampering"));
      assert.equal(stricter(observed.verdict, observed.observed?.verdict ?? "allow"), enforced.verdict);
      assert.ok(tampers ? isAtLeast(observed.verdict, "deny") : observed.verdict === "allow");
    }),
    { numRuns: 60 },
  );
});

test("a policy that only builds on another one decides as that one does", () => {
  fc.assert(
    fc.property(rows, policyText, (actions, text) => {
      const read = () => ok(text);
      const source = {
        file: "p.yaml",
        text: "extends: base.yaml\n",
        layer: "workspace",
        workspace,
        home,
        read,
      } as const;
      const { policy } = loadPolicy(source, vocabulary, digest);
      assert.ok(policy !== undefined);
      const alone = verdictIn(inForceAfter(compiled(text), []), actions);
      assert.equal(verdictIn(inForceAfter(policy, []), actions), alone);
    }),
    { numRuns: 40 },
  );
});

test("without a policy nothing passes", () => {
  assert.equal(verdictOf([]), "deny");
  assert.equal(verdictOf([], stackOf([])), "deny");
});
