import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openRegistry } from "../../src/record/registry.ts";
import {
  approver,
  ask,
  delay,
  entriesOf,
  freshHome,
  freshKey,
  localBroker,
  until,
  type LocalBroker,
  type TestApprover,
} from "./harness.ts";
import type { Question } from "../../src/broker/protocol.ts";

/** Two tasks: one may use the front's service, the other the back's; a third is another agent's. */
const policy = `session_scope:
  domain:
    default: deny
sessions:
  front:
    session_scope:
      domain:
        allowed_apis: ["vercel:read", "vercel:deploy"]
    policies:
      deny:
        - command: "echo back*"
  back:
    policies:
      deny:
        - command: "echo front*"
  other:
    agents: [codex]
`;

let broker: LocalBroker;
let human: TestApprover;
let count = 0;

before(async () => {
  const home = freshHome();
  writeFileSync(join(home.workspace, ".governance", "policy.yaml"), policy);
  broker = await localBroker(home);
  const key = freshKey();
  broker.host.keys.add(key.publicKey, "test", new Date().toISOString());
  human = await approver(broker.places, key);
});

after(async () => {
  human.stop();
  await broker.stop();
  broker.remove();
});

function answering(answer: "allow_once" | "deny"): Question[] {
  const seen: Question[] = [];
  human.onQuestion = (question) => {
    seen.push(question);
    void human.answer(question, answer);
  };
  return seen;
}

async function started(): Promise<{ readonly conversation: string; readonly id: string }> {
  const conversation = `t${++count}`;
  await ask(broker, { command: "true", conversation });
  const session = broker.host.registry.byKey({ agent: "claude-code", conversation });
  assert.ok(session !== undefined);
  return { conversation, id: session.id };
}

async function said(conversation: string, command: string): Promise<string> {
  return (await ask(broker, { command, conversation })).said;
}

test("unbound, every task holds at once; bound, only its own", async () => {
  const { conversation, id } = await started();
  assert.deepEqual(
    [await said(conversation, "echo front"), await said(conversation, "echo back")],
    ["deny", "deny"],
  );
  const seen = answering("allow_once");
  human.client.send({ type: "propose", kind: "bind_task", session: id, task: "front" });
  await until(() => broker.host.registry.byId(id)?.task === "front", "bound");
  assert.deepEqual(
    [await said(conversation, "echo front"), await said(conversation, "echo back")],
    ["no opinion", "deny"],
  );
  assert.equal(seen[0]?.kind, "bind_task");
  assert.equal(seen[0].task, "front");
  assert.match(seen[0].text, /may use vercel:deploy/);
});

test("the registry keeps who declared a task, when and under which policy, over a restart", async () => {
  const { id } = await started();
  answering("allow_once");
  human.client.send({ type: "propose", kind: "bind_task", session: id, task: "back" });
  await until(() => broker.host.registry.byId(id)?.task === "back", "bound");
  const again = openRegistry({
    file: broker.places.sessions,
    now: () => new Date(),
    random: () => new Uint8Array(8),
  });
  assert.ok(again.ok);
  const session = again.value.byId(id);
  assert.equal(session?.task, "back");
  assert.equal(session.declared?.by, broker.host.keys.list()[0]?.keyId);
  assert.equal(session.declared?.policyHash, broker.host.policies.inForce(broker.workspace).hash);
  assert.equal(session.declared?.how, "session");
  const entries = await entriesOf(broker.places, "task_bound");
  assert.ok(entries.some((entry) => entry["sessionId"] === id && entry["task"] === "back"));
});

test("denied, a session stays unbound", async () => {
  const { conversation, id } = await started();
  const seen = answering("deny");
  human.client.send({ type: "propose", kind: "bind_task", session: id, task: "front" });
  await until(() => seen.length === 1, "asked");
  assert.equal(await said(conversation, "echo front"), "deny");
  assert.equal(broker.host.registry.byId(id)?.task, undefined);
});

const refused: readonly { readonly name: string; readonly task: string; readonly says: RegExp }[] = [
  { name: "an unknown task", task: "frnt", says: /declares no task `frnt`; it declares `front`, `back`/ },
  { name: "another agent's task", task: "other", says: /is for codex, not for `claude-code`/ },
];

for (const { name, task, says } of refused) {
  test(`${name} is refused with the reason, and nobody is asked`, async () => {
    const { id } = await started();
    const seen = answering("allow_once");
    human.client.send({ type: "propose", kind: "bind_task", session: id, task });
    await until(
      () => human.messages.some((message) => message.type === "proposed" && says.test(message.message)),
      "told",
    );
    assert.equal(seen.length, 0);
  });
}

test("a policy that changes while the human thinks binds nothing", async () => {
  const { id } = await started();
  const file = join(broker.workspace, ".governance", "policy.yaml");
  human.onQuestion = (question) => {
    writeFileSync(file, `${policy}# another\n`);
    void human.answer(question, "allow_once");
  };
  human.client.send({ type: "propose", kind: "bind_task", session: id, task: "front" });
  let noticed: readonly unknown[] = [];
  for (const end = Date.now() + 3000; noticed.length === 0 && Date.now() < end; await delay(20)) {
    noticed = (await entriesOf(broker.places, "notice")).filter(
      (entry) => entry["event"] === "approved but not done",
    );
  }
  assert.equal(noticed.length, 1);
  assert.equal(broker.host.registry.byId(id)?.task, undefined);
  writeFileSync(file, policy);
});

test("what `run --task` starts works at that task, and nothing else does", async () => {
  const seen = answering("allow_once");
  const shell = spawn("/bin/sh", ["-c", "sleep 30 & echo $!; wait"], { stdio: ["ignore", "pipe", "ignore"] });
  try {
    const [line] = (await once(shell.stdout, "data")) as [Buffer];
    const child = Number(line.toString("utf8"));
    const reply = await broker.client.request("POST", "/v1/run", {
      task: "front",
      cwd: broker.workspace,
      pid: shell.pid,
      command: "claude -p hi",
      wait: true,
    });
    assert.deepEqual([reply.status, (reply.body as { result: string }).result], [200, "approved"]);
    assert.match(seen[0]?.headline ?? "", /Let `claude -p hi` work at the task front/);
    assert.match(seen[0]?.text ?? "", new RegExp(`Process ${shell.pid} runs: /bin/sh -c sleep 30`));
    const conversation = `run${++count}`;
    const inside = { conversation, hookParent: child };
    assert.equal((await ask(broker, { command: "echo front", ...inside })).said, "no opinion");
    assert.equal((await ask(broker, { command: "echo back", ...inside })).said, "deny");
    const outside = { conversation: `run${++count}`, hookParent: process.pid };
    assert.equal((await ask(broker, { command: "echo front", ...outside })).said, "deny");
    const session = broker.host.registry.byKey({ agent: "claude-code", conversation });
    assert.deepEqual([session?.task, session?.declared?.how], ["front", "run"]);
  } finally {
    shell.kill("SIGKILL");
  }
});

test("what an agent starts gets no task, and nobody is asked", async () => {
  const seen = answering("allow_once");
  const claude = join(broker.home, "claude");
  copyFileSync("/bin/bash", claude);
  const agent = spawn(claude, ["-c", "sleep 30 & echo $!; wait"], { stdio: ["ignore", "pipe", "ignore"] });
  try {
    const [line] = (await once(agent.stdout, "data")) as [Buffer];
    const reply = await broker.client.request("POST", "/v1/run", {
      task: "front",
      cwd: broker.workspace,
      pid: Number(line.toString("utf8")),
      command: "claude",
      wait: true,
    });
    assert.equal(reply.status, 400);
    assert.match((reply.body as { error: string }).error, /an agent, asks for it/);
    assert.equal(seen.length, 0);
  } finally {
    agent.kill("SIGKILL");
  }
});

test("a run for a process that is nobody's, and one without a task, are refused", async () => {
  const run = async (body: object): Promise<number> =>
    (await broker.client.request("POST", "/v1/run", { cwd: broker.workspace, wait: true, ...body })).status;
  assert.equal(await run({ task: "front", pid: 4_194_300 }), 400);
  assert.equal(await run({ pid: process.pid }), 400);
  assert.equal(await run({ task: "nothing", pid: process.pid }), 400);
});

test("what a human granted is kept with the session", async () => {
  writeFileSync(
    join(broker.workspace, ".governance", "policy.yaml"),
    `${policy}policies:\n  control:\n    - command: "echo askme*"\n      require_hitl: true\n`,
  );
  const { conversation, id } = await started();
  answering("allow_once");
  assert.equal(await said(conversation, "echo askme"), "allow");
  const grants = broker.host.registry.byId(id)?.grants ?? [];
  assert.equal(grants.length, 1);
  assert.equal(grants[0]?.by, broker.host.keys.list()[0]?.keyId);
});
