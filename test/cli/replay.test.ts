import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { stateDirectory } from "../../src/broker/places.ts";
import { auditCommand } from "../../src/cli/audit-command.ts";
import { UsageError } from "../../src/cli/command.ts";
import type { ReplayReport } from "../../src/record/replay.ts";
import { record, type Place, type Recorded } from "../record/recorded-requests.ts";
import { runCommand, temporaryFolder } from "./terminal.ts";

function place(context: { after(done: () => void): void }): Place {
  const home = temporaryFolder(context);
  const cwd = join(home, "shop");
  mkdirSync(join(cwd, ".governance"), { recursive: true });
  return { cwd, home };
}

const shell = (command: string): Recorded => ({ payload: { kind: "shell", command, shell: "bash" } });

async function replay(where: Place, policy: string, ...args: readonly string[]): Promise<ReplayReport> {
  writeFileSync(join(where.cwd, "new.yaml"), policy);
  const run = await runCommand(auditCommand, ["replay", "--policy", "new.yaml", "--json", ...args], where);
  assert.equal(run.code, 0, run.err);
  return JSON.parse(run.out) as ReplayReport;
}

const open = "version: 1\n";
const noDeploys = 'policies: { deny: [{ action: "railway:deploy" }] }\n';

test("the same policy decides nothing otherwise", async (context) => {
  const where = place(context);
  record(where, noDeploys, [shell("ls"), shell("railway up"), shell("cat .env"), shell("rm -rf ~")]);
  const report = await replay(where, noDeploys);
  assert.deepEqual([report.requests, report.byRequest, report.latched, report.differences], [4, 4, 0, []]);
});

test("differences are grouped by the rule that makes them", async (context) => {
  const where = place(context);
  record(where, undefined, [
    shell("railway redeploy -y"),
    shell("ls"),
    shell("railway up"),
    shell("railway redeploy -y"),
  ]);
  const { differences } = await replay(where, noDeploys);
  assert.deepEqual(
    differences.map(({ direction, from, to, rule, count, examples }) => [
      `${direction} ${from} → ${to} ${rule?.pointer ?? ""}:${rule?.line ?? 0}`,
      count,
      examples.map(({ seq }) => seq),
    ]),
    [
      ["stricter allow → deny /policies/deny/0:1", 2, [4, 1]],
      ["stricter ask → deny /policies/deny/0:1", 1, [3]],
    ],
  );
});

test("what a policy stopped and the new one lets pass is told with the old rule", async (context) => {
  const where = place(context);
  record(where, noDeploys, [shell("railway up"), shell("railway up")]);
  const report = await replay(where, 'session_scope: { domain: { allowed_apis: ["railway:deploy"] } }\n');
  assert.deepEqual(
    report.differences.map(({ direction, from, to, rule, count }) => [
      direction,
      from,
      to,
      rule?.file,
      count,
    ]),
    [["looser", "deny", "allow", join(where.cwd, "then.yaml"), 2]],
  );
});

test("each rule of the candidate is counted", async (context) => {
  const where = place(context);
  record(where, undefined, [shell("railway up"), shell("railway up && railway redeploy -y"), shell("ls")]);
  const { rules } = await replay(where, noDeploys);
  const own = rules.filter(({ rule }) => rule.file.endsWith("new.yaml"));
  assert.deepEqual(
    own.map(({ rule, verdict, matched, decided }) => [rule.pointer, verdict, matched, decided]),
    [["/policies/deny/0", "deny", 2, 2]],
  );
});

test("a masked request is decided by what it was taken for", async (context) => {
  const where = place(context);
  const command =
    'curl -H \'Authorization: Bearer test-token-not-real-0001\' https://backboard.railway.com/graphql/v2 -d \'{"query":"mutation { serviceInstanceRedeploy(serviceId: \\"s\\", environmentId: \\"e\\") }"}\'';
  record(where, undefined, [shell(command)]);
  const report = await replay(where, noDeploys);
  assert.deepEqual([report.requests, report.byRequest, report.differences.length], [1, 0, 1]);
  assert.equal(report.differences[0]?.to, "deny");
});

test("so is one whose files have changed since, and one whose text the record does not keep", async (context) => {
  const where = place(context);
  const script = join(where.cwd, "deploy.sh");
  writeFileSync(script, "railway up\n");
  record(where, undefined, [
    shell("sh ./deploy.sh"),
    { payload: { kind: "file_write", changes: [{ path: "a.txt", change: "write", content: "x" }] } },
  ]);
  assert.equal((await replay(where, noDeploys)).byRequest, 1, "the script is as it was");
  writeFileSync(script, "echo nothing\n");
  const report = await replay(where, noDeploys);
  assert.deepEqual([report.requests, report.byRequest], [2, 0]);
  assert.deepEqual(
    report.differences.map(({ to, count }) => [to, count]),
    [["deny", 1]],
    "the record holds what it was",
  );
});

test("that a target was production is for the candidate to say", async (context) => {
  const where = place(context);
  const production = "policies: { deny: [{ action_type: production_api_call }] }\n";
  const masked = "A_TOKEN=test-token-not-real-0001 railway up";
  record(where, `environments: { production: { railway: [main-env] } }\n${production}`, [shell(masked)]);
  const allowed = 'session_scope: { domain: { allowed_apis: ["railway:deploy"] } }\n';
  const report = await replay(where, allowed + production);
  assert.equal(report.byRequest, 0);
  assert.deepEqual(
    report.differences.map(({ from, to }) => [from, to]),
    [["deny", "allow"]],
    "a target that nobody could tell was production where environments were declared, and is not elsewhere",
  );
});

test("sessions keep their task, and requests of killed ones are left out", async (context) => {
  const where = place(context);
  const tasks = "sessions:\n  web: { policies: { deny: [{ command: 'make*' }] } }\n  docs: {}\n";
  record(where, tasks, [
    { ...shell("make all"), task: "docs" },
    { ...shell("make all"), task: "web" },
    { ...shell("make all"), killed: true },
  ]);
  const report = await replay(where, tasks);
  assert.deepEqual([report.requests, report.latched, report.differences], [2, 1, []]);
});

test("only this folder's requests, only the last ones, or all", async (context) => {
  const where = place(context);
  record(where, undefined, [
    shell("ls"),
    { ...shell("ls"), workspace: where.home },
    shell("railway up"),
    shell("ls"),
  ]);
  assert.equal((await replay(where, noDeploys)).requests, 3);
  assert.equal((await replay(where, noDeploys, "--all")).requests, 4);
  assert.equal((await replay(where, noDeploys, "--last", "1")).requests, 1);
  assert.equal((await replay(where, noDeploys, "--last", "2")).differences.length, 1);
});

test("entries of older versions are replayed as far as they tell", async (context) => {
  const where = place(context);
  record(where, undefined, [shell("railway up"), shell("A_TOKEN=test-token-not-real-0001 railway up")]);
  const file = join(stateDirectory(where.home), "record", "audit.jsonl");
  const older = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const { whole: _, ...entry } = JSON.parse(line) as {
        whole?: boolean;
        actions: { groups?: unknown; aliases?: unknown }[];
      };
      const actions = entry.actions.map(({ groups: _groups, aliases: _aliases, ...action }) => action);
      return JSON.stringify({ ...entry, actions });
    });
  writeFileSync(file, `${older.join("\n")}\n{"kind":"decision"}\nnot json\n`);
  const report = await replay(where, noDeploys);
  assert.deepEqual([report.requests, report.byRequest], [2, 1]);
  assert.equal(
    report.differences.reduce((sum, { count }) => sum + count, 0),
    2,
  );
});

test("the text says how it was found, and shows examples", async (context) => {
  const where = place(context);
  record(where, undefined, [shell("railway up"), shell("A_TOKEN=test-token-not-real-0001 railway up")]);
  writeFileSync(join(where.cwd, "new.yaml"), noDeploys);
  const { out } = await runCommand(auditCommand, ["replay", "--policy", "new.yaml"], where);
  assert.match(out, /^2 recorded requests: 1 were classified again, 1 decided by what they were taken for$/m);
  assert.match(out, /^would now be stricter:\n +2 {2}ask → deny {2}new\.yaml:1 \/policies\/deny\/0: /m);
  assert.match(out, /^ +#2 claude-code: /m);
  assert.doesNotMatch(out, /test-token/);
});

test("without a record there is nothing to say", async (context) => {
  const where = place(context);
  writeFileSync(join(where.cwd, "new.yaml"), open);
  const { code, out } = await runCommand(auditCommand, ["replay", "--policy", "new.yaml"], where);
  assert.equal(code, 0);
  assert.match(out, /the record holds no decided requests of this folder/);
});

for (const [args, says] of [
  [["--last", "x"], /whole number/],
  [["--policy", "none.yaml"], /cannot be read/],
  [["more"], /unexpected argument/],
] as const) {
  test(`wrong usage: audit replay ${args.join(" ")}`, async (context) => {
    await assert.rejects(
      () => runCommand(auditCommand, ["replay", ...args], place(context)),
      (error) => UsageError.is(error) && says.test(error.message),
    );
  });
}

test("a text that is not saved yet is taken from standard input, with the file's name", async (context) => {
  const where = place(context);
  record(where, undefined, [shell("railway up"), shell("ls")]);
  const args = ["replay", "--policy", "new.yaml", "--stdin", "--json", "--progress"];
  const run = await runCommand(auditCommand, args, { ...where, stdin: noDeploys });
  const { differences } = JSON.parse(run.out) as ReplayReport;
  assert.deepEqual(
    differences.map(({ to, rule }) => [to, rule?.file]),
    [["deny", join(where.cwd, "new.yaml")]],
  );
  assert.equal(run.err, "");
  const nameless = runCommand(auditCommand, ["replay", "--stdin"], { ...where, stdin: noDeploys });
  await assert.rejects(nameless, UsageError);
});

test("whoever waits for a long record is told how far it is", async (context) => {
  const where = place(context);
  record(
    where,
    undefined,
    Array.from({ length: 120 }, () => shell("ls")),
  );
  writeFileSync(join(where.cwd, "new.yaml"), noDeploys);
  const run = await runCommand(auditCommand, ["replay", "--policy", "new.yaml", "--progress"], where);
  assert.equal(run.err, "50/120\n100/120\n");
});

test("the rules of a candidate that only observes are counted, and change no verdict", async (context) => {
  const where = place(context);
  record(where, open, [shell("railway up"), shell("ls"), shell("railway up -e staging")]);
  const { rules, differences } = await replay(where, `enforcement: observe\n${noDeploys}`);
  assert.deepEqual(
    rules
      .filter(({ rule }) => rule.file.endsWith("new.yaml"))
      .map(({ verdict, matched, decided }) => [verdict, matched, decided]),
    [["deny", 2, 2]],
  );
  assert.ok(differences.every(({ direction }) => direction === "looser"));
});
