import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { packagedCatalogue } from "../../src/boundary/files/packaged.ts";
import { testSchema } from "../../src/boundary/policy-tests/test-schema.ts";
import { complete, type Completion, type CompletionSources } from "../../src/language/complete.ts";
import { cursorText } from "./cursor-text.ts";

const sources: CompletionSources = {
  vocabulary: packagedCatalogue(),
  files: () => ["config/staging.env", ".env", "src/app.ts"],
  agents: ["claude-code", "vscode"],
  approvers: ["ana"],
  extendable: () => ["./base.yaml", "signalbox:railway/domains"],
};

function at(marked: string): readonly Completion[] {
  const { text, offset } = cursorText(marked);
  return complete(text, offset, sources);
}

interface Case {
  readonly name: string;
  readonly text: string;
  readonly has: readonly string[];
  readonly hasNot: readonly string[];
}

const root = ["session_scope", "policies", "credentials", "environments", "sessions"];

const cases: readonly Case[] = [
  { name: "an empty file", text: "▮", has: root, hasNot: ["signal", "kill"] },
  { name: "half a key at the top", text: "ses▮", has: root, hasNot: [] },
  {
    name: "a second key at the top",
    text: "policies:\n  kill: []\n▮\n",
    has: ["sessions"],
    hasNot: ["policies", "kill"],
  },
  {
    name: "a key between others",
    text: "policies:\n  kill: []\n  ▮\nsessions: {}\n",
    has: ["deny", "control"],
    hasNot: ["kill", "sessions"],
  },
  {
    name: "the first key of a map",
    text: "session_scope:\n  ▮\n",
    has: ["signal", "domain"],
    hasNot: ["kill"],
  },
  {
    name: "a key with its colon",
    text: "session_scope:\n  sig▮:\n    default: open\n",
    has: ["signal", "domain"],
    hasNot: ["policies"],
  },
  {
    name: "a word's value",
    text: "session_scope:\n  signal:\n    default: ▮\n",
    has: ["open", "closed"],
    hasNot: ["allow"],
  },
  {
    name: "another word's value",
    text: "session_scope:\n  domain:\n    default: d▮\n",
    has: ["allow", "ask", "deny"],
    hasNot: ["open"],
  },
  {
    name: "an operation in a list",
    text: "session_scope:\n  domain:\n    blocked_actions:\n      - ▮\n",
    has: ["railway:volume_delete", "railway:domain_management", "api"],
    hasNot: ["railway_cli_admin_token"],
  },
  {
    name: "half an operation",
    text: "session_scope:\n  domain:\n    blocked_actions:\n      - railway:vol▮\n",
    has: ["railway:volume_delete"],
    hasNot: [],
  },
  {
    name: "an operation in brackets",
    text: 'session_scope:\n  domain:\n    allowed_apis: ["railway:deploy", ▮]\n',
    has: ["railway:deploy"],
    hasNot: ["api_key"],
  },
  {
    name: "an operation in quotes",
    text: 'session_scope:\n  domain:\n    allowed_apis: ["railway:▮"]\n',
    has: ["railway:deploy"],
    hasNot: [],
  },
  {
    name: "a quote that is still open",
    text: 'session_scope:\n  domain:\n    allowed_apis:\n      - "rail▮\n',
    has: ["railway:deploy"],
    hasNot: [],
  },
  {
    name: "an entry with more to say",
    text: "session_scope:\n  domain:\n    allowed_apis:\n      - api: railway:deploy\n        ▮\n",
    has: ["environment", "resource"],
    hasNot: ["api", "domain"],
  },
  {
    name: "an environment of it",
    text: 'environments:\n  canary: {}\nsession_scope:\n  domain:\n    allowed_apis:\n      - { api: "railway:deploy", environment: ▮ }\n',
    has: ["canary", "production"],
    hasNot: ["railway:deploy"],
  },
  {
    name: "an effect",
    text: "policies:\n  kill:\n    - action_type: ▮\n",
    has: ["irreversible_infrastructure_deletion", "opaque"],
    hasNot: ["true"],
  },
  {
    name: "an effect in a list of them",
    text: "policies:\n  kill:\n    - action_type: [opaque, ▮]\n",
    has: ["file_deletion"],
    hasNot: ["true"],
  },
  {
    name: "a condition",
    text: "policies:\n  control:\n    - action_type: opaque\n      ▮\n",
    has: ["provider", "require_hitl", "timeout"],
    hasNot: ["action_type"],
  },
  {
    name: "a condition of a kill has no human",
    text: "policies:\n  kill:\n    - ▮\n",
    has: ["action_type", "credential_scope_mismatch"],
    hasNot: ["require_hitl", "timeout"],
  },
  {
    name: "a flag",
    text: "policies:\n  kill:\n    - credential_scope_mismatch: ▮\n",
    has: ["true", "false"],
    hasNot: ["opaque"],
  },
  {
    name: "an exception",
    text: "policies:\n  deny:\n    - provider: aws\n      not:\n        ▮\n",
    has: ["environment", "path"],
    hasNot: ["reason", "timeout"],
  },
  {
    name: "a credential, the policy's own too",
    text: "credentials:\n  deploy_key: {}\nsession_scope:\n  signal:\n    blocked_credentials: [▮]\n",
    has: ["railway_cli_admin_token", "deploy_key"],
    hasNot: ["railway:deploy"],
  },
  {
    name: "a file",
    text: "session_scope:\n  signal:\n    allowed_files:\n      - ▮\n",
    has: ["./config/staging.env"],
    hasNot: ["railway:deploy"],
  },
  { name: "an agent", text: "sessions:\n  web:\n    agents: ▮\n", has: ["claude-code"], hasNot: ["web"] },
  {
    name: "a task in a rule",
    text: "sessions:\n  web: {}\npolicies:\n  kill:\n    - session: ▮\n",
    has: ["web"],
    hasNot: ["claude-code"],
  },
  {
    name: "the scope of a task",
    text: "sessions:\n  web:\n    session_scope:\n      domain:\n        ▮\n",
    has: ["allowed_apis"],
    hasNot: ["signal"],
  },
  {
    name: "a task in a list",
    text: "sessions:\n  - name: web\n    ▮\n",
    has: ["agents", "session_scope"],
    hasNot: ["name"],
  },
  {
    name: "a provider of an environment",
    text: 'environments:\n  production:\n    railway: { environments: ["▮"] }\n',
    has: [],
    hasNot: ["railway:deploy"],
  },
  {
    name: "an environment's name",
    text: "environments:\n  staging: {}\n  ▮\n",
    has: ["production"],
    hasNot: ["staging", "railway"],
  },
  {
    name: "a provider below an environment",
    text: "environments:\n  staging:\n    railway: [x]\n    ▮\n",
    has: ["aws", "hosts", "databases"],
    hasNot: ["railway", "production"],
  },
  {
    name: "the name of a credential that grants are declared for",
    text: "credentials:\n  rail▮\n",
    has: ["railway_cli_admin_token"],
    hasNot: ["railway", "provider"],
  },
  {
    name: "the name of a task is the author's",
    text: "sessions:\n  ▮\n",
    has: [],
    hasNot: ["agents", "claude-code"],
  },
  {
    name: "a policy to build on",
    text: "extends: [▮]\n",
    has: ["./base.yaml", "signalbox:railway/domains"],
    hasNot: ["policies"],
  },
  {
    name: "who answers",
    text: "policies:\n  control:\n    - action_type: opaque\n      approvers: [▮]\n",
    has: ["ana"],
    hasNot: ["claude-code"],
  },
  { name: "JSON, a key", text: '{ "session_scope": { "▮" } }', has: ["signal", "domain"], hasNot: ["kill"] },
  {
    name: "JSON, a value",
    text: '{ "session_scope": { "domain": { "allowed_apis": ["▮"] } } }',
    has: ["railway:deploy"],
    hasNot: ["signal"],
  },
  { name: "a comment", text: "policies:\n  # ki▮\n", has: [], hasNot: ["kill", "deny"] },
  {
    name: "below a broken line",
    text: "policies:\n  kill: [\n\nsession_scope:\n  ▮\n",
    has: ["signal"],
    hasNot: ["kill"],
  },
  {
    name: "a key that the language does not have",
    text: "nonsense:\n  ▮\n",
    has: [],
    hasNot: ["kill", "signal", "policies"],
  },
  {
    name: "with Windows' line ends",
    text: "session_scope:\r\n  domain:\r\n    default: ▮\r\n",
    has: ["ask"],
    hasNot: [],
  },
];

for (const { name, text, has, hasNot } of cases) {
  test(`completion: ${name}`, () => {
    const labels = at(text).map(({ label }) => label);
    assert.deepEqual(
      has.filter((label) => !labels.includes(label)),
      [],
      labels.slice(0, 20).join(" "),
    );
    assert.deepEqual(
      hasNot.filter((label) => labels.includes(label)),
      [],
    );
    assert.equal(new Set(labels).size, labels.length, "each once");
  });
}

const policy = "policies:\n  kill:\n    - action_type: opaque\nsessions:\n  web: {}\n";

const inTests: readonly Case[] = [
  { name: "the top", text: "▮", has: ["cases", "policy", "files"], hasNot: ["policies", "kill"] },
  {
    name: "a case",
    text: "cases:\n  - run: ls\n    ▮\n",
    has: ["expect", "task", "because"],
    hasNot: ["run", "verdict"],
  },
  {
    name: "a verdict",
    text: "cases:\n  - run: ls\n    expect: ▮\n",
    has: ["allow", "kill"],
    hasNot: ["open"],
  },
  {
    name: "an expectation",
    text: "cases:\n  - run: ls\n    expect:\n      ▮\n",
    has: ["verdict", "rule", "actions"],
    hasNot: ["run"],
  },
  {
    name: "a rule of the policy",
    text: "cases:\n  - run: ls\n    expect: { verdict: kill, rule: ▮ }\n",
    has: ["/policies/kill/0"],
    hasNot: ["allow"],
  },
  {
    name: "an operation",
    text: "cases:\n  - run: ls\n    expect:\n      actions: [▮]\n",
    has: ["railway:up"],
    hasNot: ["allow"],
  },
  { name: "a task of the policy", text: "task: ▮\n", has: ["web"], hasNot: ["claude-code"] },
  {
    name: "a policy inside",
    text: "policy:\n  policies:\n    ▮\n",
    has: ["kill", "deny"],
    hasNot: ["cases"],
  },
];

for (const { name, text, has, hasNot } of inTests) {
  test(`completion in a test file: ${name}`, () => {
    const { text: written, offset } = cursorText(text);
    const all = complete(written, offset, { ...sources, tests: { schema: testSchema, policy } });
    const labels = all.map(({ label }) => label);
    assert.deepEqual(
      has.filter((label) => !labels.includes(label)),
      [],
      labels.slice(0, 20).join(" "),
    );
    assert.deepEqual(
      hasNot.filter((label) => labels.includes(label)),
      [],
    );
  });
}

const applied: readonly (readonly [string, string, string])[] = [
  ["ses▮", "session_scope", "session_scope:\n  "],
  ["session_scope:\n  ▮\n", "signal", "session_scope:\n  signal:\n    \n"],
  [
    "session_scope:\n  domain:\n    ▮\n",
    "allowed_apis",
    "session_scope:\n  domain:\n    allowed_apis:\n      - \n",
  ],
  [
    "session_scope:\n  domain:\n    blocked_actions:\n      - rail▮way:vol\n",
    "railway:volume_delete",
    "session_scope:\n  domain:\n    blocked_actions:\n      - railway:volume_delete\n",
  ],
  ["policies:\n  kill:\n    - ▮\n", "action_type", "policies:\n  kill:\n    - action_type: \n"],
  [
    "policies:\n  deny:\n    - provider: aws\n      ▮\n",
    "not",
    "policies:\n  deny:\n    - provider: aws\n      not:\n        \n",
  ],
  [
    "session_scope:\n  sig▮:\n    default: open\n",
    "signal",
    "session_scope:\n  signal:\n    default: open\n",
  ],
  ["environments:\n  production:\n    ▮\n", "railway", "environments:\n  production:\n    railway: \n"],
  ['{ "session_scope": { "do▮" } }', "domain", '{ "session_scope": { "domain" } }'],
];

for (const [marked, label, expected] of applied) {
  test(`completion: ${JSON.stringify(marked)} becomes ${JSON.stringify(expected)}`, () => {
    const { text } = cursorText(marked);
    const chosen = at(marked).find((completion) => completion.label === label);
    assert.ok(chosen !== undefined);
    assert.equal(text.slice(0, chosen.start) + chosen.text + text.slice(chosen.end), expected);
  });
}

test("completion: an operation tells what it stands for", () => {
  const found = at("session_scope:\n  domain:\n    blocked_actions:\n      - ▮\n").find(
    ({ label }) => label === "railway:volume_delete",
  );
  const documentation = found?.documentation() ?? "";
  assert.match(documentation, /cannot be undone/);
  assert.match(documentation, /railway volume delete/);
  assert.match(documentation, /mutation volumeDelete/);
});

test("completion: never throws, wherever the cursor is in whatever text", () => {
  const pieces = fc.constantFrom(
    "policies:",
    "\n",
    "  ",
    "- ",
    "kill",
    ": ",
    "[",
    "]",
    "{",
    "}",
    '"',
    "'",
    "#",
    "railway:",
    "*",
    "&a",
    "|",
    "\t",
    "\r\n",
    "session_scope",
    "\u0000",
    "é",
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 40 }), fc.nat(200), (parts, offset) => {
      const text = parts.join("");
      complete(text, Math.min(offset, text.length), sources);
    }),
    { numRuns: 500 },
  );
});
