import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { ok } from "../../src/base/result.ts";
import type { BrokerState, Question } from "../../src/broker/protocol.ts";
import {
  approver,
  ask,
  entriesOf,
  freshHome,
  freshKey,
  localBroker,
  until,
  type LocalBroker,
  type TestApprover,
} from "./harness.ts";
import { published } from "./policies-for-test.ts";

const denies = (command: string): string => `policies:\n  deny:\n    - command: "${command}"\n`;

describe("layers above the workspace, in a broker", () => {
  let broker: LocalBroker;
  let human: TestApprover;
  let web: Server;
  /** Undefined: nothing is answered. */
  let answer: string | undefined;
  let asked = 0;
  const key = freshKey();
  const organisation = freshKey();

  before(async () => {
    web = createServer((_, response) => {
      asked++;
      if (answer !== undefined) {
        response.end(answer);
      }
    });
    await new Promise<void>((resolve) => {
      web.listen(0, "127.0.0.1", resolve);
    });
    const home = freshHome();
    const file = join(home.home, "etc", "policy.yaml");
    mkdirSync(dirname(file));
    const url = `http://127.0.0.1:${(web.address() as AddressInfo).port}/policy.json`;
    writeFileSync(file, `organisation: { url: "${url}", key: "${organisation.publicKey}", refresh: 1s }\n`);
    broker = await localBroker(home, 60_000, { file, trust: () => ok({ loosens: true }) });
    broker.host.keys.add(key.publicKey, "first", "2026-11-20T12:00:00.000Z");
    human = await approver(broker.places, key);
  });
  after(async () => {
    human.stop();
    await broker.stop();
    broker.remove();
    web.closeAllConnections();
    web.close();
  });

  let conversations = 0;

  async function said(command: string): Promise<string> {
    return (await ask(broker, { command, conversation: `o${++conversations}` })).said;
  }

  function layer(state: BrokerState | undefined, file: RegExp): string | undefined {
    const found = state?.policies.find((policy) => policy.layer !== undefined && file.test(policy.file));
    return found === undefined ? undefined : `${found.layer} ${found.state}: ${found.detail}`;
  }

  const lastState = (): BrokerState | undefined =>
    human.messages.findLast((message) => message.type === "state")?.state;

  test("a decision does not wait for an address that says nothing", async () => {
    await until(() => asked > 0, "the address was asked");
    const start = performance.now();
    assert.equal(await said("echo a"), "no opinion");
    assert.ok(performance.now() - start < 2000);
  });

  test("what is published comes into force by itself, is told to approvers and recorded", async () => {
    answer = published(organisation, denies("echo a*"), { version: 3 });
    web.closeAllConnections();
    // After a failure, as soon as it is due.
    await untilWithin(
      10_000,
      () => layer(lastState(), /^http/)?.startsWith("organisation approved") === true,
    );
    assert.match(
      layer(lastState(), /^http/) ?? "",
      /^organisation approved: version 3, signed, expires 2030/,
    );
    assert.match(layer(lastState(), /etc/) ?? "", /^organisation approved: managed by an administrator$/);
    assert.equal(await said("echo a"), "deny");
    const notices = await entriesOf(broker.places, "notice");
    assert.ok(notices.some(({ reason }) => reason === "the layers above the workspaces changed"));
  });

  test("the user's own policy is approved as a workspace's is", async () => {
    const file = join(broker.home, ".config", "signalbox", "policy.yaml");
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(
      file,
      `session_scope: { domain: { allowed_apis: ["railway:deploy"] } }\n${denies("echo b*")}`,
    );
    await untilWithin(3000, () => layer(lastState(), /\.config/)?.startsWith("user unapproved") === true);
    assert.equal(await said("echo b"), "deny");
    human.onQuestion = (question) => void human.answer(question, "allow_once");
    human.client.send({ type: "propose", kind: "policy_approval", workspace: "user" });
    await untilWithin(3000, () => layer(lastState(), /\.config/) === "user approved: approved by a human");
    const question = human.messages.findLast((message) => message.type === "question")?.question;
    assert.match(
      question?.headline ?? "",
      /^Approve your own policy, for every workspace: \d+ operations become possible\.$/,
    );
    assert.match(question?.text ?? "", /^These operations become possible:\n- railway:/);
    assert.equal(question?.workspace, "user");
  });

  test("whoever approves a publisher reads that it may allow more", async () => {
    const file = join(broker.home, ".config", "signalbox", "policy.yaml");
    const url = "https://policies.test/policy.json";
    writeFileSync(file, `organisation: { url: "${url}", key: "${organisation.publicKey}" }\n`);
    await untilWithin(3000, () => layer(lastState(), /\.config/)?.startsWith("user unapproved") === true);
    const before = human.messages.length;
    human.onQuestion = (asked) => void human.answer(asked, "deny");
    human.client.send({ type: "propose", kind: "policy_approval", workspace: "user" });
    const question = (): Question | undefined =>
      human.messages.slice(before).find((message) => message.type === "question")?.question;
    await until(() => question() !== undefined, "asked");
    assert.match(question()?.headline ?? "", /, and policies\.test may allow more\.$/);
    const { text = "" } = question() ?? {};
    assert.ok(text.startsWith(`From now on ${url} may make more possible than is listed here`), text);
    assert.ok(text.includes(`\n- what is signed by ${organisation.publicKey}\n`), text);
  });

  test("nothing else above a workspace is approved", async () => {
    const before = human.messages.length;
    human.client.send({ type: "propose", kind: "policy_approval", workspace: "organisation" });
    const told = (): string | undefined =>
      human.messages.slice(before).find((message) => message.type === "proposed")?.message;
    await until(() => told() !== undefined, "proposed");
    assert.match(told() ?? "", /`organisation` is no workspace/);
  });
});

async function untilWithin(ms: number, holds: () => boolean): Promise<void> {
  const end = Date.now() + ms;
  while (!holds() && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
