import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Question, ToApprover } from "../../src/broker/protocol.ts";
import {
  approver,
  ask,
  freshHome,
  freshKey,
  localBroker,
  signedAnswer,
  until,
  type LocalBroker,
  type TestApprover,
} from "./harness.ts";

const key = freshKey();

function enroll(broker: LocalBroker): void {
  if (broker.host.keys.list().length === 0) {
    broker.host.keys.add(key.publicKey, "first", "2026-11-20T12:00:00.000Z");
  }
}

/** What a window was last told of a question: whether another window is nearer. */
function told({ messages }: TestApprover, id: string): boolean | undefined {
  return messages
    .filter((message): message is Extract<ToApprover, { type: "question" }> => message.type === "question")
    .filter(({ question }) => question.id === id)
    .at(-1)?.elsewhere;
}

const refusals = ({ messages }: TestApprover): readonly ToApprover[] =>
  messages.filter((message) => message.type === "answered" && !message.accepted);

describe("several windows of one human", () => {
  let broker: LocalBroker;
  let conversations = 0;
  const asking = (command = "echo askme"): ReturnType<typeof ask> =>
    ask(broker, { command, conversation: `window ${++conversations}` });
  const waiting = async (): Promise<Question> => {
    await until(() => broker.host.approvals.pending().length > 0, "asked");
    return broker.host.approvals.pending()[0] as Question;
  };

  before(async () => {
    broker = await localBroker();
    enroll(broker);
  });
  after(async () => {
    await broker.stop();
    broker.remove();
  });

  test("the one that has the workspace open is nearer; once it has gone, nobody is", async () => {
    const [near, far] = [await approver(broker.places, key), await approver(broker.places, key)];
    near.client.send({ type: "watch", folders: [broker.workspace] });
    far.client.send({ type: "watch", folders: ["/elsewhere"] });
    await until(() => near.messages.length > 1 && far.messages.length > 1, "both are watching");
    const asked = asking();
    const { id } = await waiting();
    await until(() => told(near, id) === false && told(far, id) === true, "each knows its part");
    near.stop();
    await until(() => told(far, id) === false, "the other one takes over");
    await far.answer((await waiting()) as Question, "allow_once");
    assert.equal((await asked).said, "allow");
    far.stop();
  });

  test("whoever answers first has answered; the other is told so, and nothing is answered twice", async () => {
    const [one, other] = [await approver(broker.places, key), await approver(broker.places, key)];
    const asked = asking();
    const question = await waiting();
    await Promise.all([one.answer(question, "deny"), other.answer(question, "allow_once")]);
    const { said } = await asked;
    await until(() => refusals(one).length + refusals(other).length === 1, "one answer was not taken");
    assert.equal(said, refusals(one).length === 1 ? "allow" : "deny");
    one.stop();
    other.stop();
  });

  test("what is asked while the only window reloads waits for it", async () => {
    const before = await approver(broker.places, key);
    before.stop();
    await until(() => broker.host.approvers.connected() === 0, "the window has gone");
    const asked = asking();
    await waiting();
    const reloaded = await approver(broker.places, key);
    const welcome = reloaded.messages.find((message) => message.type === "welcome");
    assert.equal(welcome?.pending.length, 1);
    await reloaded.answer(welcome?.pending[0] as Question, "allow_once");
    assert.equal((await asked).said, "allow");
    reloaded.stop();
  });

  test("a window that does not come back leaves nobody waiting", async () => {
    const before = await approver(broker.places, key);
    before.stop();
    await until(() => broker.host.approvers.connected() === 0, "the window has gone");
    const { said, text } = await asking();
    assert.equal(said, "deny");
    assert.match(text, /go on with other work/);
  });
});

test("a broker that is replaced in the middle: nothing passes unanswered, and no old answer counts for the new question", async () => {
  const home = freshHome();
  const first = await localBroker(home);
  enroll(first);
  let human = await approver(first.places, key);
  const questions: Question[] = [];
  human.onQuestion = (question) => questions.push(question);
  const asked = ask(first, { command: "echo askme", conversation: "replaced" });
  await until(() => questions.length === 1, "asked");
  await first.stop();
  assert.notEqual((await asked.catch(() => ({ said: "deny" }))).said, "allow");
  human.stop();

  const second = await localBroker(home);
  human = await approver(second.places, key);
  human.onQuestion = (question) => questions.push(question);
  const again = ask(second, { command: "echo askme", conversation: "replaced" });
  await until(() => questions.length === 2, "asked once more");
  const [old, now] = questions as [Question, Question];
  assert.notEqual(old.id, now.id);
  await human.client.answer(signedAnswer(old, "allow_once"));
  await human.client.answer({ ...signedAnswer(old, "allow_once"), question: now.id });
  await until(() => refusals(human).length === 2, "both old answers are refused");
  assert.equal(second.host.approvals.pending().length, 1);
  await human.answer(now, "allow_once");
  assert.equal((await again).said, "allow");
  human.stop();
  await second.stop();
  second.remove();
});
