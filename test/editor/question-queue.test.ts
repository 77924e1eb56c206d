import assert from "node:assert/strict";
import { test } from "node:test";
import type { Question } from "../../src/broker/protocol.ts";
import type { Reply } from "../../src/editor/modal-text.ts";
import { QuestionQueue } from "../../src/editor/question-queue.ts";
import { question } from "./samples.ts";

interface Desk {
  readonly queue: QuestionQueue;
  readonly log: string[];
  /** Closes the dialog on the screen. */
  readonly click: (answer: Reply) => Promise<void>;
  readonly break: (error: Error) => Promise<void>;
}

function desk(): Desk {
  const log: string[] = [];
  let resolve: (answer: Reply) => void = () => assert.fail("no dialog is shown");
  let reject: (error: Error) => void = () => assert.fail("no dialog is shown");
  const queue = new QuestionQueue({
    show: (shown: Question, waiting) => {
      log.push(`show ${shown.id} +${waiting()}`);
      return new Promise<Reply>((yes, no) => {
        resolve = yes;
        reject = no;
      });
    },
    answer: (answered, answer) => log.push(`answer ${answered.id} ${answer}`),
    park: (parked) => log.push(`park ${parked.id}`),
    review: (listed) => log.push(`review ${listed.map(({ id }) => id).join()}`),
    rule: (ruled) => log.push(`rule ${ruled.id}`),
    late: (answered, answer, result) => log.push(`late ${answered.id} ${answer}: ${result}`),
    changed: (count) => log.push(`count ${count}`),
    failed: (error) => log.push(`failed ${error instanceof Error ? error.message : "?"}`),
  });
  const settled = (): Promise<void> => new Promise((done) => setImmediate(done));
  return {
    queue,
    log,
    click: (answer) => {
      resolve(answer);
      return settled();
    },
    break: (error) => {
      reject(error);
      return settled();
    },
  };
}

test("queue: one dialog at a time, in the order of asking", async () => {
  const { queue, log, click } = desk();
  queue.add(question({ id: "a" }));
  queue.add(question({ id: "b" }));
  queue.add(question({ id: "c" }));
  assert.equal(queue.count, 3);
  await click("deny");
  await click("allow_once");
  await click("kill");
  assert.deepEqual(
    log.filter((line) => !line.startsWith("count")),
    ["show a +0", "answer a deny", "show b +1", "answer b allow_once", "show c +0", "answer c kill"],
  );
  assert.equal(queue.count, 0);
});

test("queue: the same question twice is asked once", async () => {
  const { queue, log, click } = desk();
  queue.add(question({ id: "a" }));
  queue.add(question({ id: "a" }));
  queue.add(question({ id: "b" }));
  queue.add(question({ id: "b" }));
  await click("deny");
  await click("deny");
  assert.equal(log.filter((line) => line.startsWith("answer")).length, 2);
});

test("queue: an answer to a question that has ended is not sent, and the human is told", async () => {
  const { queue, log, click } = desk();
  queue.add(question({ id: "a" }));
  queue.close("a", "timed out");
  assert.equal(queue.count, 0);
  await click("allow_once");
  assert.deepEqual(
    log.filter((line) => !line.startsWith("count")),
    ["show a +0", "late a allow_once: timed out"],
  );
});

test("queue: a waiting question that has ended is never shown", async () => {
  const { queue, log, click } = desk();
  queue.add(question({ id: "a" }));
  queue.add(question({ id: "b" }));
  queue.close("b", "withdrawn");
  await click("deny");
  assert.ok(!log.includes("show b +0"));
});

test("queue: after a reconnection only what is still open counts", async () => {
  const { queue, log, click } = desk();
  queue.add(question({ id: "a" }));
  queue.add(question({ id: "b" }));
  queue.add(question({ id: "c" }));
  queue.keepOnly(new Set(["c"]));
  assert.equal(queue.count, 1);
  await click("allow_once");
  assert.match(log.find((line) => line.startsWith("late a")) ?? "", /not connected/);
  assert.ok(log.includes("show c +0"));
});

test("queue: a dialog that cannot be shown denies, and the next one is shown", async () => {
  const { queue, log, break: breakDialog } = desk();
  queue.add(question({ id: "a" }));
  queue.add(question({ id: "b" }));
  await breakDialog(new Error("no window"));
  assert.deepEqual(
    log.filter((line) => !line.startsWith("count")),
    ["show a +0", "failed no window", "answer a deny", "show b +0"],
  );
});

test("queue: reading the details answers nothing, and the question may be asked again", async () => {
  const { queue, log, click } = desk();
  queue.add(question({ id: "a" }));
  await click("details");
  queue.add(question({ id: "a" }));
  await click("allow_once");
  assert.deepEqual(
    log.filter((line) => !line.startsWith("count")),
    ["show a +0", "park a", "show a +0", "answer a allow_once"],
  );
});

test("a rule in its place, or all in one list: the questions stay open and leave the queue", async () => {
  const { queue, log, click } = desk();
  for (const id of ["q1", "q2", "q3"]) {
    queue.add(question({ id }));
  }
  await click("rule");
  assert.deepEqual(
    log.filter((line) => !line.startsWith("count")),
    ["show q1 +0", "rule q1", "show q2 +1"],
  );
  await click("review");
  assert.equal(
    log.findLast((line) => line.startsWith("review")),
    "review q2,q3",
  );
  assert.equal(queue.count, 0);
});

test("what is picked from the list comes next", async () => {
  const { queue, log, click } = desk();
  for (const id of ["q1", "q2", "q3"]) {
    queue.add(question({ id }));
  }
  queue.first("q3");
  queue.first("unknown");
  assert.deepEqual(
    queue.questions.map(({ id }) => id),
    ["q1", "q3", "q2"],
  );
  await click("deny");
  assert.equal(
    log.findLast((line) => line.startsWith("show")),
    "show q3 +1",
  );
});
