import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDocument } from "yaml";
import { policyOnBaseline } from "../../src/boundary/check/policy-on-baseline.ts";
import { packagedCatalogue } from "../../src/boundary/files/packaged.ts";
import { actionId } from "../../src/model/action.ts";
import type { Decision } from "../../src/model/decision.ts";
import { emptyMachine } from "../../src/model/lookups.ts";
import type { RequestPayload } from "../../src/model/request.ts";
import { judge } from "../../src/pipeline.ts";
import { insertItem } from "../../src/policy/insert.ts";
import { proposeRule, type RuleSubject, type WantedVerdict } from "../../src/policy/rule-proposal.ts";

const catalogue = packagedCatalogue();
const workspace = "/ws";
const file = "/ws/.governance/policy.yaml";

function decide(text: string, request: string | RequestPayload): Decision {
  const source = text.trim() === "" ? undefined : { file, text };
  const { policies, diagnostics } = policyOnBaseline(source, { workspace, home: "/home/u" }, catalogue);
  assert.ok(policies !== undefined, JSON.stringify(diagnostics));
  const payload: RequestPayload =
    typeof request === "string" ? { kind: "shell", command: request, shell: "bash" } : request;
  const context = {
    id: "r",
    agent: "a",
    conversation: "c",
    workspace,
    cwd: workspace,
    boundary: "check",
  } as const;
  return judge(
    { context, payload },
    {
      catalogue,
      lookups: () => emptyMachine("/home/u"),
      policies: () => policies,
      session: () => undefined,
    },
  );
}

function subjectOf({ actions, rules }: Decision): RuleSubject {
  return {
    actions: actions.map((action) => ({ id: actionId(action), access: action.access, ...action.target })),
    rules: rules.filter(({ verdict }) => verdict !== "allow"),
  };
}

function propose(
  text: string,
  request: string | RequestPayload,
  wanted: WantedVerdict,
): ReturnType<typeof proposeRule> {
  return proposeRule({ file, text, workspace }, subjectOf(decide(text, request)), wanted);
}

const staging = "railway variables --set A=b -e staging";

const allowed: readonly {
  readonly name: string;
  readonly text: string;
  readonly request: string | RequestPayload;
  /** What is near it, and stays as it was. */
  readonly near: readonly string[];
  readonly added: readonly string[];
}[] = [
  {
    name: "no policy yet",
    text: "",
    request: staging,
    near: ["railway variables --set A=b -e other", "railway up -e staging"],
    added: [
      "session_scope:",
      "  domain:",
      "    allowed_apis:",
      '      - { api: "railway:variable_upsert", environment: "staging" }',
    ],
  },
  {
    name: "a list in block style, with comments",
    text: `# ours
session_scope:
  domain:
    # what it may do
    allowed_apis:
    - "railway:domain_management" # domains
    # the end
policies:
  kill: [] # none
`,
    request: staging,
    near: ["railway variables --set A=b -e other"],
    added: ['    - { api: "railway:variable_upsert", environment: "staging" }'],
  },
  {
    name: "a list in flow style",
    text: `session_scope: \n  domain: \n    allowed_apis: ["railway:domain_management"]\n`,
    request: staging,
    near: ["railway variables --set A=b -e other"],
    added: [
      '    allowed_apis: ["railway:domain_management", { api: "railway:variable_upsert", environment: "staging" }]',
    ],
  },
  {
    name: "a rule of the policy itself gets an exception",
    text: `session_scope:
  domain:
    allowed_apis: ["railway:variable_management", "railway:deploy"]
policies:
  control:
    - action_type: production_api_call # careful
      require_hitl: true
    - action: "railway:up"
`,
    request: "railway variables --set A=b -e production",
    near: ["railway up -e production", "railway variables delete A -e production"],
    added: ['      not: { action: "railway:variable_upsert", environment: "production" }'],
  },
  {
    name: "an exception in flow style",
    text: `session_scope: {domain: {allowed_apis: ["railway:variable_management"]}}
policies:
  control: [{ action_type: production_api_call }]
`,
    request: "railway variables --set A=b -e production",
    near: ["railway variables delete A -e production"],
    added: [
      '  control: [{ action_type: production_api_call, not: { action: "railway:variable_upsert", environment: "production" } }]',
    ],
  },
  {
    name: "a hidden file, by its own name",
    text: "session_scope:\n  domain: {default: ask}\n",
    request: { kind: "file_read", paths: ["/ws/config/.env.staging"], scope: "content" },
    near: ["cat .env", "cat config/.env"],
    added: ["  signal:", "    allowed_files:", '      - "./config/.env.staging"'],
  },
];

for (const { name, text, request, near, added } of allowed) {
  test(`rule: allow what was stopped: ${name}`, () => {
    assert.notEqual(decide(text, request).verdict, "allow");
    const proposal = propose(text, request, "allow");
    assert.ok(proposal.ok, proposal.ok ? "" : proposal.error);
    const changed = proposal.value.text;
    assert.equal(decide(changed, request).verdict, "allow", changed);
    for (const command of near) {
      assert.notEqual(decide(changed, command).verdict, "allow", command);
    }
    const before = text.split("\n");
    assert.deepEqual(
      changed.split("\n").filter((line) => !before.includes(line)),
      added,
    );
    const [comments, kept] = [text, changed].map((each) => each.match(/#.*/g));
    assert.deepEqual(kept, comments, "comments stay");
  });
}

test("rule: the first entry about a provider says that it closes the scope", () => {
  const first = propose("", staging, "allow");
  assert.match(first.ok ? first.value.notes.join() : "", /closes the scope/);
  const second = propose(
    'session_scope: \n  domain:\n    allowed_apis: ["railway:deploy"]\n',
    staging,
    "allow",
  );
  assert.ok(second.ok && !second.value.notes.join().includes("closes"));
});

const refused: readonly (readonly [string, string, string, RegExp])[] = [
  ["a kill of the baseline", "", "railway volume delete --volume vol_1 -y", /on purpose/],
  [
    "a kill of the policy",
    "policies:\n  kill:\n    - action: railway:up\n",
    "railway up -e staging",
    /on purpose/,
  ],
  [
    "what is blocked",
    "session_scope:\n  domain:\n    blocked_actions: [railway:up]\n",
    "railway up -e staging",
    /on purpose/,
  ],
  ["what local files would lose", "", "rm -rf src", /wherever it is done/],
  [
    "a rule that has an exception",
    "policies:\n  control:\n    - action: railway:up\n      not: {environment: dev}\n",
    "railway up -e staging",
    /exception already/,
  ],
  ["JSON", '{"policies": {"kill": []}}', staging, /by hand/],
  ["names that stand for others", "", "railway variables --set A=b -e 'st*ging'", /stand for others/],
  [
    "nothing that is recognised",
    "policies:\n  control:\n    - command: 'ls *'\n",
    "ls -l",
    /nothing was recognised/,
  ],
];

for (const [name, text, command, error] of refused) {
  test(`rule: nobody is led to lift ${name}`, () => {
    const proposal = propose(text, command, "allow");
    assert.match(proposal.ok ? proposal.value.text : proposal.error, error);
    assert.equal(proposal.ok, false);
  });
}

test("rule: another layer's rule is not lifted by the workspace's policy", () => {
  const subject = {
    actions: [{ id: "railway:up", environment: "staging" }],
    rules: [{ pointer: "/policies/control/0", file: "/etc/signalbox/policy.yaml" }],
  };
  const proposal = proposeRule({ file, text: "", workspace }, subject, "allow");
  assert.match(proposal.ok ? "" : proposal.error, /another layer's rule/);
});

for (const [wanted, verdict] of [
  ["deny", "deny"],
  ["ask", "ask"],
] as const) {
  test(`rule: ${wanted} what was done, and nothing else`, () => {
    const text = "policies:\n  kill: []\n";
    const proposal = propose(text, "rm notes.txt", wanted);
    assert.ok(proposal.ok, proposal.ok ? "" : proposal.error);
    assert.equal(decide(proposal.value.text, "rm notes.txt").verdict, verdict);
    assert.equal(decide(proposal.value.text, "rm other.txt").verdict, "allow");
  });
}

test("rule: an insertion leaves every other line as it is, wherever lists and comments stand", () => {
  const items = ["", "- a\n", "- a # x\n- b\n", "# only\n- a: 1\n  b: 2\n\n# end\n"];
  for (const indent of ["", "  ", "    "]) {
    for (const item of items) {
      const list = item.replaceAll(/^(?=.)/gm, `  ${indent}`);
      for (const rest of ["", "other: 1\n", "\n# tail\nother: [1]\n"]) {
        const text = `top:\n  list:${item === "" ? "\n" : `\n${list}`}${rest}`;
        const added = insertItem(text, ["top", "list"], '{ x: "new" }');
        assert.ok(added !== undefined, text);
        const lines = added.split("\n").filter((line) => !line.includes('{ x: "new" }'));
        assert.deepEqual(lines, text.split("\n"), added);
        const before = (parseDocument(text).toJS() as { top: { list: unknown[] | null } }).top.list ?? [];
        const after = (parseDocument(added).toJS() as { top: { list: unknown[] } }).top.list;
        assert.deepEqual(after, [...before, { x: "new" }], added);
      }
    }
  }
});
