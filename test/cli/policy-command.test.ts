import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { UsageError } from "../../src/cli/command.ts";
import { policyCommand } from "../../src/cli/policy-command.ts";
import { seed } from "../policy/load-for-test.ts";
import { runCommand, temporaryFolder, type Run } from "./terminal.ts";

interface Place {
  readonly cwd: string;
  readonly home: string;
}

function place(context: { after(done: () => void): void }, policy?: string): Place {
  const home = temporaryFolder(context);
  const cwd = join(home, "shop");
  mkdirSync(join(cwd, ".governance"), { recursive: true });
  if (policy !== undefined) {
    writeFileSync(join(cwd, ".governance", "policy.yaml"), policy);
  }
  writeFileSync(join(cwd, "seed.yaml"), seed);
  writeFileSync(
    join(cwd, "wider.yaml"),
    seed.replace('"railway:domain_management"', '"railway:domain_management", "railway:deploy"'),
  );
  return { cwd, home };
}

function run(where: Place, ...args: readonly string[]): Promise<Run> {
  return runCommand(policyCommand, args, where);
}

test("diff tells what becomes possible with the rules that stood against it, and exits 1", async (context) => {
  const { code, out } = await run(place(context), "diff", "seed.yaml", "wider.yaml");
  assert.equal(code, 1);
  assert.match(
    out,
    /^becomes possible, or needs less:\n {2}railway:deploy \(\d+ operations\).*: deny → allow\n {4}seed\.yaml:6 \//m,
  );
  assert.doesNotMatch(out, /becomes stricter/);
});

test("diff the other way only tightens, and exits 0", async (context) => {
  const { code, out } = await run(place(context), "diff", "wider.yaml", "seed.yaml");
  assert.equal(code, 0);
  assert.match(out, /^becomes stricter:\n {2}railway:deploy \(\d+ operations\)/m);
  assert.doesNotMatch(out, /becomes possible/);
});

test("diff of a policy with itself finds nothing", async (context) => {
  const { code, out } = await run(place(context), "diff", "seed.yaml", "seed.yaml");
  assert.deepEqual([code, out], [0, "no request would be decided otherwise\n"]);
});

test("diff takes the baseline by its name, and what is in force here where one policy is given", async (context) => {
  const where = place(context);
  const named = await run(where, "diff", "baseline", "seed.yaml");
  const here = await run(where, "diff", "seed.yaml");
  assert.equal(named.out, here.out);
  assert.match(named.out, /railway:domain_management \(\d+ operations\)/);
});

test("diff as JSON holds the changes by kind, with names and places", async (context) => {
  const { out } = await run(place(context), "diff", "seed.yaml", "wider.yaml", "--json");
  const { loosens, tightens } = JSON.parse(out) as {
    readonly tightens: readonly unknown[];
    readonly loosens: readonly {
      readonly kind: string;
      readonly from: string;
      readonly to: string;
      readonly names: readonly string[];
      readonly where: Readonly<
        Record<string, { readonly in: readonly string[]; readonly not_in: readonly string[] }>
      >;
    }[];
  };
  assert.deepEqual(tightens, []);
  const change = loosens.find(({ to }) => to === "allow");
  assert.deepEqual([change?.kind, change?.from], ["operations", "deny"]);
  assert.ok(change?.names.includes("railway:up"));
  assert.deepEqual(change?.where["credential"]?.not_in, ["railway_cli_admin_token"]);
});

test("operations of the workspace's own catalogue are among the changes", async (context) => {
  const where = place(context);
  mkdirSync(join(where.cwd, ".governance", "catalogue"));
  writeFileSync(
    join(where.cwd, ".governance", "catalogue", "acme.yaml"),
    "provider: acme\ntitle: Acme\noperations:\n  box_start: {effects: [infrastructure_change], summary: start a box}\n",
  );
  writeFileSync(join(where.cwd, "acme.yaml"), "policies: { deny: [{ provider: acme, access: change }] }\n");
  const { out } = await run(where, "diff", "baseline", "acme.yaml");
  assert.match(out, /^ {2}acme:.*box_start.*: ask → deny$/m);
});

test("show tells what is in force, and what waits for a human", async (context) => {
  const { code, out } = await run(place(context, seed), "show");
  assert.equal(code, 0);
  assert.match(out, /^in force +[0-9a-f]{12}, the strictest verdict of:$/m);
  assert.match(out, /^ {2}- builtin +[0-9a-f]{12} \S+baseline\.yaml$/m);
  assert.match(out, /^ {4}workspace +[0-9a-f]{12} \.governance\/policy\.yaml$/m);
  assert.match(out, /^workspace +unapproved +\.governance\/policy\.yaml: not approved yet/m);
  assert.match(
    out,
    /^once a human approves it \(.*\), these operations become possible:\n {2}railway:railway_domain_nameservers_set \(cannot be undone\); railway:domain_management/m,
  );
  // The part that tightens is in force already, so nothing of it waits.
  assert.doesNotMatch(out, /→ kill|→ deny/);
});

test("show says so where nothing would become possible", async (context) => {
  const { out } = await run(place(context, 'policies: { deny: [{ command: "make*" }] }\n'), "show");
  assert.match(out, /nothing becomes possible once it is approved/);
});

test("show without a policy", async (context) => {
  const { out } = await run(place(context), "show");
  assert.match(out, /^workspace +missing .*there is no policy file; the built-in baseline applies$/m);
  assert.doesNotMatch(out, /become/);
});

test("show as JSON", async (context) => {
  const { out } = await run(place(context, seed), "show", "--json");
  const shown = JSON.parse(out) as {
    readonly stacks: readonly (readonly { readonly layer: string }[])[];
    readonly pending: { readonly loosens: readonly unknown[] };
  };
  assert.deepEqual(
    shown.stacks.map((stack) => stack.map(({ layer }) => layer)),
    [["builtin"], ["builtin", "workspace"]],
  );
  assert.ok(shown.pending.loosens.length > 0);
});

test("approve needs a terminal with a key: what an agent starts has none", async (context) => {
  await assert.rejects(() => run(place(context, seed), "approve"), /terminal|key/);
});

test("a policy that does not load is told with its place", async (context) => {
  const where = place(context);
  writeFileSync(join(where.cwd, "bad.yaml"), "polices: {}\n");
  await assert.rejects(
    () => run(where, "diff", "seed.yaml", "bad.yaml"),
    (error) => UsageError.is(error) && /bad\.yaml:1:1: error: unknown key `polices`/.test(error.message),
  );
});

for (const [args, says] of [
  [[], /say `check`, `show`, `diff`, `rule`, `approve`, `keygen` or `sign`/],
  [["aprove"], /unknown `aprove`/],
  [["approve", "a", "b"], /give one folder/],
  [["approve", "--user", "a"], /give one folder, or `--user`/],
  [["diff"], /give one or two policies/],
  [["diff", "a", "b", "c"], /give one or two policies/],
  [["diff", "none.yaml"], /cannot be read/],
] as const) {
  test(`wrong usage: policy ${args.join(" ")}`, async (context) => {
    await assert.rejects(
      () => run(place(context), ...args),
      (error) => UsageError.is(error) && says.test(error.message),
    );
  });
}

test("check tells errors and remarks with their fixes, and exits 1 where a policy does not load", async (context) => {
  const fine = await run(place(context, seed.replace("allowed_files", "hidden_files")), "check");
  assert.deepEqual([fine.code, fine.out], [0, "nothing to say about it\n"]);
  const remark = await run(
    place(context, `${seed}    - { action: "railway:volume_delete", approvers: [ana] }\n`),
    "check",
  );
  assert.equal(remark.code, 0);
  assert.match(remark.out, /policy\.yaml:3:21: warning: .* \[policy\/missing-file\]/);
  assert.match(
    remark.out,
    /:15:\d+: warning: no approver `ana` is enrolled.* \[policy\/control-without-route\]/,
  );
  const broken = await run(place(context, "polices: {}\n"), "check", "--json");
  assert.equal(broken.code, 1);
  const [problem] = JSON.parse(broken.out) as readonly {
    readonly code: string;
    readonly fix: { readonly title: string };
  }[];
  assert.deepEqual([problem?.code, problem?.fix.title], ["policy/unknown-key", "replace by `policies`"]);
  await assert.rejects(run(place(context), "check"), UsageError);
});

test("rule shows the narrowest change by which a command would be decided otherwise, and writes nothing", async (context) => {
  const where = place(context, "# ours\npolicies:\n  kill: []\n");
  const command = ["--", "railway", "variables", "--set", "A=b", "-e", "staging"];
  const { code, out } = await run(where, "rule", "--allow", ...command);
  assert.equal(code, 0);
  assert.match(out, /^Allow railway:variable_upsert in staging\nnote: as the first entry about railway/);
  assert.match(out, /^\+ {6}- \{ api: "railway:variable_upsert", environment: "staging" \}$/m);
  assert.equal(
    readFileSync(join(where.cwd, ".governance", "policy.yaml"), "utf8"),
    "# ours\npolicies:\n  kill: []\n",
  );
  const denied = await run(where, "rule", "--deny", "--json", "--", "rm", "notes.txt");
  assert.deepEqual((JSON.parse(denied.out) as { diff: string[] }).diff.slice(-2), [
    "+  deny:",
    '+    - { action: "fs:delete", path: "notes.txt" }',
  ]);
});

test("rule says why there is no such change, and what it needs to be told", async (context) => {
  const where = place(context);
  const killed = await run(where, "rule", "--allow", "--", "railway", "volume", "delete", "--volume", "v1");
  assert.equal(killed.code, 1);
  assert.match(killed.err, /^no rule is proposed: .*stops it on purpose/);
  await assert.rejects(run(where, "rule", "--", "ls"), UsageError);
  await assert.rejects(run(where, "rule", "--allow", "--deny", "--", "ls"), UsageError);
  await assert.rejects(run(where, "rule", "--allow"), /the command is missing/);
  await assert.rejects(run(where, "rule", "--allow", "--stdin"), /takes `\{policy/);
});
