import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  approver,
  ask,
  freshHome,
  freshKey,
  localBroker,
  until,
  type LocalBroker,
  type TestApprover,
} from "./harness.ts";
import type { Answer, Question } from "../../src/broker/protocol.ts";

const policy = `policies:
  control:
    - command: "echo session*"
      grant: session
    - command: "echo once*"
    - action: "fs:delete"
      path: "build/**"
      grant: session
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

function answering(answer: Answer): Question[] {
  const seen: Question[] = [];
  human.onQuestion = (question) => {
    seen.push(question);
    void human.answer(question, answer);
  };
  return seen;
}

const fresh = (): string => `g${++count}`;

async function said(command: string, conversation: string): Promise<string> {
  return (await ask(broker, { command, conversation })).said;
}

const remove = "rm -r build/old";

test("a yes for the session covers the same operation, and no `allow` skips the agent's own prompt then", async () => {
  const conversation = fresh();
  const seen = answering("allow_session");
  assert.equal(await said(remove, conversation), "allow");
  assert.equal(await said(remove, conversation), "no opinion");
  assert.equal(await said(`${remove} && true`, conversation), "no opinion");
  assert.equal(seen.length, 1);
  assert.deepEqual(seen[0]?.grants, ["allow_request", "allow_15m", "allow_1h", "allow_session"]);
});

test("it covers nothing else: another target, another session, another policy", async () => {
  const conversation = fresh();
  const seen = answering("allow_session");
  await said(remove, conversation);
  await said("rm -r build/new", conversation);
  await said(remove, fresh());
  assert.equal(seen.length, 3);
  const file = join(broker.workspace, ".governance", "policy.yaml");
  writeFileSync(file, `${policy}    - command: "echo more*"\n`);
  await said(remove, conversation);
  assert.equal(seen.length, 4);
  writeFileSync(file, policy);
});

test("allowed once, the next is asked again", async () => {
  const conversation = fresh();
  const seen = answering("allow_once");
  await said(remove, conversation);
  await said(remove, conversation);
  assert.equal(seen.length, 2);
});

test("where a rule grants once only, a yes for the session does not count, and the request waits on", async () => {
  const seen: Question[] = [];
  human.onQuestion = (question) => {
    seen.push(question);
    void human.answer(question, "allow_session");
  };
  const waiting = ask(broker, { command: `${remove} && echo once`, conversation: fresh() });
  await until(
    () => human.messages.some((message) => message.type === "answered" && !message.accepted),
    "refused",
  );
  assert.equal(seen[0]?.grants, undefined);
  assert.ok(seen[0] !== undefined);
  await human.answer(seen[0], "deny");
  assert.equal((await waiting).said, "deny");
});

test("a kill takes the grants with it", async () => {
  const conversation = fresh();
  const seen = answering("allow_session");
  await said(remove, conversation);
  const session = broker.host.registry.byKey({ agent: "claude-code", conversation });
  assert.ok(session !== undefined);
  await broker.client.request("POST", "/v1/kill", { session: session.id });
  broker.host.registry.reopen(session.id);
  await said(remove, conversation);
  assert.equal(seen.length, 2);
});
