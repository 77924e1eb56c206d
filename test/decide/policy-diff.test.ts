import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decide } from "../../src/decide/decide.ts";
import {
  diffPolicies,
  type PolicyChange,
  type PolicyDiff,
} from "../../src/decide/policy-diff/policy-diff.ts";
import { byDanger, worstFirst } from "../../src/decide/policy-diff/danger.ts";
import { changeText } from "../../src/decide/policy-diff/wording.ts";
import { actionId } from "../../src/model/action.ts";
import { effects } from "../../src/model/effect.ts";
import { verdicts, type Verdict } from "../../src/model/verdict.ts";
import type { PoliciesInForce } from "../../src/policy/compiled.ts";
import { policiesInForce } from "../../src/policy/layers.ts";
import { baseline, compiled, digest, home, workspace } from "../policy/load-for-test.ts";
import { vocabulary } from "../policy/vocabulary.ts";
import { actionOf, lookupsOf, requestOf, type ActionRow } from "./request-for-test.ts";

function stack(text?: string): PoliciesInForce {
  const approved = text === undefined ? undefined : compiled(text);
  return policiesInForce(
    { builtin: baseline, workspace: approved === undefined ? {} : { approved } },
    digest,
  );
}

function diff(before: string | undefined, after: string | undefined): PolicyDiff {
  return diffPolicies(stack(before), stack(after), { vocabulary, workspace, home });
}

function texts(changes: readonly PolicyChange[]): readonly string[] {
  return changes.map((change) => changeText(change, vocabulary));
}

interface Case {
  readonly before?: string;
  readonly after?: string;
  readonly tightens?: readonly string[];
  readonly loosens?: readonly string[];
}

const scope = (domain: string): string => `session_scope: { domain: { ${domain} } }\n`;
const deny = (rule: string): string => `policies: { deny: [${rule}] }\n`;
const control = (rule: string): string => `policies: { control: [${rule}] }\n`;

/** Every change, word for word: whoever approves a policy reads nothing else. */
const cases: Readonly<Record<string, Case>> = {
  "a group that is allowed closes its provider": {
    before: scope("default: ask"),
    after: scope('default: ask, allowed_apis: ["railway:deploy"]'),
    tightens: [
      "railway:domain_management (2 operations), railway:variable_management (2 operations), railway:ssh, railway:member_invite, railway:unknown_call: ask → deny",
    ],
    loosens: ["railway:deploy (2 operations): ask → allow"],
  },
  "an environment for an operation": {
    before: scope('allowed_apis: [{ api: "railway:deploy", environment: staging }]'),
    after: scope('allowed_apis: [{ api: "railway:deploy", environment: "{staging,dev}" }]'),
    loosens: ["railway:deploy (2 operations) in dev: deny → allow"],
  },
  "an environment that is told by a resource": {
    before: deny("{ action: railway:ssh, environment: production }"),
    after: `environments: { production: { railway: [vol_prod] } }\n${deny("{ action: railway:ssh, environment: production }")}`,
    tightens: [
      "railway:ssh not in an environment that is not told or production or vol_prod on vol_prod: ask → deny",
      "railway:ssh in an environment that is not told: ask → deny",
    ],
  },
  "a credential that is blocked": {
    before: scope("default: allow"),
    after:
      'session_scope: { domain: { default: allow }, signal: { blocked_credentials: ["railway_project_token"] } }\n',
    tightens: [
      "a use of railway_project_token for railway:variables, railway:ssh, railway:member_invite, railway:unknown_call: ask → deny",
      "a use of railway_project_token for railway:domain_management (2 operations), railway:deploy (2 operations), railway:variable_set, railway:status; aws:s3 (3 operations, not aws:s3:DeleteBucket): allow → deny",
    ],
  },
  "names that try to be lines of their own, or to go on for ever": {
    before: "version: 1\n",
    after: deny(
      `{ action: railway:ssh, environment: ["a\\nNothing becomes possible", "${"x".repeat(200)}"] }`,
    ),
    tightens: [`railway:ssh in a ⏎ Nothing becomes possible or ${"x".repeat(79)}…: ask → deny`],
  },
  "a rule about an effect": {
    before: "version: 1\n",
    after: deny("{ action_type: process_kill, reach: local }"),
    tightens: ["anything with process_kill (local): ask → deny"],
  },
  "a rule about a command": {
    before: "version: 1\n",
    after: deny('{ command: "make deploy*" }'),
    tightens: ["commands such as make deployx: allow → deny"],
    loosens: [],
  },
  "a file that is unhidden": {
    before: "version: 1\n",
    after: 'session_scope: { signal: { allowed_files: ["./config/staging.env"] } }\n',
    loosens: [
      "./config/staging.env (read): deny → allow",
      "./config/staging.env (write, delete): ask → allow",
    ],
  },
  "a file that is hidden": {
    before: "version: 1\n",
    after: 'session_scope: { signal: { hidden_files: ["**/*.sql"] } }\n',
    tightens: ["**/*.sql (read): allow → deny", "**/*.sql (write, delete): allow → ask"],
  },
  "a file that two globs speak of": {
    before:
      'session_scope: { signal: { default: closed, allowed_files: ["src/**"], hidden_files: ["**/*.ts"] } }\n',
    after: 'session_scope: { signal: { default: closed, allowed_files: ["src/**"] } }\n',
    loosens: ["**/*.ts where it is also src/** (read): deny → allow", "**/*.ts (write, delete): ask → allow"],
  },
  "a resource that two globs speak of": {
    before: `${scope('default: deny, allowed_apis: [{ api: "railway:deploy", resource: "prod-*" }]')}${deny('{ action: "railway:*", resource: "*-db" }')}`,
    after: scope('default: deny, allowed_apis: [{ api: "railway:deploy", resource: "prod-*" }]'),
    loosens: [
      "railway:deploy (2 operations) on prod-db: deny → allow",
      "railway:status on prod-db or x-db: deny → allow",
    ],
  },
  "a command that two globs speak of": {
    before: `${control('{ command: "make *", not: { command: "* staging" } }')}`,
    after: "version: 1\n",
    loosens: ["commands such as make x: ask → allow"],
  },
  "approvers who are named": {
    before: control("{ action: railway:variable_set }"),
    after: control("{ action: railway:variable_set, approvers: [alice] }"),
    tightens: ["railway:variable_set: ask (anybody, once) → ask (alice, once)"],
  },
  "a yes that holds for longer": {
    before: control("{ action: railway:variable_set }"),
    after: control("{ action: railway:variable_set, grant: session }"),
    loosens: ["railway:variable_set: ask (anybody, once) → ask (anybody, for the session)"],
  },
  "an exception for an agent": {
    before: deny("{ action: railway:deploy, agent: cursor }"),
    after: deny("{ action: railway:deploy, agent: cursor, not: { environment: dev } }"),
    loosens: ["railway:deploy (2 operations) in dev for cursor: deny → ask"],
  },
  "the same in other words": {
    before: scope('blocked_actions: ["railway:deploy", "aws:s3"]'),
    after: `# a comment\n${scope('blocked_actions: ["aws:s3", "railway:deploy"]')}`,
  },
};

for (const [name, { before, after, tightens = [], loosens = [] }] of Object.entries(cases)) {
  test(name, () => {
    const found = diff(before, after);
    assert.deepEqual(
      { tightens: texts(found.tightens), loosens: texts(found.loosens) },
      { tightens, loosens },
    );
  });
}

test("what is worst comes first, however much stands beside it", () => {
  const ground = { vocabulary, production: new Set(["e-1234"]) };
  const fillers = [...Array(60).keys()].map((index) => `filler-${index}`);
  const change = (names: readonly string[], places: readonly string[]): PolicyChange => ({
    kind: "operations",
    from: "ask",
    to: "allow",
    names,
    where: { environment: { in: places, notIn: [] } },
    rules: [],
  });
  const everyday = [...fillers.map((name) => `railway:${name}`), "railway:variable_set"];
  const changes = [
    change(everyday, fillers),
    change([...everyday, "railway:variables"], fillers),
    change([...everyday, "railway:deploy"], [...fillers, "e-1234"]),
    change([...everyday, "aws:s3:DeleteBucket", "railway:volume_delete"], [...fillers, "production"]),
  ];
  assert.deepEqual(
    changes
      .map((each) => worstFirst(each, ground))
      .toSorted(byDanger(ground))
      .map((each) => changeText(each, vocabulary)),
    [
      "aws:s3:DeleteBucket, railway:volume_delete (cannot be undone); railway:variable_set, railway:filler-0, railway:filler-1, railway:filler-2, railway:filler-3, railway:filler-4 and 55 more in production, filler-0, filler-1, filler-2 and 57 more: ask → allow",
      "railway:variable_set, railway:deploy, railway:filler-0, railway:filler-1, railway:filler-2, railway:filler-3 and 56 more in e-1234, filler-0, filler-1, filler-2 and 57 more: ask → allow",
      "railway:variable_management (2 operations), railway:filler-0, railway:filler-1, railway:filler-2, railway:filler-3, railway:filler-4 and 55 more in filler-0, filler-1, filler-2, filler-3 and 56 more: ask → allow",
      "railway:variable_set, railway:filler-0, railway:filler-1, railway:filler-2, railway:filler-3, railway:filler-4 and 55 more in filler-0, filler-1, filler-2, filler-3 and 56 more: ask → allow",
    ],
  );
});

test("observing loosens what was stopped, but not what would remove the observer", () => {
  const { tightens, loosens } = diff(
    deny("{ action: railway:deploy }"),
    `enforcement: observe\n${deny("{ action: railway:deploy }")}`,
  );
  assert.deepEqual(tightens, []);
  assert.ok(texts(loosens).some((text) => text.startsWith("railway:deploy (2 operations)")));
  assert.ok(!texts(loosens).some((text) => text.includes("governance_tampering")));
});

test("a change names the rules that make the difference", () => {
  const { tightens } = diff("version: 1\n", `version: 1\n${deny("{ action: railway:deploy }")}`);
  assert.deepEqual(
    tightens.flatMap(({ rules }) => rules),
    [{ pointer: "/policies/deny/0", file: "workspace.yaml", line: 2 }],
  );
});

const operations = [...vocabulary.providers.values()].flatMap((provider) =>
  [...provider.operations.keys()].map((name) => `${provider.name}:${name}`),
);
const environment = fc.constantFrom("production", "staging", "dev", "pre-dev");
/** Globs that have something in common, and the names alone. */
const environments = fc.constantFrom("production", "staging", "dev", "pre-*", "*dev", "s*");

const remote: fc.Arbitrary<ActionRow> = fc.record(
  {
    action: fc.constantFrom(...operations),
    environment,
    resource: fc.constantFrom("vol_1", "prod-db"),
    credentials: fc.subarray(["railway_cli_admin_token"]),
  },
  { requiredKeys: ["action"] },
);

const file: fc.Arbitrary<ActionRow> = fc
  .record({
    action: fc.constantFrom("fs:read", "fs:write"),
    path: fc.constantFrom(".env", "src/a.ts", "config/staging.env", "/etc/hosts"),
  })
  .map((row) => ({ ...row, access: row.action === "fs:read" ? "read" : "change" }));

const local: fc.Arbitrary<ActionRow> = fc.record({
  action: fc.constant("process:run"),
  access: fc.constantFrom("read", "change"),
  effects: fc.subarray([...effects], { minLength: 1, maxLength: 1 }),
});

const apis = fc.array(
  fc.oneof(
    fc.constantFrom(...operations, "railway:*", "railway:deploy", "railway:read", "aws:s3", "*:read"),
    fc.record(
      {
        api: fc.constantFrom(...operations, "railway:*", "*:read"),
        environment: environments,
        resource: fc.constantFrom("vol_*", "prod-db", "prod-*", "*-db"),
      },
      { requiredKeys: ["api"] },
    ),
  ),
  { maxLength: 3 },
);

const conditions = {
  action_type: fc.constantFrom(...effects),
  action: fc.constantFrom(...operations, "railway:*"),
  environment: environments,
  resource: fc.constantFrom("vol_*", "prod-*", "*-db"),
  reach: fc.constantFrom("local", "remote"),
  access: fc.constantFrom("read", "change"),
  path: fc.constantFrom("src/**", "**/*.env", "**/a.*", "./config", "**/*.ts"),
  out_of_domain: fc.boolean(),
  out_of_signal: fc.boolean(),
  credential_scope_mismatch: fc.boolean(),
  agent: fc.constantFrom("claude-code", "cursor"),
};

/** A rule of one or two conditions, perhaps with an exception. */
const rule = fc
  .tuple(
    fc.record(conditions, { requiredKeys: [] }),
    fc.record({ environment, action: conditions.action }, { requiredKeys: [] }),
    fc.constantFrom("action_type", "action", "path", "agent", "environment"),
  )
  .map(([all, not, first]) => {
    const keys = [first, ...Object.keys(all)].slice(0, 3);
    const when = Object.fromEntries(Object.entries(all).filter(([key]) => keys.includes(key)));
    const exception = Object.keys(not).length === 0 ? {} : { not };
    return Object.keys(when).length === 0 ? { agent: "cursor", ...exception } : { ...when, ...exception };
  });

const policyText = fc
  .record({
    allowed: apis,
    blocked: apis,
    files: fc.subarray(["./config/staging.env", "./.env", "src/**"]),
    hidden: fc.subarray(["src/**", "**/*.ts"]),
    signal: fc.constantFrom("open", "closed"),
    domain: fc.constantFrom("allow", "ask", "deny"),
    credentials: fc.subarray(["railway_cli_admin_token"]),
    production: fc.subarray(["prod-db", "staging"]),
    kill: fc.array(rule, { maxLength: 1 }),
    deny: fc.array(rule, { maxLength: 1 }),
    control: fc.array(rule, { maxLength: 1 }),
  })
  .map((parts) => ({
    environments: parts.production.length === 0 ? {} : { production: { railway: parts.production } },
    session_scope: {
      signal: {
        default: parts.signal,
        allowed_files: parts.files,
        hidden_files: parts.hidden,
        blocked_credentials: parts.credentials,
      },
      domain: { default: parts.domain, allowed_apis: parts.allowed, blocked_actions: parts.blocked },
    },
    policies: { kill: parts.kill, deny: parts.deny, control: parts.control },
  }));

function verdictOf(row: ActionRow, policies: PoliciesInForce, agent: string): Verdict {
  return decide({
    request: requestOf({ kind: "internal", tool: "test" }, agent),
    classification: { actions: [actionOf(row)], inputs: [] },
    policies,
    lookups: lookupsOf(),
    vocabulary,
  }).verdict;
}

test("equal policies have no differences", () => {
  fc.assert(
    fc.property(policyText, (parts) => {
      const found = diff(JSON.stringify(parts), JSON.stringify(parts, null, 1));
      assert.deepEqual(found, { tightens: [], loosens: [] });
    }),
    { numRuns: 10 },
  );
});

const leaves: readonly (readonly string[])[] = [
  [],
  ["environments"],
  ["policies"],
  ["session_scope"],
  ...["kill", "deny", "control"].map((list) => ["policies", list]),
  ...["default", "allowed_files", "hidden_files", "blocked_credentials"].map((key) => [
    "session_scope",
    "signal",
    key,
  ]),
  ...["default", "allowed_apis", "blocked_actions"].map((key) => ["session_scope", "domain", key]),
];

/** An edit is most often small: the one policy with a part of the other. */
function edited(one: object, other: object, [key, ...rest]: readonly string[]): object {
  const of = (parts: object): unknown => (parts as Readonly<Record<string, unknown>>)[key ?? ""];
  return key === undefined
    ? other
    : {
        ...one,
        [key]: rest.length === 0 ? of(other) : edited(of(one) as object, of(other) as object, rest),
      };
}

test("whatever an edit changes for a request is told, in its direction", () => {
  fc.assert(
    fc.property(
      fc.tuple(policyText, policyText, fc.constantFrom(...leaves)),
      fc.array(fc.tuple(fc.oneof(remote, file, local), fc.constantFrom("claude-code", "other")), {
        minLength: 60,
        maxLength: 60,
      }),
      ([one, other, leaf], requests) => {
        const [before, after] = [stack(JSON.stringify(one)), stack(JSON.stringify(edited(one, other, leaf)))];
        const found = diffPolicies(before, after, { vocabulary, workspace, home });
        for (const [row, agent] of requests) {
          const from = verdictOf(row, before, agent);
          const to = verdictOf(row, after, agent);
          if (from !== to) {
            assertTold(row, from, to, found);
          }
        }
      },
    ),
    { numRuns: 40 },
  );
});

function assertTold(row: ActionRow, from: Verdict, to: Verdict, found: PolicyDiff): void {
  const looser = verdicts.indexOf(to) < verdicts.indexOf(from);
  const changes = looser ? found.loosens : found.tightens;
  const id = actionId(actionOf(row));
  const fits = changes.some(
    (change) =>
      change.from === from &&
      change.to === to &&
      (change.kind !== "operations" ||
        change.names.includes(id) ||
        row.path !== undefined ||
        row.effects !== undefined),
  );
  assert.ok(fits, `${JSON.stringify(row)}: ${from} → ${to} is not among\n${texts(changes).join("\n")}`);
}

test("a diff that could not try all that a change speaks of says so", () => {
  const many = (count: number, last: string): string =>
    scope(
      `allowed_apis: [${[...Array(count).keys()]
        .map((index) => `{ api: "railway:deploy", environment: filler-${index} }`)
        .concat(last)
        .join(", ")}]`,
    );
  const hidden = '{ api: "aws:s3:DeleteBucket", environment: eu-one }';
  assert.equal(diff(many(1, hidden), many(3, hidden)).partial, undefined);
  assert.equal(diff(many(1, '"railway:read"'), many(2, hidden)).partial, undefined);
  assert.equal(diff(many(1, '"railway:read"'), many(200, hidden)).partial, true);
  // What did not change needs no attempt.
  assert.equal(diff(many(200, hidden), many(200, `${hidden}, "railway:volume_delete"`)).partial, undefined);
});

test("a diff that could not try all files that a change speaks of says so", () => {
  const files = (count: number): string =>
    `session_scope: { signal: { allowed_files: [${[...Array(count).keys()].map((index) => `./.env.${index}`).join(", ")}] } }\n`;
  assert.equal(diff("{}", files(3)).partial, undefined);
  assert.equal(diff("{}", files(3000)).partial, true);
});
