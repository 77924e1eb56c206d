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
import type { Answer, GrantNotice, Question } from "../../src/broker/protocol.ts";

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

test("a grant is listed and can be taken back by anybody; then it is asked again", async () => {
  const conversation = fresh();
  const seen = answering("allow_1h");
  await said(remove, conversation);
  assert.equal(await said(remove, conversation), "no opinion");
  const listed = async (): Promise<readonly GrantNotice[]> => {
    const { body } = await broker.client.request("GET", "/v1/approvals");
    return (body as unknown as { grants: readonly GrantNotice[] }).grants.filter(
      ({ sessionId }) => broker.host.registry.byKey({ agent: "claude-code", conversation })?.id === sessionId,
    );
  };
  const [grant] = await listed();
  assert.ok(grant !== undefined);
  assert.deepEqual(
    [grant.answer, grant.headline, grant.agent],
    ["allow_1h", seen[0]?.headline, "claude-code"],
  );
  assert.equal(Date.parse(grant.until ?? "") - Date.parse(grant.at), 60 * 60_000);
  const revoked = await broker.client.request("POST", "/v1/revoke", { grant: grant.id });
  assert.equal(revoked.status, 200);
  assert.deepEqual(await listed(), []);
  assert.equal((await broker.client.request("POST", "/v1/revoke", { grant: grant.id })).status, 404);
  await said(remove, conversation);
  assert.equal(seen.length, 2);
});

test("where nobody wrote a rule, a yes may cover the same request, and no other of the same operation", async () => {
  const conversation = fresh();
  const seen = answering("allow_request");
  const set = (value: string): string => `railway variables --set COLOUR=${value} -e staging`;
  assert.equal(await said(set("blue"), conversation), "allow");
  assert.deepEqual(seen[0]?.grants, ["allow_request", "allow_15m", "allow_1h"]);
  assert.equal(await said(set("blue"), conversation), "no opinion");
  await said(set("red"), conversation);
  assert.equal(seen.length, 2);
});

test("an answer that reaches further than was offered does not count, however it is signed", async () => {
  const conversation = fresh();
  const seen: Question[] = [];
  human.onQuestion = (question) => {
    seen.push(question);
    void human.answer(question, "allow_session");
  };
  const before = human.messages.filter(({ type }) => type === "answered").length;
  const waiting = ask(broker, { command: "railway variables --set A=b -e staging", conversation });
  await until(() => human.messages.filter(({ type }) => type === "answered").length > before, "refused");
  assert.ok(seen[0] !== undefined);
  await human.answer(seen[0], "deny");
  assert.equal((await waiting).said, "deny");
});
