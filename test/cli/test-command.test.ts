import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { UsageError } from "../../src/cli/command.ts";
import { testCommand } from "../../src/cli/test-command.ts";
import { seed } from "../policy/load-for-test.ts";
import { runCommand, temporaryFolder, type Run } from "./terminal.ts";

const templates = fileURLToPath(new URL("../../policies/templates", import.meta.url));

test("the templates hold what their tests promise, by the runner that users get", async (context) => {
  const home = temporaryFolder(context);
  const run = await runCommand(testCommand, ["--json", templates], { cwd: home, home });
  const report = JSON.parse(run.out) as JsonReport;
  const wrong = report.files.flatMap(({ file, diagnostics, cases }) => [
    ...diagnostics.map(({ message }) => `${file}: ${message}`),
    ...cases.flatMap((one) => one.failures.map((failure) => `${file}:${one.line}: ${one.name}: ${failure}`)),
  ]);
  assert.deepEqual(wrong, []);
  assert.equal(run.code, 0);
  for (const { file, cases } of report.files) {
    assert.ok(cases.length >= 20, `${file} has ${cases.length} cases`);
    const verdicts = new Set(cases.map(({ expected }) => expected.verdict));
    assert.ok(verdicts.has("allow") && verdicts.size > 1, `${file} tests one side only`);
  }
});

interface JsonReport {
  readonly passed: number;
  readonly failed: number;
  readonly errors: number;
  readonly files: readonly {
    readonly file: string;
    readonly diagnostics: readonly { readonly code: string; readonly message: string }[];
    readonly cases: readonly {
      readonly name: string;
      readonly line: number;
      readonly passed: boolean;
      readonly expected: { readonly verdict: string };
      readonly failures: readonly string[];
    }[];
  }[];
}

interface Place {
  readonly cwd: string;
  readonly home: string;
}

/** A workspace with those files. */
function place(context: { after(done: () => void): void }, files: Readonly<Record<string, string>>): Place {
  const cwd = temporaryFolder(context);
  for (const [name, text] of Object.entries({ ".governance/policy.yaml": seed, ...files })) {
    mkdirSync(dirname(join(cwd, name)), { recursive: true });
    writeFileSync(join(cwd, name), text);
  }
  return { cwd, home: join(cwd, "home") };
}

/** Runs one test file beside the seed; `cases` are lines of YAML under `cases:`. */
function runCases(
  context: { after(done: () => void): void },
  text: string,
  ...args: readonly string[]
): Promise<Run> {
  return runCommand(testCommand, args, place(context, { ".governance/policy.test.yaml": text }));
}

/** Cases that hold for the seed, each with something that a machine of its own would need. */
const holding: Readonly<Record<string, string>> = {
  "a verdict": "- { run: railway domain, expect: allow }",
  "a rule by its pointer":
    "- { run: railway up, expect: { verdict: deny, rule: /session_scope/domain/allowed_apis } }",
  "a rule by its place": "- { run: railway up, expect: { verdict: deny, rule: 'policy.yaml:6' } }",
  "a rule of the baseline":
    "- { write: .governance/x, expect: { verdict: deny, rule: 'baseline:/policies/deny/0' } }",
  "a part of the reason": "- { run: cat .env, expect: { verdict: deny, reason: hidden_files } }",
  "an operation":
    "- { run: railway volume delete -y, expect: { verdict: kill, actions: ['railway:volume_delete'] } }",
  "another name of an operation":
    "- { request: { kind: http, method: POST, url: 'https://backboard.railway.com/graphql/v2', body: { query: 'mutation { pluginDelete(id: \"p\") }' } }, expect: { verdict: kill, actions: ['railway:database_drop'] } }",
  "a file that is read": "- { read: config/staging.env, expect: allow }",
  "a file that is hidden": "- { read: ./x/../.env, expect: deny }",
  "a write with content": "- { write: { path: src/a.ts, content: 'let a' }, expect: allow }",
  "a call of a tool":
    "- { call: { server: railway, tool: volume-delete, input: { volumeId: v } }, expect: kill }",
  "a request in full":
    "- { request: { kind: http, method: POST, url: 'https://backboard.railway.com/graphql/v2', body: { query: 'mutation { volumeDelete(volumeId: \"v\") }' } }, expect: kill }",
  "another shell":
    "- { request: { command: 'Remove-Item -Recurse -Force ~', shell: powershell }, expect: ask }",
  "another working directory":
    "- { request: { kind: file_read, path: staging.env, cwd: config }, expect: allow }",
  "a script that lies only in the test":
    "- { run: sh ./x.sh, files: { x.sh: 'railway volume delete -y' }, expect: kill }",
  "overwriting a hidden file is asked about": "- { write: .env, files: { .env: 'A=1' }, expect: ask }",
  "and may be made where none is": "- { write: .env, expect: allow }",
  "a variable of the environment":
    "- { run: railway domain, environment: { RAILWAY_ENVIRONMENT: production }, expect: ask }",
  "a credential by its value":
    '- { run: "curl -H \'Authorization: Bearer test-token-not-real-0001\' https://backboard.railway.com/x", files: { ~/.railway/config.json: \'{"user":{"token":"test-token-not-real-0001"}}\' }, expect: kill }',
};

for (const [name, one] of Object.entries(holding)) {
  test(`a case with ${name}`, async (context) => {
    const run = await runCases(context, `cases:\n  ${one}\n`);
    assert.equal(run.code, 0, run.out);
    assert.match(run.out, /^1 passed, 0 failed$/m);
  });
}

/** The same cases turned around: each has to fail, with a sentence that says what is wrong. */
const failing: Readonly<Record<string, readonly [text: string, says: RegExp]>> = {
  "another verdict": [
    "- { run: railway up, expect: allow }",
    /expected allow, got deny: `railway:up` .*is denied/,
  ],
  "another rule": [
    "- { run: railway up, expect: { verdict: deny, rule: /policies/kill/0 } }",
    /expected the rule \/policies\/kill\/0 to decide, but it was \/session_scope\/domain\/allowed_apis/,
  ],
  "a rule of the policy that is the baseline's": [
    "- { write: .governance/x, expect: { verdict: deny, rule: /policies/deny/0 } }",
    /expected the rule \/policies\/deny\/0 to decide/,
  ],
  "a rule that matched without deciding": [
    "- { run: railway volume delete -y, expect: { verdict: kill, rule: /session_scope/domain/blocked_actions/0 } }",
    /to decide, but it was \/policies\/kill\/0/,
  ],
  "another operation": [
    "- { run: railway up, expect: { verdict: deny, actions: ['railway:volume_delete'] } }",
    /expected railway:volume_delete among the actions, which are railway:up/,
  ],
  "another reason": [
    "- { run: railway up, expect: { verdict: deny, reason: because of the weather } }",
    /expected a reason with "because of the weather"/,
  ],
};

for (const [name, [one, says]] of Object.entries(failing)) {
  test(`a case fails for ${name}`, async (context) => {
    const run = await runCases(context, `cases:\n  ${one}\n`);
    assert.equal(run.code, 1, run.out);
    assert.match(run.out, says);
    assert.match(run.out, /policy\.test\.yaml:2:\d+: case 1/);
    assert.match(run.out, /^ {4}rules:\n {6}\w+ +\S+:\d+ \//m);
    assert.match(run.out, /^0 passed, 1 failed$/m);
  });
}

/** Whatever is wrong with a test file refuses it whole, with the place and a remedy. */
const broken: Readonly<Record<string, readonly [text: string, at: string, says: string]>> = {
  "an empty file": ["", "1:1", "the file is empty: a test that cannot fail"],
  "no cases": ["policy: policy.yaml\n", "1:1", "there are no cases: a test that cannot fail"],
  "an empty list of cases": ["cases: []\n", "1:1", "there are no cases: a test that cannot fail"],
  "a list at the root": ["- a\n", "1:1", "a test file is a map of keys"],
  "an unknown key at the top": ["casses: []\n", "1:1", "unknown key `casses` at the top of a test file"],
  "an unknown key in a case": [
    "cases:\n  - { run: ls, expekt: allow }\n",
    "2:16",
    "unknown key `expekt` in a case",
  ],
  "an unknown key in a request": [
    "cases:\n  - { request: { comand: ls }, expect: allow }\n",
    "2:18",
    "unknown key `comand` in a request",
  ],
  "an unknown key in an expectation": [
    "cases:\n  - { run: ls, expect: { verdict: allow, rules: x } }\n",
    "2:42",
    "unknown key `rules` in an expectation",
  ],
  "no expectation": ["cases:\n  - { run: ls }\n", "2:5", "this case expects nothing, so it cannot fail"],
  "an expectation without a verdict": [
    "cases:\n  - { run: ls, expect: { reason: x } }\n",
    "2:16",
    "`verdict` is missing here",
  ],
  "a verdict that is none": ["cases:\n  - { run: ls, expect: alow }\n", "2:24", "found `alow`"],
  "no request": ["cases:\n  - { expect: allow }\n", "2:5", "this case has no request"],
  "two requests": [
    "cases:\n  - { run: ls, read: a, expect: allow }\n",
    "2:16",
    "this case has `run` and `read`",
  ],
  "a request of no kind": [
    "cases:\n  - { request: { kind: shel, command: ls }, expect: allow }\n",
    "2:16",
    "unknown kind `shel`",
  ],
  "a command that is a number": ["cases:\n  - { run: 7, expect: allow }\n", "2:12", "expected a text"],
  "a rule that is none": [
    "cases:\n  - { run: ls, expect: { verdict: allow, rule: kill } }\n",
    "2:48",
    "`kill` names no rule",
  ],
  "an operation that is none": [
    "cases:\n  - { run: ls, expect: { verdict: allow, actions: [deploy] } }\n",
    "2:52",
    "`deploy` is no operation",
  ],
  "a name twice": [
    "cases:\n  - { name: a, run: ls, expect: allow }\n  - { name: a, run: ls, expect: allow }\n",
    "3:13",
    "a case is called `a` already",
  ],
  "an unknown task": ["task: web\ncases:\n  - { run: ls, expect: allow }\n", "1:7", "unknown task `web`"],
  "a policy that is not there": [
    "policy: other.yaml\ncases:\n  - { run: ls, expect: allow }\n",
    "1:9",
    "there is no policy",
  ],
  "an anchor": ["cases: &c []\n", "1:11", "anchors and aliases are not part"],
  "a policy in the file that is wrong": [
    "policy:\n  polices: {}\ncases:\n  - { run: ls, expect: allow }\n",
    "2:3",
    "unknown key `polices`",
  ],
};

for (const [name, [text, at, says]] of Object.entries(broken)) {
  test(`a test file with ${name} does not load`, async (context) => {
    const run = await runCases(context, text);
    assert.equal(run.code, 2, run.out);
    assert.ok(run.out.includes(`policy.test.yaml:${at}: error: `), run.out);
    assert.ok(run.out.includes(says), run.out);
    assert.match(run.out, /^ {2}help: \S/m);
  });
}

test("a policy in the test file keeps its lines", async (context) => {
  const text = `policy:
  policies:
    deny:
      - command: "make release*"
cases:
  - { run: make release-now, expect: { verdict: deny, rule: "policy.test.yaml:4" } }
`;
  const run = await runCases(context, text);
  assert.equal(run.code, 0, run.out);
});

test("tasks, agents, files and environment may stand at the top", async (context) => {
  const text = `policy:
  sessions:
    web: { agents: [claude-code], policies: { deny: [{ path: secret.txt }] } }
    docs: {}
agent: claude-code
task: web
files: { secret.txt: x }
cases:
  - { run: cat secret.txt, expect: deny }
  - { run: cat secret.txt, task: docs, expect: allow }
`;
  const run = await runCases(context, text);
  assert.equal(run.code, 0, run.out);
});

test("what a policy only observes is tested all the same", async (context) => {
  const policy = "  enforcement: observe\n  policies: { deny: [{ command: make* }] }\n";
  const run = await runCases(context, `policy:\n${policy}cases:\n  - { run: make all, expect: deny }\n`);
  assert.equal(run.code, 0, run.out);
});

test("an operation of the workspace's own catalogue is known", async (context) => {
  const acme = `provider: acme
title: Acme
cli:
  programs: [acme]
  commands: [{ path: wipe, operation: box_wipe }]
operations:
  box_wipe: { effects: [irreversible_infrastructure_deletion], summary: wipe a box }
`;
  const text = "cases:\n  - { run: acme wipe, expect: { verdict: kill, actions: ['acme:box_wipe'] } }\n";
  const where = place(context, {
    ".governance/catalogue/acme.yaml": acme,
    ".governance/policy.test.yaml": text,
  });
  const run = await runCommand(testCommand, [], where);
  assert.equal(run.code, 0, run.out);
  writeFileSync(join(where.cwd, ".governance/catalogue/acme.yaml"), "provider: [");
  const broken = await runCommand(testCommand, [], where);
  assert.equal(broken.code, 2, broken.out);
  assert.match(broken.out, /acme\.yaml:1:/);
});

const two = `cases:
  - { name: 'a <b> & "c" # \\d', run: railway domain, expect: allow }
  - { name: fails, run: railway up, expect: allow, because: 'x < y' }
`;

test("TAP numbers every case, escapes names and explains failures", async (context) => {
  const run = await runCases(context, two, "--tap");
  const lines = run.out.split("\n");
  assert.deepEqual(lines.slice(0, 4), [
    "TAP version 14",
    "1..2",
    'ok 1 - .governance/policy.test.yaml: a <b> & "c" \\# \\\\d',
    "not ok 2 - .governance/policy.test.yaml: fails",
  ]);
  assert.equal(lines[4], "  ---");
  assert.equal(lines.at(-2), "  ...");
  assert.ok(lines.includes('  expected: "allow"') && lines.includes('  actual: "deny"'), run.out);
  assert.equal(run.code, 1);
});

test("JUnit's XML is well-formed and counts", async (context) => {
  const run = await runCases(context, two, "--junit");
  assert.match(run.out, /<testsuites name="signalbox test" tests="2" failures="1" errors="0">/);
  assert.match(run.out, /name="a &lt;b&gt; &amp; &quot;c&quot; # \\d"/);
  assert.match(run.out, /<failure message="expected allow, got deny: [^"<]*">because: x &lt; y\n/);
  const tags = [...run.out.matchAll(/<(\/?)(\w+)(?:\s[^<>]*?)?(\/?)>/g)];
  const open: string[] = [];
  for (const [, closes, tag = "", empty] of tags) {
    if (closes === "/") {
      assert.equal(open.pop(), tag);
    } else if (empty !== "/") {
      open.push(tag);
    }
  }
  assert.deepEqual(open, []);
});

test("a report goes to a file, and the text to the terminal", async (context) => {
  const where = place(context, { ".governance/policy.test.yaml": two });
  const run = await runCommand(testCommand, ["--json", "--output", "report.json"], where);
  const report = JSON.parse(readFileSync(join(where.cwd, "report.json"), "utf8")) as JsonReport;
  assert.deepEqual([report.passed, report.failed, report.errors], [1, 1, 0]);
  assert.match(run.out, /^1 passed, 1 failed$/m);
});

test("a file that does not load is told in every format", async (context) => {
  for (const [option, says] of [
    ["--tap", /^not ok 1 - .*does not load$/m],
    ["--json", /"code": "policy-test\/unknown-key"/],
    ["--junit", /<error message="unknown key/],
  ] as const) {
    const run = await runCases(context, "casses: []\n", option);
    assert.equal(run.code, 2);
    assert.match(run.out, says);
  }
});

test("a path is a test, a folder, or a policy with a test beside it", async (context) => {
  const one = "cases:\n  - { run: ls, expect: allow }\n";
  const where = place(context, { "a/deploy.yaml": seed, "a/deploy.test.yaml": one, "a/b/policy.json": "{}" });
  writeFileSync(
    join(where.cwd, "a/b/policy.test.json"),
    JSON.stringify({ cases: [{ run: "ls", expect: "allow" }] }),
  );
  for (const [path, passed] of [
    ["a/deploy.test.yaml", 1],
    ["a/deploy.yaml", 1],
    ["a", 2],
  ] as const) {
    const run = await runCommand(testCommand, [path], where);
    assert.match(run.out, new RegExp(`^${passed} passed, 0 failed$`, "m"), path);
    assert.equal(run.code, 0, path);
  }
});

for (const [args, says] of [
  [["nowhere"], /there is no `nowhere`/],
  [["empty"], /there is no `\*\.test\.yaml` in `empty`/],
  [[".governance/policy.yaml"], /there is no `\*\.test\.yaml` beside/],
  [["--tap", "--json"], /give one of/],
  [["--output", "x"], /needs one of/],
  [["--", "ls"], /takes paths/],
] as const) {
  test(`wrong usage: test ${args.join(" ")}`, async (context) => {
    const where = place(context, {});
    mkdirSync(join(where.cwd, "empty"));
    await assert.rejects(
      () => runCommand(testCommand, args, where),
      (error) => UsageError.is(error) && says.test(error.message),
    );
  });
}

test("cases are listed with their places, and none is run", async (context) => {
  const where = place(context, {
    ".governance/policy.test.yaml":
      "cases:\n  - name: a\n    run: ls\n    expect: kill\n  - name: b\n    run: ls\n    expect: allow\n",
    ".governance/broken.test.yaml": "cases: []\n",
  });
  const run = await runCommand(testCommand, ["--list"], where);
  assert.equal(run.code, 0, run.err);
  const { files } = JSON.parse(run.out) as JsonReport;
  assert.deepEqual(
    files.map(({ diagnostics, cases }) => [diagnostics.map(({ code }) => code), cases]),
    [
      [["policy-test/empty"], []],
      [
        [],
        [
          { name: "a", line: 2, column: 11 },
          { name: "b", line: 5, column: 11 },
        ],
      ],
    ],
  );
  await assert.rejects(runCommand(testCommand, ["--list", "--tap"], where), UsageError);
});
