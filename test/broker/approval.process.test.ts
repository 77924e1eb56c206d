import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { connect, type Socket } from "node:net";
import { spawn } from "node:child_process";
import { canonicalJson } from "../../src/base/json.ts";
import { install } from "../../src/boundary/hooks/install.ts";
import { helloText, type Question, type ToApprover } from "../../src/broker/protocol.ts";
import {
  approver,
  ask,
  claudePayload,
  delay,
  entriesOf,
  freshKey,
  localBroker,
  signedAnswer,
  startApprover,
  until,
  type LocalBroker,
  type TestApprover,
} from "./harness.ts";

// Hooks of a suite: those of a file would run around every test of every file.
describe("approvals by way of a broker", () => {
  let broker: LocalBroker;
  let human: TestApprover;
  const key = freshKey();

  before(async () => {
    broker = await localBroker();
    broker.host.keys.add(key.publicKey, "first", "2026-11-20T12:00:00.000Z");
  });
  after(async () => {
    await broker.stop();
    broker.remove();
  });
  beforeEach(async () => {
    human = await approver(broker.places, key);
  });
  afterEach(() => human.stop());

  let conversations = 0;
  const fresh = (): string => `conversation ${++conversations}`;

  function answers(answer: Parameters<TestApprover["answer"]>[1]): Question[] {
    const seen: Question[] = [];
    human.onQuestion = (question) => {
      seen.push(question);
      void human.answer(question, answer);
    };
    return seen;
  }

  for (const [answer, said] of [
    ["allow_once", "allow"],
    ["deny", "deny"],
    ["kill", "kill"],
  ] as const) {
    test(`a human's \`${answer}\` becomes ${said}`, async () => {
      const seen = answers(answer);
      const conversation = fresh();
      assert.equal((await ask(broker, { command: "echo askme", conversation })).said, said);
      assert.equal(seen.length, 1);
      assert.deepEqual(
        [seen[0]?.agent, seen[0]?.text, seen[0]?.kind],
        ["claude-code", "echo askme", "request"],
      );
      assert.match(seen[0]?.rules[0]?.file ?? "", /policy\.yaml$/);
      const next = await ask(broker, { command: "echo hello", conversation });
      assert.equal(next.said, answer === "kill" ? "deny" : "no opinion");
      const approval = (await entriesOf(broker.places, "approval")).at(-1);
      assert.deepEqual([approval?.["answer"], approval?.["sessionId"]], [answer, seen[0]?.sessionId]);
    });
  }

  test("allow once is once: the same command is asked again, and joins while it waits", async () => {
    const seen = answers("allow_once");
    const conversation = fresh();
    await ask(broker, { command: "echo askme", conversation });
    await ask(broker, { command: "echo askme", conversation });
    assert.equal(seen.length, 2);
    const together = await Promise.all(
      [1, 2, 3].map(() => ask(broker, { command: "echo askme 2", conversation })),
    );
    assert.deepEqual(
      together.map(({ said }) => said),
      ["allow", "allow", "allow"],
    );
    assert.equal(seen.length, 3);
  });

  test("one call seen by two events is asked once; another call is asked anew", async () => {
    const seen = answers("allow_once");
    const conversation = fresh();
    const call = { command: "echo askme", conversation, callId: "t1" };
    assert.equal((await ask(broker, call)).said, "allow");
    assert.equal((await ask(broker, { ...call, event: "PermissionRequest" })).said, "allow");
    assert.equal(seen.length, 1);
    await ask(broker, { ...call, callId: "t2" });
    assert.equal(seen.length, 2);
  });

  test("calls that wait beside each other are asked one by one, however equal they are", async () => {
    const seen = answers("allow_once");
    const conversation = fresh();
    await Promise.all(
      ["t1", "t2", "t3"].map((callId) => ask(broker, { command: "echo askme", conversation, callId })),
    );
    assert.equal(seen.length, 3);
  });

  test("a call that was allowed is not allowed again after its session was killed", async () => {
    answers("allow_once");
    const conversation = fresh();
    const call = { command: "echo askme", conversation, callId: "t1" };
    await ask(broker, call);
    await ask(broker, { command: "echo killme", conversation });
    assert.equal((await ask(broker, call)).said, "deny");
  });

  test(
    "an agent that kills only the shell around the hook withdraws the question",
    { skip: process.platform === "win32" },
    async () => {
      const { home, places, workspace } = broker;
      const installed = install({
        agent: "vscode",
        scope: "user",
        home,
        stateDir: places.stateDir,
        nodePath: "/nonexistent/node",
        brokerPath: "/nonexistent/broker.js",
        askSocket: places.askSocket,
      });
      assert.ok(installed.ok);
      const seen: Question[] = [];
      human.onQuestion = (question) => void seen.push(question);
      const client = join(places.stateDir, "bin", "hook.sh");
      const script = `"$0" --deadline 60 vscode PreToolUse || exit 2`;
      const shell = spawn("/bin/sh", ["-c", script, client], { stdio: "pipe", env: {} });
      shell.stdin.end(claudePayload(workspace, { command: "echo askme", conversation: fresh() }));
      await until(() => seen.length === 1, "the question is asked");
      shell.kill("SIGKILL");
      await until(() => human.messages.some(({ type }) => type === "closed"), "the question is withdrawn");
      assert.equal(broker.host.approvals.pending().length, 0);
      await until(
        () =>
          broker.host.recent.at(-1)?.text === "echo askme" && broker.host.recent.at(-1)?.effect === "deny",
        "it is recorded",
      );
      assert.equal((await entriesOf(places, "decision")).at(-1)?.["approval"], "withdrawn");
    },
  );

  test("a row of proposals does not become a row of dialogs", async () => {
    const seen: Question[] = [];
    human.onQuestion = (question) => void seen.push(question);
    const strangers = Array.from({ length: 8 }, () => startApprover(broker.places, freshKey()));
    const results = await Promise.all(
      Array.from({ length: 8 }, async (_, index) => {
        const { body } = await broker.client.request("POST", "/v1/uninstall", { what: `hook ${index}` });
        return (body as { result: string }).result;
      }),
    );
    assert.deepEqual(results.toSorted(), [...Array<string>(6).fill("denied"), "pending", "pending"]);
    await until(() => strangers.every(({ statuses }) => statuses.length > 0), "all strangers were told");
    for (const stranger of strangers) {
      stranger.stop();
    }
    await until(() => seen.length >= 4, "two of each kind are asked");
    assert.deepEqual(seen.map(({ kind }) => kind).toSorted(), ["enroll", "enroll", "uninstall", "uninstall"]);
    await Promise.all(seen.map((question) => human.answer(question, "deny")));
    await until(() => broker.host.approvals.pending().length === 0, "all are answered");
  });

  test("an asker that goes away withdraws its question, and a late answer does nothing", async () => {
    const gone = new AbortController();
    let question: Question | undefined;
    human.onQuestion = (asked) => {
      question = asked;
      gone.abort();
    };
    await assert.rejects(ask(broker, { command: "echo askme", conversation: fresh() }, gone.signal));
    await until(() => human.messages.some(({ type }) => type === "closed"), "the question is closed");
    assert.ok(question !== undefined);
    await human.answer(question, "allow_once");
    await until(() => human.messages.some(({ type }) => type === "answered"), "the late answer is told of");
    const answered = human.messages.find((message) => message.type === "answered");
    assert.deepEqual([answered?.accepted, /closed/.test(answered?.reason ?? "")], [false, true]);
    await until(
      () => broker.host.recent.some(({ effect, text }) => effect === "deny" && text === "echo askme"),
      "recorded",
    );
    assert.equal((await entriesOf(broker.places, "decision")).at(-1)?.["approval"], "withdrawn");
  });

  test("one of two askers that goes leaves the question to the other", async () => {
    const gone = new AbortController();
    const conversation = fresh();
    const first = ask(broker, { command: "echo askme", conversation }, gone.signal);
    first.catch(() => undefined);
    const second = ask(broker, { command: "echo askme", conversation });
    human.onQuestion = (question) => {
      gone.abort();
      setTimeout(() => void human.answer(question, "allow_once"), 30);
    };
    assert.equal((await second).said, "allow");
    await assert.rejects(first);
  });

  test("nobody answers in time: denied", async () => {
    const short = join(broker.home, "short");
    const { mkdirSync } = await import("node:fs");
    mkdirSync(join(short, ".governance"), { recursive: true });
    const policy = `policies:\n  control:\n    - command: "echo askme*"\n      require_hitl: true\n      timeout: 1s\n`;
    writeFileSync(join(short, ".governance", "policy.yaml"), policy);
    const start = performance.now();
    const { said, text } = await ask(broker, { command: "echo askme", conversation: fresh(), cwd: short });
    const took = performance.now() - start;
    assert.equal(said, "deny");
    assert.match(text, /time|answer/i);
    assert.ok(took >= 990 && took < 2500, `${took} ms`);
  });

  test("a policy that changes while the human thinks is asked about once more, then denied", async () => {
    const workspace = join(broker.home, "changing");
    const { mkdirSync } = await import("node:fs");
    mkdirSync(join(workspace, ".governance"), { recursive: true });
    const script = join(workspace, "deploy.sh");
    writeFileSync(script, "echo one\n");
    writeFileSync(
      join(workspace, ".governance", "policy.yaml"),
      `policies:\n  control:\n    - command: "bash*"\n      require_hitl: true\n`,
    );
    let asked = 0;
    human.onQuestion = (question) => {
      asked++;
      writeFileSync(script, `echo ${"again ".repeat(asked + 1)}\n`);
      void human.answer(question, "allow_once");
    };
    const { said } = await ask(broker, { command: "bash deploy.sh", conversation: fresh(), cwd: workspace });
    assert.deepEqual([said, asked], ["deny", 2]);
    human.onQuestion = (question) => void human.answer(question, "allow_once");
    assert.equal(
      (await ask(broker, { command: "bash deploy.sh", conversation: fresh(), cwd: workspace })).said,
      "allow",
    );
  });

  test("an answer that was sent before does not count for the next question", async () => {
    const conversation = fresh();
    const first: Question[] = answers("allow_once");
    await ask(broker, { command: "echo askme", conversation });
    const old = first[0];
    assert.ok(old !== undefined);
    let replayed = false;
    human.onQuestion = (question) => {
      replayed = true;
      // The old answer as it was, and the old answer under the new question's name.
      void human.answer(old, "allow_once");
      void human.client.answer({ ...signedAnswer(old, "allow_once"), question: question.id });
      setTimeout(() => void human.answer(question, "deny"), 50);
    };
    assert.equal((await ask(broker, { command: "echo askme", conversation })).said, "deny");
    assert.ok(replayed);
    const refused = human.messages.filter((message) => message.type === "answered" && !message.accepted);
    assert.equal(refused.length, 2);
  });

  test("an answer that another key signed does not count", async () => {
    const other = freshKey();
    human.onQuestion = (question) => {
      const signed = signedAnswer(question, "allow_once");
      human.client.send({ type: "answer", signed, signature: other.sign(canonicalJson(signed)) });
      setTimeout(() => void human.answer(question, "deny"), 50);
    };
    assert.equal((await ask(broker, { command: "echo askme", conversation: fresh() })).said, "deny");
  });

  test("a key that nobody enrolled is refused; an enrolled one is asked to let it in", async () => {
    const stranger = freshKey();
    let question: Question | undefined;
    human.onQuestion = (asked) => {
      question = asked;
      void human.answer(asked, "allow_once");
    };
    const second = startApprover(broker.places, stranger);
    await until(() => second.statuses.some(({ kind }) => kind === "connected"), "the second key is let in");
    second.stop();
    assert.equal(question?.kind, "enroll");
    assert.ok(second.statuses.some(({ kind }) => kind === "refused"));
    assert.equal(broker.host.keys.list().length, 2);
  });

  test("reopening is a question: denied it stays killed, approved it works again", async () => {
    const conversation = fresh();
    answers("deny");
    await ask(broker, { command: "echo killme", conversation });
    const session = broker.host.registry.byKey({ agent: "claude-code", conversation });
    assert.ok(session !== undefined);
    const reopen = (): ReturnType<typeof broker.client.request> =>
      broker.client.request("POST", "/v1/reopen", { session: session.id, wait: true });
    assert.equal(((await reopen()).body as { result: string }).result, "denied");
    assert.equal((await ask(broker, { command: "echo hello", conversation })).said, "deny");
    const seen = answers("allow_once");
    assert.equal(((await reopen()).body as { result: string }).result, "approved");
    assert.equal(seen[0]?.kind, "reopen");
    assert.equal((await ask(broker, { command: "echo hello", conversation })).said, "no opinion");
    assert.equal((await reopen()).status, 404);
  });

  test("without waiting, a reopening is pending; without an approver it says so", async () => {
    const conversation = fresh();
    await ask(broker, { command: "echo killme", conversation });
    const session = broker.host.registry.byKey({ agent: "claude-code", conversation });
    const reopen = async (): Promise<unknown> =>
      (
        (await broker.client.request("POST", "/v1/reopen", { session: session?.id })).body as {
          result: string;
        }
      ).result;
    assert.equal(await reopen(), "pending");
    const approvals = (await broker.client.request("GET", "/v1/approvals")).body as unknown as {
      approvals: Question[];
    };
    const question = approvals.approvals.find(({ sessionId }) => sessionId === session?.id);
    assert.equal(question?.kind, "reopen");
    await human.answer(question, "deny");
    human.stop();
    await until(() => broker.host.approvers.connected() === 0, "the approver is gone");
    assert.equal(await reopen(), "no approver connected");
  });

  test("an approver can start a reopening itself, and hears why one is not possible", async () => {
    const conversation = fresh();
    answers("allow_once");
    await ask(broker, { command: "echo killme", conversation });
    const session = broker.host.registry.byKey({ agent: "claude-code", conversation });
    human.client.send({ type: "propose", kind: "reopen", session: session?.id ?? "" });
    await until(() => broker.host.registry.byId(session?.id ?? "")?.state === "active", "reopened");
    human.client.send({ type: "propose", kind: "reopen", session: "s_nowhere" });
    const told = (): boolean =>
      human.messages.some((m) => m.type === "proposed" && /no session/.test(m.message));
    await until(told, "told why not");
  });

  test("a kill by hand stops what waits for a human", async () => {
    const conversation = fresh();
    human.onQuestion = (question) =>
      void broker.client.request("POST", "/v1/kill", { session: question.sessionId });
    assert.equal((await ask(broker, { command: "echo askme", conversation })).said, "kill");
    assert.equal((await ask(broker, { command: "echo hello", conversation })).said, "deny");
  });

  test("approvers hear of every decision", async () => {
    await ask(broker, { command: "echo denyme loudly", conversation: fresh() });
    const heard = (message: ToApprover): boolean =>
      message.type === "decided" &&
      message.decision.text === "echo denyme loudly" &&
      message.decision.effect === "deny";
    await until(() => human.messages.some(heard), "told");
  });

  /** A connection to the approver's socket that speaks for itself. */
  async function raw(): Promise<{
    socket: Socket;
    received: () => ToApprover[];
    send: (text: string) => void;
  }> {
    const socket = connect(broker.places.approverSocket);
    let text = "";
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
    });
    socket.on("error", () => undefined);
    const received = (): ToApprover[] =>
      text
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as ToApprover);
    await until(() => text.includes("\n"), "challenge");
    return { socket, received, send: (line) => void socket.write(line) };
  }

  const stranger = freshKey();
  const intruders: readonly {
    readonly name: string;
    readonly send: (nonce: string) => string;
    readonly says: RegExp;
  }[] = [
    { name: "rubbish", send: () => "rubbish\n", says: /JSON object/ },
    { name: "an answer before hello", send: () => `{"type":"answer"}\n`, says: /hello/ },
    { name: "another protocol", send: (nonce) => hello(nonce, { protocol: 99 }), says: /protocol/ },
    { name: "a signature over another nonce", send: () => hello("other", {}), says: /prove/ },
    { name: "a key that is none", send: (nonce) => hello(nonce, { publicKey: "AAAA" }), says: /prove/ },
    {
      name: "an enrolled key with a stranger's signature",
      send: (nonce) => hello(nonce, { signature: stranger.sign(helloText(nonce)) }),
      says: /prove/,
    },
  ];

  function hello(nonce: string, over: object): string {
    const signature = key.sign(helloText(nonce));
    return `${JSON.stringify({ type: "hello", protocol: 1, publicKey: key.publicKey, signature, surface: "x", ...over })}\n`;
  }

  for (const { name, send, says } of intruders) {
    test(`an approver with ${name} is refused and shown the door`, async () => {
      const peer = await raw();
      const [challenge] = peer.received();
      assert.equal(challenge?.type, "challenge");
      let closed = false;
      peer.socket.on("close", () => {
        closed = true;
      });
      peer.send(send(challenge?.type === "challenge" ? challenge.nonce : ""));
      await until(() => closed, "closed");
      const refused = peer.received().find((message) => message.type === "refused");
      assert.match(refused?.reason ?? "", says);
      assert.ok(!peer.received().some(({ type }) => type === "welcome"));
    });
  }

  test("an approver that comes back finds the questions that wait", async () => {
    const conversation = fresh();
    const asked = ask(broker, { command: "echo askme", conversation });
    await until(() => broker.host.approvals.pending().length === 1, "asked");
    human.stop();
    await delay(20);
    human = await approver(broker.places, key);
    const welcome = human.messages.find((message) => message.type === "welcome");
    assert.equal(welcome?.pending.length, 1);
    await human.answer(welcome?.pending[0] as Question, "allow_once");
    assert.equal((await asked).said, "allow");
  });
});
