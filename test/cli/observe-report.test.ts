import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { stateDirectory } from "../../src/broker/places.ts";
import { auditCommand } from "../../src/cli/audit-command.ts";
import { UsageError } from "../../src/cli/command.ts";
import type { ObserveReport } from "../../src/record/observe-report.ts";
import { record, type Place, type Recorded } from "../record/recorded-requests.ts";
import { runCommand, temporaryFolder } from "./terminal.ts";

const policy = `enforcement: observe
policies:
  kill:
    - command: "echo kill*"
  control:
    - command: "echo ask*"
    - command: "echo *twice"
`;

function place(context: { after(done: () => void): void }): Place {
  const home = temporaryFolder(context);
  const cwd = join(home, "shop");
  mkdirSync(join(cwd, ".governance"), { recursive: true });
  return { cwd, home };
}

const shell = (command: string): Recorded => ({ payload: { kind: "shell", command, shell: "bash" } });

async function report(where: Place, ...args: readonly string[]): Promise<ObserveReport> {
  const run = await runCommand(auditCommand, ["observe-report", "--json", ...args], where);
  assert.equal(run.code, 0, run.err);
  return JSON.parse(run.out) as ObserveReport;
}

const requests = [
  shell("ls"),
  shell("echo ask 1"),
  shell("echo ask twice"),
  shell("ls"),
  shell("echo kill"),
  shell("echo ask 2"),
];

test("what would have been stopped is counted by rule, the strictest first", async (context) => {
  const where = place(context);
  record(where, policy, requests);
  const found = await report(where);
  assert.deepEqual([found.requests, found.days, found.would], [5, 1, { ask: 3, deny: 0, kill: 1 }]);
  assert.deepEqual(
    found.rules.map(({ rule, verdict, count }) => [rule.pointer, verdict, count]),
    [
      ["/policies/kill/0", "kill", 1],
      ["/policies/control/0", "ask", 3],
      ["/policies/control/1", "ask", 1],
    ],
  );
  assert.deepEqual(
    found.rules[1]?.examples.map(({ seq }) => seq),
    [6, 3, 2],
    "the latest ones first",
  );
});

test("what was enforced before says nothing about how often people would be asked", async (context) => {
  const where = place(context);
  record(where, policy.replace("observe", "enforce"), requests);
  const file = join(stateDirectory(where.home), "record", "audit.jsonl");
  const before = readFileSync(file, "utf8");
  assert.equal((await report(where)).requests, 0);
  record(where, policy, [shell("echo ask 1"), shell("ls")]);
  const after = readFileSync(file, "utf8");
  record(where, undefined, []);
  appendFileSync(file, before + after);
  assert.deepEqual((await report(where)).requests, 2);
});

test("only this folder's requests, only the last ones, or all", async (context) => {
  const where = place(context);
  record(where, policy, [{ ...shell("echo ask 1"), workspace: where.home }, ...requests]);
  assert.equal((await report(where)).would.ask, 3);
  assert.equal((await report(where, "--all")).would.ask, 4);
  assert.equal((await report(where, "--last", "2")).would.ask, 1);
  await assert.rejects(report(where, "--last", "x"), UsageError);
});

test("the text tells how often people would be asked, and what to write to switch", async (context) => {
  const where = place(context);
  const { out: nothing } = await runCommand(auditCommand, ["observe-report"], where);
  assert.match(nothing, /^the record holds no request of this folder that a policy only observed/);
  record(where, policy, requests);
  const { out } = await runCommand(auditCommand, ["observe-report"], where);
  assert.match(out, /^5 requests on 1 day since policies only observe$/m);
  assert.match(out, /^would have been: 1 killed, 0 denied, 3 asked \(3 a day\)$/m);
  assert.match(out, /^ {4}1 {2}kill {2}then\.yaml:4 \/policies\/kill\/0: /m);
  assert.match(out, /^ +#5 claude-code: /m);
  assert.match(out, /^nothing only observes in this folder now$/m);
});

test("the record tells what was only observed as what it would have been", async (context) => {
  const where = place(context);
  record(where, policy, [shell("echo kill"), shell("ls")]);
  const { out } = await runCommand(auditCommand, ["show"], where);
  assert.match(out, /^ +1 .* would have been kill {2}claude-code/m);
  assert.match(out, /^ +2 .* allow {2}claude-code/m);
});
