import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { formatDiagnostic, type Diagnostic } from "../../src/base/diagnostic.ts";
import { compilePolicy } from "../../src/policy/compile.ts";
import { loadPolicy } from "../../src/policy/load.ts";
import { maximumPolicyLength } from "../../src/policy/parse.ts";
import { baseline, compiled, home, load, seed, workspace } from "./load-for-test.ts";
import { vocabulary } from "./vocabulary.ts";

/** One text, and all that is said of it as `severity code line:column message | help`. */
interface Case {
  readonly text: string;
  readonly says: readonly string[];
}

function check(cases: Readonly<Record<string, Case>>): void {
  for (const [name, { text, says }] of Object.entries(cases)) {
    test(name, () => {
      const { policy, diagnostics } = load(text);
      assert.deepEqual(diagnostics.map(line), says);
      assertConsistent(text, policy !== undefined, diagnostics);
    });
  }
}

function line({ severity, code, range, message, help }: Diagnostic): string {
  return `${severity} ${code} ${range.line}:${range.column} ${message} | ${help}`;
}

/** INVARIANT: no policy exactly when there is an error, and every diagnostic points into the file. */
function assertConsistent(text: string, compiles: boolean, diagnostics: readonly Diagnostic[]): void {
  assert.equal(
    compiles,
    !diagnostics.some((diagnostic) => diagnostic.severity === "error"),
    diagnostics.map(formatDiagnostic).join("\n"),
  );
  const lines = text.split("\n").length;
  for (const { range, message, help, code } of diagnostics) {
    assert.ok(0 <= range.start && range.start <= range.end && range.end <= text.length);
    assert.ok(1 <= range.line && range.line <= range.endLine && range.endLine <= lines);
    assert.ok(range.column >= 1 && range.endColumn >= 1);
    assert.doesNotMatch(message + help, /[\n\r]/);
    assert.notEqual(help, "");
    assert.match(code, /^policy\/[a-z-]+$/);
  }
}

check({
  "the seed loads without a word": { text: seed, says: [] },
  "the seed as JSON": {
    text: JSON.stringify({ policies: { kill: [{ credential_scope_mismatch: true }] } }, null, "\t"),
    says: [],
  },
  "a byte order mark": { text: `\ufeff${seed}`, says: [] },
  "windows line ends": { text: seed.replaceAll("\n", "\r\n"), says: [] },
});

check({
  empty: {
    text: "",
    says: ["error policy/empty 1:1 the file is empty | write at least `session_scope:` or `policies:`"],
  },
  "only a comment": {
    text: "# later\n",
    says: ["error policy/empty 1:1 the file is empty | write at least `session_scope:` or `policies:`"],
  },
  "a list at the root": {
    text: "- a\n",
    says: [
      "error policy/not-a-map 1:1 a policy is a map of keys, but this file holds something else | start with `session_scope:` or `policies:` at the left margin",
    ],
  },
  "a text at the root": {
    text: "hello",
    says: [
      "error policy/not-a-map 1:1 a policy is a map of keys, but this file holds something else | start with `session_scope:` or `policies:` at the left margin",
    ],
  },
  "a duplicate key": {
    text: "policies: {}\npolicies: {}\n",
    says: ["error policy/duplicate-key 2:1 this key stands here twice | merge the two into one"],
  },
  "a tab": {
    text: "policies:\n\tkill: []\n",
    says: ["error policy/tab 2:1 a tab is used as indentation | indent with spaces"],
  },
  "two documents": {
    text: "policies: {}\n---\npolicies: {}\n",
    says: ["error policy/documents 2:1 the file holds more than one document | remove what follows `---`"],
  },
  "an anchor and its alias": {
    text: "policies: &p {}\nsession_scope: *p\n",
    says: [
      "error policy/anchor 1:14 anchors and aliases are not part of the policy language | write the value out: a reviewer must see what a rule says where it stands",
      "error policy/anchor 2:16 anchors and aliases are not part of the policy language | write the value out: a reviewer must see what a rule says where it stands",
    ],
  },
  "an alias to nothing": {
    text: "session_scope: *nothing\n",
    says: [
      "error policy/anchor 1:16 anchors and aliases are not part of the policy language | write the value out: a reviewer must see what a rule says where it stands",
    ],
  },
  "a merge key": {
    text: "policies:\n  <<: {}\n",
    says: [
      "error policy/merge-key 2:3 merge keys are not part of the policy language | write the keys out: a reviewer must see what a rule says where it stands",
    ],
  },
  "a tag": {
    text: "description: !secret x\n",
    says: [
      "error policy/tag 1:22 tags are not part of the policy language | remove the word that starts with `!`, or quote the text",
    ],
  },
  "a key that is no word": {
    text: "? [a]\n: 1\n",
    says: ["error policy/key 1:3 a key must be a plain word | write `key: value`"],
  },
  "an open bracket": {
    text: "policies: [\n",
    says: [
      "error policy/syntax 2:1 flow sequence in block collection must be sufficiently indented and end with a ] | check indentation, quotes and brackets here and in the line above",
    ],
  },
  "a NUL character": {
    text: "policies: \0",
    says: [
      "error policy/unreadable 1:11 the file holds a NUL character and is no text file | save the policy as UTF-8 text",
    ],
  },
  "a bomb of brackets": {
    text: `policies: ${"[".repeat(100_000)}`,
    says: [
      "error policy/too-deep 1:91 brackets nest deeper than 40 levels | close every bracket; the language itself nests less than 10 levels",
    ],
  },
  "a bomb of dashes": {
    text: `policies:\n  ${"- ".repeat(60)}x\n`,
    says: ["error policy/too-deep 2:83 this nests too deep | the language nests less than 10 levels"],
  },
  "too large": {
    text: `# ${"x".repeat(maximumPolicyLength)}`,
    says: [
      `error policy/too-large 1:1 the file has ${maximumPolicyLength + 2} characters, more than the ${maximumPolicyLength} that a policy may have | split the policy into layers, or replace lists by globs`,
    ],
  },
});

check({
  "an unknown key at the top": {
    text: "polices: {}\n",
    says: [
      "error policy/unknown-key 1:1 unknown key `polices` at the top of a policy | did you mean `policies`?",
    ],
  },
  "a key that nothing resembles": {
    text: "zebra: 1\n",
    says: [
      "error policy/unknown-key 1:1 unknown key `zebra` at the top of a policy | known here: version, description, extends, enforcement, undecided_execution, locked, organisation, session_scope, policies, credentials, environments, sessions",
    ],
  },
  "a key in the wrong place": {
    text: "session_scope:\n  allowed_apis: []\n",
    says: [
      "error policy/unknown-key 2:3 unknown key `allowed_apis` in `session_scope` | did you mean `session_scope.domain.allowed_apis`?",
    ],
  },
  "a key of every object": {
    text: "__proto__: {}\nconstructor: {}\n",
    says: [
      "error policy/unknown-key 1:1 unknown key `__proto__` at the top of a policy | known here: version, description, extends, enforcement, undecided_execution, locked, organisation, session_scope, policies, credentials, environments, sessions",
      "error policy/unknown-key 2:1 unknown key `constructor` at the top of a policy | known here: version, description, extends, enforcement, undecided_execution, locked, organisation, session_scope, policies, credentials, environments, sessions",
    ],
  },
  "a text where a rule stands": {
    text: "policies:\n  kill:\n    - opaque\n",
    says: [
      "error policy/wrong-type 3:7 expected a condition such as `action_type: opaque`, found `opaque` | write a condition such as `action_type: opaque`",
    ],
  },
  "an operation where a rule stands": {
    text: "policies:\n  deny:\n    - railway:deploy\n",
    says: [
      "error policy/wrong-type 3:7 expected a condition such as `action: railway:deploy`, found `railway:deploy` | write a condition such as `action: railway:deploy`",
    ],
  },
  "a rule without conditions": {
    text: "policies:\n  control:\n    - require_hitl: true\n",
    says: [
      "error policy/no-condition 3:7 this rule has no condition and would match every request | say what it is about, for example `action_type: production_api_call`",
    ],
  },
  "a condition that lists nothing": {
    text: "policies:\n  kill:\n    - action: []\n    - agent: x\n      not: { path: [] }\n",
    says: [
      "error policy/empty-list 3:15 this list names nothing | name at least one, or remove the key",
      "error policy/empty-list 5:20 this list names nothing | name at least one, or remove the key",
    ],
  },
  "an exception for everything": {
    text: "policies:\n  kill:\n    - agent: x\n      not: {}\n",
    says: [
      "error policy/no-condition 4:7 `not` without conditions excepts every request, so the rule can match nothing | say what is excepted, or remove the key",
    ],
  },
  "a control rule without a human": {
    text: "policies:\n  control:\n    - action_type: opaque\n      require_hitl: false\n",
    says: [
      "warning policy/control-without-route 4:7 a control rule without a human has no effect | remove the rule, or write `require_hitl: true`",
    ],
  },
  "a map where a list stands": {
    text: "policies:\n  kill: { action_type: opaque }\n",
    says: [
      "error policy/wrong-type 2:9 expected a list: each entry on its own line after `- `, found a map | write a list: each entry on its own line after `- `",
    ],
  },
  "nothing where a map stands": {
    text: "policies:\n",
    says: ["error policy/wrong-type 1:10 expected a map of keys, found nothing | write a map of keys"],
  },
  "a list where names stand": {
    text: "environments: [production]\n",
    says: ["error policy/wrong-type 1:15 expected a map of names, found a list | write a map of names"],
  },
  "a number where a text stands": {
    text: "session_scope:\n  domain:\n    allowed_apis: [7, null]\n",
    says: [
      "error policy/wrong-type 3:20 expected a text: put it in quotes, found `7` | write a text: put it in quotes",
      "error policy/wrong-type 3:23 expected a text, found nothing | write a text",
    ],
  },
  "a text where a flag stands": {
    text: "policies:\n  kill:\n    - credential_scope_mismatch: yes\n",
    says: ["error policy/wrong-type 3:34 expected `true` or `false`, found `yes` | write `true` or `false`"],
  },
  "a wrong word": {
    text: "session_scope:\n  domain:\n    default: dny\n  signal:\n    default: shut\n",
    says: [
      "error policy/wrong-value 3:14 expected `allow` or `ask` or `deny`, found `dny` | did you mean `deny`?",
      "error policy/wrong-value 5:14 expected `open` or `closed`, found `shut` | write `open` or `closed`",
    ],
  },
  "a wait that is none": {
    text: "policies:\n  control:\n    - { agent: x, timeout: 0 }\n    - { agent: x, timeout: 90s }\n    - { agent: x, timeout: 2 days }\n    - { agent: x, timeout: 24h }\n",
    says: [
      "error policy/wrong-type 3:28 expected a time from 1 second to 1 day, such as `90`, `90s`, `5m` or `1h`, found `0` | write a time from 1 second to 1 day, such as `90`, `90s`, `5m` or `1h`",
      "error policy/wrong-type 5:28 expected a time from 1 second to 1 day, such as `90`, `90s`, `5m` or `1h`, found `2 days` | write a time from 1 second to 1 day, such as `90`, `90s`, `5m` or `1h`",
    ],
  },
  "an api without its name": {
    text: "session_scope:\n  domain:\n    blocked_actions: [{ environment: production }]\n",
    says: ["error policy/missing-key 3:23 `api` is missing here | add `api: …`"],
  },
  "a task without a name, and one twice": {
    text: "sessions:\n  - agents: x\n  - name: a\n  - name: a\n",
    says: [
      "error policy/missing-key 2:5 `name` is missing here | add `name: …`",
      "error policy/duplicate-key 4:11 `a` is declared twice | merge the two into one",
    ],
  },
  "a glob that is to unhide": {
    text: 'session_scope:\n  signal:\n    allowed_files: ["./a.env", "config/*.env"]\n',
    says: [
      "warning policy/no-effect 3:32 a glob unhides nothing, and while signal is open nothing else needs to be allowed | name the file by its literal path, or write `default: closed`",
    ],
  },
  "a list of credentials": {
    text: 'credentials:\n  - name: deploy_key\n    grants: ["railway:deploy"]\nsession_scope:\n  signal:\n    allowed_credentials: ["deploy_key"]\n',
    says: [],
  },
  "another version": {
    text: "version: 2\n",
    says: ["error policy/wrong-type 1:10 expected the number `1`, found `2` | write the number `1`"],
  },
  "a policy that builds on another, where no other can be read": {
    text: "extends: ./base.yaml\n",
    says: [
      "error policy/extends-unreadable 1:10 `./base.yaml`: no other policies can be read here | write a path like `./base.yaml` from this file, or a template like `signalbox:railway/domains`",
    ],
  },
});

check({
  "globs that cannot be used": {
    text: `session_scope:
  signal:
    hidden_files:
      - ""
      - "a[b"
      - "a}b"
      - "{a,b"
      - "a\\\\b"
      - "*(a|b)"
      - "*a*b*c*d"
      - "**/a/**/b/**/c/**/d/**"
      - "{1..5000}"
      - "$HOME/.secret"
      - "~root/x"
      - "${"x".repeat(1001)}"
`,
    says: [
      "error policy/bad-pattern 4:9 the pattern `` cannot be used: it is empty and would match nothing | simplify it, or write several entries",
      "error policy/bad-pattern 5:9 the pattern `a[b` cannot be used: `]` is missing | simplify it, or write several entries",
      "error policy/bad-pattern 6:9 the pattern `a}b` cannot be used: `}` closes nothing | simplify it, or write several entries",
      "error policy/bad-pattern 7:9 the pattern `{a,b` cannot be used: `}` is missing | simplify it, or write several entries",
      "error policy/bad-pattern 8:9 the pattern `a\\b` cannot be used: paths are written with `/`, and a backslash escapes nothing | simplify it, or write several entries",
      "error policy/bad-pattern 9:9 the pattern `*(a|b)` cannot be used: extended globs such as `@(…)` are not supported: write `{a,b}` or two entries | simplify it, or write several entries",
      "error policy/bad-pattern 10:9 the pattern `*a*b*c*d` cannot be used: it has more than three `*` between two slashes | simplify it, or write several entries",
      "error policy/bad-pattern 11:9 the pattern `**/a/**/b/**/c/**/d/**` cannot be used: it has more than four `**` | simplify it, or write several entries",
      "error policy/bad-pattern 12:9 the pattern `{1..5000}` cannot be used: it stands for more than 200 alternatives | simplify it, or write several entries",
      "error policy/bad-pattern 13:9 the pattern `$HOME/.secret` cannot be used: only `~/` at the start is replaced, no variables and no other homes | simplify it, or write several entries",
      "error policy/bad-pattern 14:9 the pattern `~root/x` cannot be used: only `~/` at the start is replaced, no variables and no other homes | simplify it, or write several entries",
      `error policy/bad-pattern 15:9 the pattern \`${"x".repeat(60)}\` cannot be used: it is longer than 1000 characters | simplify it, or write several entries`,
    ],
  },
  "environments of providers that nobody knows, and brackets in names, are told": {
    text: `environments:
  production:
    ralway: [x]
    "aws*": [x]
    hosts: ["*.example.com"]
policies:
  deny:
    - command: "npm [p]ublish"
`,
    says: [
      "warning policy/unknown-provider 3:5 unknown provider `ralway`: it is matched literally | did you mean `railway`?",
      "warning policy/unknown-provider 4:5 unknown provider `aws*`: it is matched literally | check the spelling",
      "warning policy/literal-bracket 8:16 `npm [p]ublish` matches its brackets literally | write `{a,b}` for a choice",
    ],
  },
  "names that nobody knows are matched literally": {
    text: `session_scope:
  signal:
    blocked_credentials: ["railway_cli_admin_tokn", "made-up", "railway_*"]
  domain:
    allowed_apis: ["railway:domain_managment", "railwy:deploy", "deploy", "railway", "nonsense", "aws:*", "git:push", "railway:volumeDelete"]
policies:
  kill:
    - action_type: [irreversible_infra_deletion, qwertz]
    - provider: awss
    - action: "railway:{a,b"
`,
    says: [
      "warning policy/unknown-credential 3:27 unknown credential `railway_cli_admin_tokn`: it is matched literally | did you mean `railway_cli_admin_token`?",
      "warning policy/unknown-credential 3:53 unknown credential `made-up`: it is matched literally | check the spelling",
      "warning policy/unknown-operation 5:20 unknown operation of railway `domain_managment`: it is matched literally | did you mean `domain_management`?",
      "warning policy/unknown-provider 5:48 unknown provider `railwy`: it is matched literally | did you mean `railway`?",
      "warning policy/not-an-operation 5:65 `deploy` does not say which operation of which provider | write `provider:operation`, for example `railway:deploy`",
      "warning policy/not-an-operation 5:75 `railway` does not say which operation of which provider | write `provider:operation`, for example `railway:read` or `railway:*`",
      "warning policy/not-an-operation 5:86 `nonsense` does not say which operation of which provider | write `provider:operation`, for example `railway:deploy`",
      "warning policy/unknown-action-type 8:21 unknown action type `irreversible_infra_deletion`: it is matched literally | did you mean `irreversible_data_deletion`?",
      "warning policy/unknown-action-type 8:50 unknown action type `qwertz`: it is matched literally | check the spelling",
      "warning policy/unknown-provider 9:17 unknown provider `awss`: it is matched literally | did you mean `aws`?",
      "error policy/bad-pattern 10:15 the pattern `railway:{a,b` cannot be used: `}` is missing | simplify it, or write several entries",
    ],
  },
});

test("every key of the language is accepted", () => {
  const policy = compiled(`
version: 1
description: all keys
enforcement: observe
session_scope:
  signal:
    default: open
    allowed_files: [./a]
    hidden_files: [b/]
    visible_files: [b/c]
    writable_files: [./d]
    allowed_credentials: [railway_project_token]
    blocked_credentials: [railway_cli_admin_token]
  domain:
    default: ask
    closed: reads
    allowed_apis: ["railway:deploy", { api: "railway:read", environment: staging, resource: "x*" }]
    blocked_actions: ["railway:ssh"]
policies:
  kill:
    - action_type: opaque
      action: "railway:*"
      provider: railway
      environment: production
      resource: x
      path: y
      command: z
      host: h
      agent: a
      session: s
      reach: remote
      access: change
      credential_scope_mismatch: true
      out_of_domain: true
      out_of_signal: true
      reason: because
      not: { agent: b }
  deny: [{ agent: c }]
  control:
    - { agent: d, require_hitl: true, timeout: 5m, grant: session, approvers: [alice] }
credentials:
  railway_project_token:
    { provider: railway, class: project, hosts: [h], environments: [staging], grants: ["railway:deploy"], found: ["$RAILWAY_TOKEN"], sent: header, description: d }
environments:
  production: { railway: [p], aws: { accounts: ["1"], profiles: x }, hosts: "*.example" }
sessions:
  release: { description: d, agents: [a], default: true, session_scope: {}, policies: {} }
`);
  assert.equal(policy.enforcement, "observe");
  assert.equal(policy.rules.length, 3);
  assert.deepEqual([...policy.tasks.keys()], ["release"]);
  assert.equal(policy.rules[2]?.timeoutMs, 300_000);
  assert.deepEqual([...(policy.environments[0]?.recognised.keys() ?? [])], ["railway", "aws", "hosts"]);
});

test("the baseline is a policy like any other", () => {
  assert.equal(baseline.layer, "builtin");
  assert.ok(baseline.rules.length > 10);
});

test("a flood of faults is bounded, and an error is never lost in it", () => {
  const flood = Array.from({ length: 300 }, (_, index) => `    - action_type: made_up_${index}`).join("\n");
  const { policy, diagnostics } = load(`policies:\n  kill:\n${flood}\n    - wrong: 1\n`);
  assert.equal(policy, undefined);
  assert.ok(diagnostics.length <= 102);
  assert.equal(diagnostics.at(-1)?.severity, "error");
});

test("a fault of ours is an error of the file, never an exception", () => {
  const failing = (): string => {
    throw new Error("no hash today");
  };
  const { policy, diagnostics } = loadPolicy(
    { file: "p.yaml", text: seed, layer: "workspace", workspace, home },
    vocabulary,
    failing,
  );
  assert.equal(policy, undefined);
  assert.deepEqual(
    diagnostics.map((diagnostic) => diagnostic.code),
    ["policy/cannot-compile"],
  );
});

test("what was not checked does not compile", () => {
  const range = { start: 0, end: 0, line: 1, column: 1, endLine: 1, endColumn: 1 };
  const scalar = { kind: "scalar", range, value: "{" } as const;
  const list = { kind: "list", range, items: [scalar] } as const;
  const wrap = (key: string, value: Parameters<typeof compilePolicy>[0]) =>
    ({ kind: "map", range, entries: [{ key, keyRange: range, value }] }) as const;
  assert.throws(
    () =>
      compilePolicy(wrap("session_scope", wrap("signal", wrap("hidden_files", list))), {
        file: "p.yaml",
        layer: "workspace",
        workspace,
        home,
        hash: "",
      }),
    /passed the checks but does not compile/,
  );
});

test("no text makes the loader throw, and every diagnostic points into it", () => {
  const pieces = fc.constantFrom(
    "\n",
    "  ",
    "- ",
    ":",
    "[",
    "]",
    "{",
    "}",
    "*",
    "&a",
    "!t",
    '"',
    "'",
    "#",
    "\t",
    "<<",
    "|",
    "\0",
    "policies",
    "é",
    "\ud800",
  );
  const mutated = fc
    .record({ at: fc.nat(seed.length), drop: fc.nat(40), insert: fc.array(pieces, { maxLength: 6 }) })
    .map(({ at, drop, insert }) => seed.slice(0, at) + insert.join("") + seed.slice(at + drop));
  fc.assert(
    fc.property(
      fc.oneof(
        mutated,
        fc.array(pieces).map((parts) => parts.join("")),
        fc.string(),
      ),
      (text) => {
        const { policy, diagnostics } = load(text);
        assertConsistent(text, policy !== undefined, diagnostics);
      },
    ),
    { numRuns: 100 },
  );
});

test("whatever passes the checks compiles", () => {
  const piece = fc.constantFrom(
    "*",
    "**",
    "/",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "!",
    "?",
    "a",
    "..",
    "~",
    "^",
    "-",
    "(",
    ")",
    "+",
    "@",
    ".",
    "1",
    "\\\\",
    "#",
  );
  const name = fc.array(piece, { minLength: 1, maxLength: 8 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(name, (text) => {
      const list = JSON.stringify([text]);
      const { policy, diagnostics } = load(
        `session_scope: { signal: { hidden_files: ${list}, allowed_files: ${list}, blocked_credentials: ${list} }, domain: { allowed_apis: ${list} } }\npolicies: { kill: [{ action: ${list}, path: ${list}, host: ${list}, not: { path: ${list} } }] }\n`,
      );
      assert.ok(!diagnostics.some((diagnostic) => diagnostic.code === "policy/cannot-compile"), text);
      policy?.signal.hiddenSet.find("/home/dev/shop/a/b");
      policy?.rules[0]?.when.paths?.[0]?.matches("/home/dev/shop/a/b");
    }),
    { numRuns: 120 },
  );
});
