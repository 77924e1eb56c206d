import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { governPorts } from "../../src/broker/host.ts";
import type { Question } from "../../src/broker/protocol.ts";
import type { Outcome } from "../../src/model/outcome.ts";
import { govern } from "../../src/pipeline.ts";
import {
  approver,
  delay,
  freshHome,
  freshKey,
  localBroker,
  until,
  type LocalBroker,
  type TestApprover,
} from "./harness.ts";

const policy = `policies:
  control:
    - command: "git reset --hard*"
      timeout: 10m
    - command: "echo short*"
      timeout: 5s
`;

let broker: LocalBroker;
let human: TestApprover;
let seen: Question[] = [];
let count = 0;

before(async () => {
  const home = freshHome();
  writeFileSync(join(home.workspace, ".governance", "policy.yaml"), policy);
  broker = await localBroker(home);
  const key = freshKey();
  broker.host.keys.add(key.publicKey, "test", new Date().toISOString());
  human = await approver(broker.places, key);
  human.onQuestion = (question) => seen.push(question);
});

after(async () => {
  human.stop();
  await broker.stop();
  broker.remove();
});

/** An agent that waits a third of a second for people. */
function asks(
  command: string,
  conversation: string,
  signal = new AbortController().signal,
): Promise<Outcome> {
  const { workspace } = broker;
  const agent = "qwen-code";
  broker.host.registry.bind({ agent, conversation }, workspace);
  const context = {
    id: `r${++count}`,
    agent,
    conversation,
    workspace,
    cwd: workspace,
    boundary: "hook" as const,
  };
  return govern(
    { context, payload: { kind: "shell", command, shell: "bash" } },
    governPorts(broker.host, { signal, waitsMs: 300 }),
  );
}

async function nextQuestion(): Promise<Question> {
  await until(() => seen.length > 0, "a human is asked");
  const [question] = seen;
  seen = [];
  assert.ok(question !== undefined);
  return question;
}

const reset = "git reset --hard HEAD~1";

test("an agent that cannot wait is told to try again; the question lives on, and a yes lets the same pass once", async () => {
  const first = await asks(reset, "late");
  assert.deepEqual([first.effect, first.approval], ["deny", "awaited"]);
  const question = await nextQuestion();
  assert.equal(broker.host.approvals.pending().length, 1);
  await human.answer(question, "allow_once");
  await until(() => broker.host.grants.list(Date.now()).length === 1, "the yes is kept");
  const other = asks(`${reset}~1`, "late");
  await nextQuestion();
  assert.equal((await other).approval, "awaited", "another command is another question");
  const again = await asks(reset, "late");
  assert.deepEqual([again.effect, again.approval], ["pass", "granted"]);
  assert.deepEqual(broker.host.grants.list(Date.now()), []);
  const third = await asks(reset, "late");
  assert.deepEqual([third.effect, third.approval], ["deny", "awaited"], "it was for once");
  broker.host.approvals.closeAll("denied");
  seen = [];
});

test("who tries again before there is an answer joins the same question and gets it", async () => {
  await asks(reset, "joins");
  const question = await nextQuestion();
  const again = asks(reset, "joins");
  await human.answer(question, "allow_once");
  assert.equal((await again).effect, "pass");
  assert.equal(seen.length, 0, "nobody was asked twice");
  await delay(50);
  assert.deepEqual(broker.host.grants.list(Date.now()), [], "one yes lets one request pass");
});

test("a late no, and a kill, grant nothing", async () => {
  for (const answer of ["deny", "kill"] as const) {
    await asks(reset, `no-${answer}`);
    await human.answer(await nextQuestion(), answer);
    await until(() => broker.host.approvals.pending().length === 0, "the question is over");
    assert.deepEqual(broker.host.grants.list(Date.now()), []);
  }
});

test("an agent that goes before it was told takes its question with it", async () => {
  const gone = new AbortController();
  const asked = asks(reset, "gone", gone.signal);
  await nextQuestion();
  gone.abort();
  assert.equal((await asked).approval, "withdrawn");
  assert.equal(broker.host.approvals.pending().length, 0);
});

test("a question whose own time is as short as the agent's ends with it", async () => {
  const asked = await asks("echo short", "short");
  assert.equal(asked.approval, "timed_out");
  assert.equal(broker.host.approvals.pending().length, 0);
});
