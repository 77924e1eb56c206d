import { generateKeyPairSync, sign } from "node:crypto";
import { join } from "node:path";
import { ApproverClient } from "../../../src/broker/approver-client.ts";
import { startBroker } from "../../../src/broker/client.ts";
import type { Answer, Question, ToApprover } from "../../../src/broker/protocol.ts";
import { nodePath } from "../install/place.ts";
import { waitUntil } from "./wait.ts";

/** A human without an editor: an enrolled key that answers as the test says. */
export interface TestApprover {
  /** How every question from now on is answered; undefined leaves it unanswered. */
  answerWith(answer: Answer | undefined): void;
  /** All questions seen so far. */
  questions(): readonly Question[];
  /** Starts a loosening as the editor does; it comes back as a question. */
  reopen(session: string): void;
  stop(): void;
}

/** Starts the broker of a home with a fresh key enrolled over its pipe, and connects as its approver. */
export async function startApprover(home: string, brokerProgram: string): Promise<TestApprover> {
  const stateDir = join(home, ".signalbox");
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const key = publicKey.export({ type: "spki", format: "der" }).toString("base64");
  const started = await startBroker({
    stateDir,
    home,
    brokerCommand: [nodePath, brokerProgram],
    enroll: key,
    // A loaded machine takes its time.
    startMs: 20_000,
  });
  if (!started.ok) {
    throw new Error(`the broker did not start: ${JSON.stringify(started)}`);
  }
  const questions: Question[] = [];
  let answer: Answer | undefined = "deny";
  let connected = false;
  const respond = (question: Question): void => {
    questions.push(question);
    if (answer !== undefined) {
      const { requestHash, policyHash, nonce } = question.binding;
      const { id, expiresAt } = question;
      void client.answer({ protocol: 1, question: id, answer, requestHash, policyHash, nonce, expiresAt });
    }
  };
  const client = new ApproverClient({
    stateDir,
    publicKey: key,
    surface: "test",
    sign: (text) => sign(null, Buffer.from(text, "utf8"), privateKey).toString("base64"),
    onStatus: (status) => {
      connected = status.kind === "connected";
    },
    onMessage: (message: ToApprover) => {
      if (message.type === "question") {
        respond(message.question);
      } else if (message.type === "welcome") {
        message.pending.forEach(respond);
      }
    },
  });
  client.start();
  await waitUntil("the approver is connected", 10_000, () => connected);
  return {
    answerWith: (next) => {
      answer = next;
    },
    questions: () => questions,
    reopen: (session) => {
      client.send({ type: "propose", kind: "reopen", session });
    },
    stop: () => {
      client.stop();
    },
  };
}
