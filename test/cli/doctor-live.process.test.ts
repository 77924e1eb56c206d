import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import type { CanaryProof } from "../../src/boundary/canary/proofs.ts";
import type { Point } from "../../src/boundary/checklist/point.ts";
import { probes } from "../../src/boundary/hooks/probes.ts";
import { startApprover, type TestApprover } from "../e2e/harness/approver.ts";
import { bundledCli } from "./bundled.ts";

/** `doctor --live` as users run it: bundles, installed hooks, a broker that the first hook starts. */

let bundle: Awaited<ReturnType<typeof bundledCli>>;
let home = "";
let workspace = "";
let approver: TestApprover;

before(async () => {
  bundle = await bundledCli();
  home = realpathSync(mkdtempSync(join(tmpdir(), "sb-doctor-")));
  workspace = join(home, "shop");
  mkdirSync(join(workspace, ".git"), { recursive: true });
  approver = await startApprover(home, join(dirname(bundle.cli), "broker.js"));
  approver.answerWith("allow_once");
  for (const { traces } of probes) {
    mkdirSync(dirname(join(home, traces[0] ?? "")), { recursive: true });
    writeFileSync(join(home, traces[0] ?? ""), "");
  }
  const installed = await signalbox("install", "--all");
  assert.equal(installed.code, 0, installed.err);
  const devin = await signalbox("install", "devin", "--workspace", workspace);
  assert.equal(devin.code, 0, devin.err);
});

after(async () => {
  approver.stop();
  process.kill(brokerPid(), "SIGTERM");
  bundle.remove();
  // The broker says its last words into its folder.
  await new Promise((resolve) => setTimeout(resolve, 500));
  rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
});

function brokerPid(): number {
  return Number(readFileSync(join(home, ".signalbox", "run", "broker.lock"), "utf8").split(" ")[0]);
}

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function signalbox(...args: readonly string[]): Promise<Run> {
  const child = spawn(process.execPath, [bundle.cli, ...args], {
    cwd: workspace,
    env: { HOME: home, PATH: "/usr/bin:/bin" },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 100_000,
  });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  const [code] = (await once(child, "close")) as [number];
  return { code, out, err };
}

async function live(): Promise<{
  readonly points: readonly Point[];
  readonly canaries: readonly CanaryProof[];
}> {
  const { out, err } = await signalbox("doctor", "--live", "--json");
  assert.equal(err, "");
  return JSON.parse(out) as { points: readonly Point[]; canaries: readonly CanaryProof[] };
}

test("the canaries of all installed hooks are proved, recorded, and told by the checklist from then on", async () => {
  const { points, canaries } = await live();
  assert.deepEqual(
    canaries.filter(({ proved }) => !proved),
    [],
  );
  assert.deepEqual(
    canaries.map(({ agent }) => agent),
    probes.map(({ agent }) => agent),
  );
  const state = (key: string): string | undefined => points.find((point) => point.key === key)?.state;
  assert.equal(state("boundaries"), "pass");
  assert.equal(state("record"), "pass", "what the canaries asked is in the record");
  const later = JSON.parse((await signalbox("doctor", "--json")).out) as { points: readonly Point[] };
  assert.equal(later.points.find(({ key }) => key === "boundaries")?.state, "pass");
  const { out } = await signalbox("status");
  assert.match(out, /^cursor \(user\): armed.*\n(?: {2}.*\n)*? {2}canary proved \S+Z$/m);
});

test("whoever is connected is told, and a broker that hangs as well", async () => {
  const point = async (key: string): Promise<Point | undefined> => {
    const { out } = await signalbox("doctor", "--json");
    return (JSON.parse(out) as { points: readonly Point[] }).points.find((each) => each.key === key);
  };
  const reachable = await point("approver");
  assert.ok(
    reachable?.findings.some(({ what, state }) => state === "pass" && what === "one approver is connected"),
  );
  process.kill(brokerPid(), "SIGSTOP");
  try {
    const boundaries = await point("boundaries");
    assert.equal(boundaries?.state, "fail");
    assert.match(boundaries.summary, /^the broker \(process \d+\) runs and does not answer/);
    assert.equal((await point("approver"))?.state, "not_measured");
  } finally {
    process.kill(brokerPid(), "SIGCONT");
  }
});

test("`--live AGENT` says so where the agent was not seen, and what may help", async () => {
  const { code, out } = await signalbox("doctor", "--live", "cursor", "--wait", "1");
  assert.equal(code, 1);
  assert.match(out, /^Cursor \(user\): the installed hook answers as it should/m);
  assert.match(
    out,
    /Run this command in the terminal, exactly as it is: cat ~\/\.signalbox\/canary-[0-9a-f]{12}$/m,
  );
  assert.match(out, /^NOT SEEN: nothing came in time\. What may help:\n {2}- check in Cursor's settings/m);
});

test("`--live AGENT` for one that is not armed says what to do", async () => {
  await signalbox("uninstall", "crush");
  const { code, out } = await signalbox("doctor", "--live", "crush");
  assert.equal(code, 1);
  assert.match(out, /Crush is not armed; run `signalbox install crush`/);
});

test("a policy that stops everything leaves nothing to try, and that is no failure of the hooks", async () => {
  mkdirSync(join(workspace, ".governance"), { recursive: true });
  writeFileSync(join(workspace, ".governance", "policy.yaml"), 'policies: { control: [{ command: "*" }] }\n');
  try {
    const { code, out } = await signalbox("doctor", "--live", "cursor", "--wait", "1");
    assert.equal(code, 1);
    assert.match(out, /^NOT MEASURED: the policies in force leave no command/m);
  } finally {
    rmSync(join(workspace, ".governance"), { recursive: true });
  }
});

test("Ctrl-C ends the wait with a word", async () => {
  const child = spawn(
    process.execPath,
    [bundle.cli, "doctor", "--live", "cursor", "--wait", "100", "--json"],
    {
      cwd: workspace,
      env: { HOME: home, PATH: "/usr/bin:/bin" },
      stdio: ["ignore", "pipe", "ignore"],
    },
  );
  let out = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  // The proof is kept right before the wait begins.
  const proofs = join(home, ".signalbox", "canaries.json");
  const before = readFileSync(proofs, "utf8");
  for (let turn = 0; turn < 600 && readFileSync(proofs, "utf8") === before; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await new Promise((resolve) => setTimeout(resolve, 500));
  child.kill("SIGINT");
  const [code] = (await once(child, "close")) as [number];
  assert.equal(code, 1);
  assert.equal((JSON.parse(out) as { readonly result: string }).result, "interrupted");
});
