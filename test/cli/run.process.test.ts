import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  approver,
  claudePayload,
  freshHome,
  freshKey,
  spawnBroker,
  until,
  type Home,
  type SpawnedBroker,
  type TestApprover,
} from "../broker/harness.ts";
import { bundledCli } from "./bundled.ts";

const { cli, remove } = await bundledCli();

/** Does around a call what Claude Code does: the installed hook gets the payload, and its reply is printed. */
const agentScript = (hook: string): string => `for payload in "$@"; do
  /bin/sh -c '${hook.replaceAll("'", String.raw`'\''`)}' < "$payload"
  echo "[$?]"
done
exit 7
`;

const policy = `sessions:
  front:
    policies:
      deny:
        - command: "echo back*"
  back:
    policies:
      deny:
        - command: "echo front*"
`;

let home: Home;
let broker: SpawnedBroker;
let human: TestApprover;

before(async () => {
  home = freshHome();
  writeFileSync(join(home.workspace, ".governance", "policy.yaml"), policy);
  const key = freshKey();
  broker = spawnBroker(home, ["--enroll"], { stdin: `${key.publicKey}\n` });
  await until(() => existsSync(home.places.endpoint), "the broker serves");
  human = await approver(home.places, key);
  const bin = join(home.home, "bin");
  mkdirSync(bin);
  copyFileSync("/bin/bash", join(bin, "claude"));
  chmodSync(join(bin, "claude"), 0o755);
});

after(async () => {
  human.stop();
  broker.child.kill();
  await broker.exited;
  home.remove();
  remove();
});

interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function signalbox(...args: readonly string[]): Promise<Finished> {
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: home.workspace,
    env: { HOME: home.home, PATH: `${join(home.home, "bin")}:/usr/bin:/bin` },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString("utf8")));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString("utf8")));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, out, err })));
}

/** The command that Claude Code runs before each tool call. */
function installedHook(): string {
  const text = readFileSync(join(home.home, ".claude", "settings.json"), "utf8");
  const { hooks } = JSON.parse(text) as { hooks: Record<string, { hooks: { command: string }[] }[]> };
  return hooks["PreToolUse"]?.[0]?.hooks[0]?.command ?? "";
}

function payload(command: string): string {
  const file = join(home.home, `${command.replace(" ", "-")}.json`);
  writeFileSync(file, claudePayload(home.workspace, { command, conversation: "inside" }));
  return file;
}

function answers(answer: "allow_once" | "deny"): void {
  human.onQuestion = (question) => void human.answer(question, answer);
}

test("run: an agent without hooks is not started, and the remedy is named", async () => {
  answers("allow_once");
  const { code, err } = await signalbox("run", "--task", "front", "--", "claude", "-c", "echo started");
  assert.equal(code, 1);
  assert.match(err, /hooks of claude-code are not in place\n {2}help: `signalbox install claude-code`/);
});

test("run: what is no agent is not started", async () => {
  const { code, err } = await signalbox("run", "--", "make", "all");
  assert.equal(code, 1);
  assert.match(err, /`make` is no agent that Signalbox has hooks for/);
});

test("run: confirmed, the agent works at the task, its exit code is handed on", async () => {
  assert.equal((await signalbox("install", "claude-code")).code, 0);
  const script = join(home.home, "agent.sh");
  writeFileSync(script, agentScript(installedHook()));
  answers("allow_once");
  const [front, back] = [payload("echo front"), payload("echo back")];
  const { code, out } = await signalbox("run", "--task", "front", "--", "claude", script, front, back);
  assert.equal(code, 7, out);
  const [first, second] = out.split("[0]");
  assert.equal(first?.trim(), "", "the task allows it: no opinion");
  assert.match(second ?? "", /"permissionDecision":"deny"/);
});

test("run: denied, nothing is started", async () => {
  answers("deny");
  const { code, out, err } = await signalbox("run", "--task", "front", "--", "claude", "-c", "echo started");
  assert.deepEqual([code, out], [1, ""]);
  assert.match(err, /a human denied it/);
});

test("run: a task that the policy does not declare is refused with those that it does", async () => {
  const { code, err } = await signalbox("run", "--task", "frnt", "--", "claude", "-c", "echo started");
  assert.equal(code, 1);
  assert.match(err, /no task `frnt`; it declares `front`, `back`/);
});

test("run: without a command it is wrong usage", async () => {
  assert.equal((await signalbox("run", "--task", "front")).code, 2);
});
