import assert from "node:assert/strict";
import { test } from "node:test";
import type { Diagnostic } from "../../src/base/diagnostic.ts";
import type { PolicyWorld } from "../../src/policy/lint.ts";
import { baseline, home, load, workspace } from "./load-for-test.ts";

/** One text, what is said of it as `code line:column message`, and the text after the first fix. */
interface Case {
  readonly text: string;
  readonly says: readonly string[];
  readonly fixed?: string;
}

const world: PolicyWorld = {
  above: [baseline],
  enrolled: ["ana", "ben"],
  exists: (path) => [`${workspace}/config/staging.env`, `${home}/notes.txt`].includes(path),
};

function check(cases: Readonly<Record<string, Case>>): void {
  for (const [name, { text, says, fixed }] of Object.entries(cases)) {
    test(name, () => {
      const { policy, diagnostics } = load(text, "workspace", world);
      assert.deepEqual(diagnostics.map(line), says);
      assert.notEqual(policy, undefined);
      if (fixed !== undefined) {
        assert.equal(applied(text, diagnostics[0]), fixed);
      }
    });
  }
}

function line({ code, range, message }: Diagnostic): string {
  return `${code.replace("policy/", "")} ${range.line}:${range.column} ${message}`;
}

function applied(text: string, diagnostic: Diagnostic | undefined): string | undefined {
  return diagnostic?.fix?.edits
    .toReversed()
    .reduce(
      (before, edit) => before.slice(0, edit.range.start) + edit.text + before.slice(edit.range.end),
      text,
    );
}

const rules = (
  kill: readonly string[],
  deny: readonly string[] = [],
  control: readonly string[] = [],
): string => `policies:\n${list("kill", kill)}${list("deny", deny)}${list("control", control)}`;

function list(key: string, entries: readonly string[]): string {
  return entries.length === 0 ? "" : `  ${key}:\n${entries.map((entry) => `    - ${entry}\n`).join("")}`;
}

check({
  "a rule below a stricter one": {
    text: rules(['action: "railway:*"'], ['action: "railway:deploy"', "action_type: opaque"]),
    says: [
      "shadowed-rule 5:7 this rule changes nothing: a kill rule in line 3, which is stricter, covers all of it",
    ],
    fixed: rules(['action: "railway:*"'], ["action_type: opaque"]),
  },
  "a rule twice: the first one stays": {
    text: rules([], ["action_type: opaque", "{ action_type: [opaque] }"]),
    says: [
      "shadowed-rule 4:7 this rule changes nothing: a deny rule in line 3, which is as strict, covers all of it",
    ],
    fixed: rules([], ["action_type: opaque"]),
  },
  "a narrower rule beside a wider one": {
    text: rules(
      [],
      ["{ action_type: opaque, environment: production }", "action_type: [opaque, deployment]"],
    ),
    says: [
      "shadowed-rule 3:7 this rule changes nothing: a deny rule in line 4, which is as strict, covers all of it",
    ],
  },
  "an operation of a group, and an operation of a provider": {
    text: rules(
      ['action: "railway:volume_management"', "provider: aws"],
      ['action: "railway:volume_delete"', 'action: ["aws:s3:PutObject", "aws:s3:*"]'],
    ),
    says: [
      "shadowed-rule 6:7 this rule changes nothing: a kill rule in line 3, which is stricter, covers all of it",
      "shadowed-rule 7:7 this rule changes nothing: a kill rule in line 4, which is stricter, covers all of it",
    ],
  },
  "what is out of Domain is denied anyway, a kill is more": {
    text: rules(["out_of_domain: true"], [], ["out_of_domain: true", "out_of_signal: true"]),
    says: [
      "shadowed-rule 5:7 this rule changes nothing: what is out of Domain is denied already",
      "shadowed-rule 6:7 this rule changes nothing: what is out of Signal is denied already",
    ],
  },
  "rules that only look alike": {
    text: rules(
      [
        '{ action: "railway:*", environment: staging }',
        '{ action: "railway:deploy", not: { agent: cursor } }',
        '{ action_type: deployment, command: "npm *" }',
        '{ environment: "prod*", action_type: opaque }',
        "{ out_of_domain: false, provider: aws }",
      ],
      [
        'action: "railway:deploy"',
        '{ action_type: deployment, command: "npx *" }',
        "{ environment: production, action_type: opaque }",
        '{ path: "**/*.env" }',
      ],
      ["action_type: opaque", "{ action_type: opaque, provider: shell, timeout: 10 }", '{ path: "src/**" }'],
    ),
    says: [],
  },
  "a control rule that names an operation puts it in Domain, which a glob does not": {
    text: rules([], [], ['action: "railway:*"', 'action: "railway:deploy"']),
    says: [],
  },
  "rules of a task": {
    text: `sessions:\n  web:\n    policies:\n      deny:\n        - provider: aws\n        - action: "aws:s3"\n`,
    says: [
      "shadowed-rule 6:11 this rule changes nothing: a deny rule in line 5, which is as strict, covers all of it",
    ],
  },
});

check({
  "conditions that cannot all hold": {
    text: rules([
      '{ action: "railway:deploy", provider: aws }',
      '{ action: ["railway:deploy", "railway:volume_delete"], access: read }',
      "{ provider: railway, out_of_signal: true }",
      '{ action: "railway:deploy", not: { provider: railway } }',
    ]),
    says: [
      "unreachable-rule 3:7 no action is both `railway:deploy` and of the provider `aws`",
      "unreachable-rule 4:7 `railway:deploy` is no read, so `access: read` never holds",
      "unreachable-rule 5:7 only actions of `fs` can be out of Signal, not those of `railway`",
      "unreachable-rule 6:7 `not` excepts all that this rule is about",
    ],
  },
  "conditions that may hold": {
    text: rules([
      '{ action: ["railway:deploy", "aws:s3"], provider: aws }',
      '{ action: ["railway:status", "railway:deploy"], access: read }',
      '{ action: "*:read", provider: aws }',
      "{ provider: fs, out_of_signal: true }",
      '{ action: "railway:redeploy", not: { action: "railway:redeploy", environment: staging } }',
      '{ path: "src/**", not: { path: "**" } }',
    ]),
    says: [],
  },
});

const domain = (allowed: string, blocked = "[]"): string =>
  `session_scope:\n  domain:\n    allowed_apis: ${allowed}\n    blocked_actions: ${blocked}\n`;

check({
  "allowed and blocked": {
    text: domain(
      '["railway:deploy", "railway:volume_delete", "railway:status"]',
      '["railway:volume_management"]',
    ),
    says: [
      "contradiction 3:38 `railway:volume_delete` is allowed here and blocked in line 4: the block holds",
    ],
    fixed: domain('["railway:deploy", "railway:status"]', '["railway:volume_management"]'),
  },
  "allowed, and always killed by the baseline": {
    text: domain(
      '["railway:volume_delete", "railway:volume_management", "railway:deploy", "railway:database_drop"]',
    ),
    says: [
      "contradiction 3:20 `railway:volume_delete` is allowed here, and the kill rule in the built-in baseline always stops it",
      "contradiction 3:45 `railway:volume_management` is allowed here, and the kill rule in the built-in baseline always stops it",
      "contradiction 3:92 `railway:database_drop` is allowed here, and the kill rule in the built-in baseline always stops it",
    ],
  },
  "a block that only takes a part": {
    text: domain(
      '["railway:domain_management", "railway:deploy"]',
      '["railway:custom_domain_delete", { api: "railway:deploy", environment: production }]',
    ),
    says: [],
  },
  "allowed and always killed": {
    text: `${domain('["railway:volume_delete", "railway:volume_management", "railway:deploy"]')}${rules(["action_type: irreversible_infrastructure_deletion", "{ action_type: deployment, agent: cursor }"])}`,
    says: [
      "contradiction 3:20 `railway:volume_delete` is allowed here, and the kill rule in line 7 always stops it",
      "contradiction 3:45 `railway:volume_management` is allowed here, and the kill rule in line 7 always stops it",
    ],
  },
  "allowed in a task, and not at the top": {
    text: `${domain('["railway:deploy"]')}sessions:\n  web: { session_scope: { domain: { allowed_apis: ["railway:variable_set", "railway:deploy", "aws:s3"] } } }\n`,
    says: [
      "contradiction 6:52 `railway:variable_set` stays out of Domain: `allowed_apis` at the top closes `railway` for it in line 3",
    ],
  },
  "files and credentials that are both": {
    text: `session_scope:
  signal:
    allowed_files: ["config/staging.env"]
    hidden_files: ["./config/staging.env"]
    allowed_credentials: ["railway_project_token"]
    blocked_credentials: ["railway_project_token"]
`,
    says: [
      "contradiction 3:21 `config/staging.env` is allowed here and hidden in line 4: it is not hidden",
      "contradiction 5:27 `railway_project_token` is allowed here and blocked in line 6: the block holds",
    ],
  },
});

check({
  "globs over everything": {
    text: `session_scope:
  signal:
    default: closed
    allowed_files: ["**", "src/**", "./**/*"]
    writable_files: ["/**", "src/**"]
    visible_files: ["*"]
    allowed_credentials: ["*"]
  domain:
    allowed_apis: ["*:*", "*:read", "railway:*"]
credentials:
  key: { hosts: ["*"], grants: ["*"] }
`,
    says: [
      "broad-glob 4:21 `**` in `allowed_files` covers everything, so the key bounds nothing",
      "broad-glob 4:37 `./**/*` in `allowed_files` covers everything, so the key bounds nothing",
      "broad-glob 5:22 `/**` in `writable_files` covers everything, so the key bounds nothing",
      "broad-glob 6:21 `*` in `visible_files` covers everything, so the key bounds nothing",
      "broad-glob 7:27 `*` in `allowed_credentials` covers everything, so the key bounds nothing",
      "broad-glob 9:20 `*:*` in `allowed_apis` covers everything, so the key bounds nothing",
      "broad-glob 9:27 `*:read` in `allowed_apis` covers everything, so the key bounds nothing",
      "broad-glob 11:18 `*` in `hosts` covers everything, so the key bounds nothing",
      "broad-glob 11:33 `*` in `grants` covers everything, so the key bounds nothing",
    ],
  },
  "approvers whom nobody can reach": {
    text: rules([], [], ["{ action_type: opaque, approvers: [ana, carol] }"]),
    says: ["control-without-route 3:47 no approver `carol` is enrolled, so nobody can answer as one"],
  },
  "allowed files that are not there": {
    text: `session_scope: { signal: { allowed_files: ["./config/stagin.env", config/staging.env, ~/notes.txt, "/etc/nothing"] } }\n`,
    says: [
      "missing-file 1:44 `./config/stagin.env` is allowed, and there is no such file",
      "missing-file 1:100 `/etc/nothing` is allowed, and there is no such file",
    ],
  },
  "credentials without a scope": {
    text: `credentials:\n  a: { grants: [] }\n  b: { grants: ["railway:deploy"] }\n`,
    says: ["credential-without-scope 2:3 `a` is declared without grants, so any use of it is a mismatch"],
  },
  "environments that nothing is in": {
    text: `environments:\n  production: {}\n  staging: { railway: staging }\n`,
    says: [
      "unmatched-production 2:3 nothing says how `production` is recognised, so no target is ever in it",
    ],
  },
});

/** Of errors, too: what one step settles is offered as that step. */
const slips: Readonly<Record<string, readonly [before: string, after: string]>> = {
  "a misspelt key": ["polices: {}\n", "policies: {}\n"],
  "a misspelt key of JSON": ['{"polices": {}}', '{"policies": {}}'],
  "a misspelt operation in quotes": [domain("['railway:deplloy']"), domain("['railway:deploy']")],
  "a misspelt provider": [domain('["railwy:deploy"]'), domain('["railway:deploy"]')],
  "a misspelt effect": [rules(["action_type: opaqe"]), rules(["action_type: opaque"])],
  "a misspelt word": [
    "session_scope: { signal: { default: closd } }\n",
    "session_scope: { signal: { default: closed } }\n",
  ],
  "a number for a text": ["description: 7\n", 'description: "7"\n'],
  "an effect where a rule stands": [rules(["opaque"]), rules(['action_type: "opaque"'])],
  "a control rule that asks nobody": [
    rules([], [], ["{ action_type: opaque, require_hitl: false }"]),
    rules([], [], ["{ action_type: opaque, require_hitl: true }"]),
  ],
};

for (const [name, [before, after]] of Object.entries(slips)) {
  test(`the fix for ${name}`, () => {
    const [problem] = load(before).diagnostics;
    assert.equal(applied(before, problem), after);
    assert.deepEqual(load(after).diagnostics.map(line), []);
  });
}
