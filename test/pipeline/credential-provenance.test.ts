import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { createEvaluator } from "../../src/cli/evaluate.ts";

const home = realpathSync(mkdtempSync(join(tmpdir(), "provenance-")));
const workspace = join(home, "shop");
const value = "test-token-not-real-0123456789";
for (const [path, text] of [
  [join(workspace, "tools", "dns.env"), `RAILWAY_API_TOKEN=${value}\n`],
  [join(workspace, "tools", ".env.example"), "RAILWAY_TOKEN=test-token-of-an-example\n"],
  [join(home, ".railway", "config.json"), '{"user":{"accessToken":"test-token-not-real-abcdefghij"}}'],
  [
    join(home, "policy.yaml"),
    `session_scope:
  signal:
    blocked_credentials: ["railway_cli_admin_token"]
credentials:
  dns_token:
    provider: railway
    grants: ["railway:domain_management"]
    found: ["$DNS_TOKEN"]
policies:
  kill:
    - credential_scope_mismatch: true
`,
  ],
] as const) {
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
}
after(() => {
  rmSync(home, { recursive: true, force: true });
});

const evaluator = createEvaluator({ home, env: {}, policyFile: join(home, "policy.yaml") });
const me = `https://backboard.railway.app/graphql/v2 -d '{"query":"{ me { id } }"}'`;
const deletion = `https://backboard.railway.app/graphql/v2 -d '{"query":"mutation { volumeDelete(volumeId: \\"v\\") }"}'`;

/** A use of a credential, the verdict, and what its reason says of where the credential comes from and what it is for. */
const uses: readonly (readonly [name: string, command: string, verdict: string, tells: readonly string[]])[] =
  [
    [
      "by its value, which lies in a file of the workspace",
      `curl -H 'Authorization: Bearer ${value}' ${me}`,
      "kill",
      ["railway_cli_admin_token", "its value, which lies in `tools/dns.env`", "account"],
    ],
    [
      "by its variable",
      `curl -H "Authorization: Bearer $RAILWAY_API_TOKEN" ${me}`,
      "kill",
      ["from `$RAILWAY_API_TOKEN`"],
    ],
    [
      "by the file that it is read from",
      `curl -H "Authorization: Bearer $(jq -r .user.accessToken ~/.railway/config.json)" ${me}`,
      "kill",
      ["from `~/.railway/config.json`"],
    ],
    [
      "by the tool's own default",
      "railway domain",
      "kill",
      ["from `railway`, which takes it from `~/.railway/config.json`"],
    ],
    [
      "for an operation outside its grants",
      `curl -H "Authorization: Bearer $DNS_TOKEN" ${deletion}`,
      "kill",
      ["`dns_token` is out of its scope: its grants do not list the operation", "from `$DNS_TOKEN`"],
    ],
    [
      "at a host that is not its home",
      `curl -H "Authorization: Bearer $DNS_TOKEN" https://api.vercel.com/v9/projects`,
      "kill",
      ["`dns_token` is out of its scope: it is for railway"],
    ],
    [
      "the value of an example",
      `curl -H 'Authorization: Bearer test-token-of-an-example' ${me}`,
      "allow",
      [],
    ],
  ];

for (const [name, command, wanted, tells] of uses) {
  test(`a credential out of its scope: ${name}`, () => {
    const { verdict, reason } = evaluator.judge({
      context: {
        id: "use",
        agent: "unknown",
        conversation: "use",
        workspace,
        cwd: workspace,
        boundary: "check",
      },
      payload: { kind: "shell", shell: "bash", command },
    }).decision;
    assert.equal(verdict, wanted, reason);
    for (const text of tells) {
      assert.ok(reason.includes(text), `${reason} does not tell ${text}`);
    }
    assert.ok(!reason.includes("test-token-not-real"), reason);
  });
}
