import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { decodeHookReply } from "../../src/broker/hook-reply.ts";
import { verifyRecord } from "../../src/record/verify.ts";
import {
  ask,
  claudePayload,
  entriesOf,
  localBroker,
  meaning,
  overLoopback,
  type LocalBroker,
} from "./harness.ts";

// Hooks of a suite: those of a file would run around every test of every file.
describe("hooks by way of a broker", () => {
  let broker: LocalBroker;
  before(async () => {
    broker = await localBroker();
  });
  after(async () => {
    await broker.stop();
    broker.remove();
  });

  test("what no rule objects to gets no opinion, what a rule denies is denied with its place", async () => {
    assert.deepEqual(await ask(broker, "echo hello"), { said: "no opinion", text: "" });
    const denied = await ask(broker, "echo denyme");
    assert.equal(denied.said, "deny");
    assert.match(denied.text, /policy\.yaml:5/);
  });

  test("without an approver, what would be asked is denied at once, with the reason", async () => {
    const start = performance.now();
    const { said } = await ask(broker, "echo askme");
    assert.equal(said, "deny");
    assert.ok(performance.now() - start < 20_000);
    const last = (await entriesOf(broker.places, "decision")).at(-1);
    assert.deepEqual(
      [last?.["verdict"], last?.["effect"], last?.["approval"]],
      ["ask", "deny", "unattended"],
    );
  });

  test("after a kill every later request of that conversation is denied, and of no other", async () => {
    const conversation = "to be killed";
    assert.equal((await ask(broker, { command: "echo killme", conversation })).said, "kill");
    assert.equal((await ask(broker, { command: "echo hello", conversation })).said, "deny");
    assert.equal(
      (await ask(broker, { command: "echo hello", conversation, event: "PermissionRequest" })).said,
      "deny",
    );
    assert.equal((await ask(broker, "echo hello")).said, "no opinion");
  });

  test("a kill in a sub-agent of a sub-agent is the kill of the conversation that a person leads", async () => {
    const copilot = async (command: string, session: string, starter?: string): Promise<string> => {
      const payload = JSON.stringify({
        hook_event_name: "PreToolUse",
        session_id: session,
        timestamp: "2026-01-01T00:00:00.000Z",
        cwd: broker.workspace,
        ...(starter === undefined ? {} : { agent_id: session, parent_agent_id: starter }),
        tool_name: "Bash",
        tool_input: { command },
      });
      const query = { agent: "vscode", event: "PreToolUse", ppid: "0", pid: "0" };
      return decodeHookReply(await broker.client.hook(query, Buffer.from(payload)))?.stdout ?? "";
    };
    assert.equal(await copilot("echo hello", "led by a person"), "{}");
    assert.equal(await copilot("echo hello", "sub-agent", "led by a person"), "{}");
    assert.match(await copilot("echo killme", "its own sub-agent", "sub-agent"), /"deny"/);
    assert.match(await copilot("echo hello", "led by a person"), /"deny".*killed/);
    assert.equal(await copilot("echo hello", "somebody else's"), "{}");
  });

  test("once a human has reopened a session, what was denied meanwhile is decided anew", async () => {
    const conversation = "to be reopened";
    const call = { command: "echo hello", conversation, callId: "the same call" };
    assert.equal((await ask(broker, { command: "echo killme", conversation })).said, "kill");
    assert.equal((await ask(broker, call)).said, "deny");
    const session = broker.host.registry.byKey({ agent: "claude-code", conversation });
    broker.host.registry.reopen(session?.id ?? "");
    assert.equal((await ask(broker, call)).said, "no opinion");
  });

  test("no conversation can be called as those without a name are, to bind their workspace elsewhere", async () => {
    const devin = async (session: string | undefined, cwd: string): Promise<string> => {
      const payload = JSON.stringify({
        hook_event_name: "PreToolUse",
        ...(session === undefined ? {} : { session_id: session }),
        cwd,
        tool_name: "exec",
        tool_input: { command: "echo denyme" },
      });
      const query = { agent: "devin", event: "-", ppid: "0", pid: "0" };
      return await broker.client.hook(query, Buffer.from(payload));
    };
    const elsewhere = join(broker.home, "elsewhere");
    mkdirSync(elsewhere);
    await devin(`in ${broker.workspace}`, elsewhere);
    const reply = decodeHookReply(await devin(undefined, broker.workspace));
    assert.match(`${reply?.stdout ?? ""}${reply?.stderr ?? ""}`, /policy\.yaml:5/);
  });

  /** A process that looks like an agent by its name, with a child. */
  async function fakeAgent(): Promise<ChildProcess> {
    const program = join(broker.home, "claude");
    copyFileSync("/bin/bash", program);
    chmodSync(program, 0o755);
    const agent = spawn(program, ["-c", "sleep 60 & echo started; wait"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    await once(agent.stdout, "data");
    return agent;
  }

  test(
    "a kill ends the agent's process before the reply leaves",
    { skip: process.platform !== "linux" },
    async () => {
      const agent = await fakeAgent();
      const exited = once(agent, "exit");
      const conversation = "with a process";
      const { said } = await ask(broker, {
        command: "echo killme",
        conversation,
        hookParent: agent.pid ?? 0,
      });
      assert.equal(said, "kill");
      assert.deepEqual((await exited)[1], "SIGKILL");
      const entry = (await entriesOf(broker.places, "killed")).at(-1);
      assert.equal((entry?.["report"] as { killed: unknown[] } | undefined)?.killed.length, 2);
    },
  );

  test(
    "a kill by hand ends the agent that an earlier hook showed",
    { skip: process.platform !== "linux" },
    async () => {
      const agent = await fakeAgent();
      const exited = once(agent, "exit");
      const conversation = "killed by hand";
      await ask(broker, { command: "echo hello", conversation, hookParent: agent.pid ?? 0 });
      const session = broker.host.registry.byKey({ agent: "claude-code", conversation });
      const killed = await broker.client.request("POST", "/v1/kill", { session: session?.id });
      assert.equal(killed.status, 200);
      assert.deepEqual((await exited)[1], "SIGKILL");
      assert.equal((await ask(broker, { command: "echo hello", conversation })).said, "deny");
    },
  );

  const bad: readonly {
    readonly name: string;
    readonly payload: string | Uint8Array;
    readonly says: RegExp;
  }[] = [
    { name: "an empty payload", payload: "", says: /empty/ },
    { name: "malformed JSON", payload: `{"session_id":`, says: /not valid JSON/ },
    { name: "JSON that is no object", payload: "[1]", says: /not a JSON object/ },
    {
      name: "a truncated payload",
      payload: claudePayload("/ws", { command: "ls" }).slice(0, -5),
      says: /not valid JSON/,
    },
    { name: "invalid UTF-8", payload: Buffer.from([0x7b, 0xff, 0x7d]), says: /UTF-8/ },
    { name: "a NUL byte", payload: "{\0}", says: /NUL/ },
    {
      name: "an agent that nobody knows",
      payload: `{"hello":"world"}`,
      says: /no agent that Signalbox knows/,
    },
    { name: "nothing but a deep nest", payload: "[".repeat(100_000), says: /nested/ },
    { name: "a deep nest", payload: `{"a":${"[".repeat(5e6)}${"]".repeat(5e6)}}`, says: /nested/ },
    {
      name: "a command that is given twice",
      payload: claudePayload("/ws", { command: "ls" }).replace("{", '{"tool_input":{"command":"rm"},'),
      says: /names a member twice/,
    },
  ];

  for (const { name, payload, says } of bad) {
    test(`${name} is refused over HTTP and over loopback`, async () => {
      const bytes = Buffer.from(payload);
      const query = { agent: "", event: "-", ppid: "0", pid: "0" };
      const http = decodeHookReply(await broker.client.hook(query, bytes));
      const tcp = decodeHookReply(
        await overLoopback(broker.places, (token) =>
          Buffer.concat([Buffer.from(`HOOK ${token} x - 1 0\n`), bytes, Buffer.from("\0END\n")]),
        ),
      );
      for (const reply of [http, tcp]) {
        assert.equal(reply?.exit, 2);
        assert.equal(reply?.stdout, "");
        assert.match(reply?.stderr ?? "", says);
      }
    });
  }

  test("a session with an endless name is refused", async () => {
    const { said, text } = await ask(broker, { command: "ls", conversation: "x".repeat(1001) });
    assert.deepEqual([said, /too long/.test(text)], ["deny", true]);
  });

  test("an unknown tool of a known agent is never waved through unrecorded", async () => {
    const payload = JSON.parse(claudePayload(broker.workspace, { command: "x" })) as Record<string, unknown>;
    payload["tool_name"] = "ToolOfTomorrow";
    const query = { agent: "claude-code", event: "-", ppid: "0", pid: "0" };
    const { said } = meaning(await broker.client.hook(query, Buffer.from(JSON.stringify(payload))));
    assert.equal(said, "deny");
  });

  test("a long command is answered", async () => {
    const { said } = await ask(broker, `echo ${"a".repeat(100_000)}`);
    assert.notEqual(said, "allow");
    assert.notEqual(said, "no opinion");
  });

  test("the loopback endpoint answers the token's holder as HTTP does, and others not at all", async () => {
    const payload = claudePayload(broker.workspace, { command: "echo denyme" });
    const framed = (token: string): string => `HOOK ${token} claude-code PreToolUse 1 0\n${payload}\0END\n`;
    assert.equal(meaning(await overLoopback(broker.places, framed)).said, "deny");
    for (const token of ["", "0".repeat(32), "HOOK"]) {
      const reply = decodeHookReply(await overLoopback(broker.places, () => framed(token)));
      assert.deepEqual([reply?.exit, /token/.test(reply?.stderr ?? "")], [2, true]);
    }
    const headless = decodeHookReply(await overLoopback(broker.places, () => "\0END\n"));
    assert.equal(headless?.exit, 2);
  });

  test("a payload that arrives in pieces is put together", async () => {
    const { connect } = await import("node:net");
    const [port, token] = readFileSync(broker.places.endpoint, "utf8").trim().split(" ");
    const socket = connect(Number(port), "127.0.0.1");
    let text = "";
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
    });
    const bytes = Buffer.from(
      `HOOK ${token} claude-code - 1 0\n${claudePayload(broker.workspace, { command: "echo denyme é" })}\0END\n`,
    );
    socket.setNoDelay(true);
    for (let at = 0; at < bytes.length; at += 97) {
      socket.write(bytes.subarray(at, at + 97));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await new Promise((resolve) => socket.once("close", resolve));
    assert.equal(meaning(text.replace(/^.*\n/, "")).said, "deny");
  });

  test("the workspace is bound at the first request: moving away does not change the policy", async () => {
    const conversation = "moves";
    const elsewhere = join(broker.home, "elsewhere");
    mkdirSync(elsewhere, { recursive: true });
    assert.equal((await ask(broker, { command: "ls", conversation })).said, "no opinion");
    assert.equal((await ask(broker, { command: "echo denyme", conversation, cwd: elsewhere })).said, "deny");
    assert.equal(
      (await ask(broker, { command: "echo denyme", conversation: "elsewhere", cwd: elsewhere })).said,
      "no opinion",
    );
  });

  test("a secret in a command reaches neither the record nor the reply", async () => {
    await ask(broker, "echo denyme RAILWAY_TOKEN=test-token-not-real-123456");
    const text = readFileSync(join(broker.places.record, "audit.jsonl"), "utf8");
    assert.ok(!text.includes("test-token-not-real-123456"));
    assert.match(text, /‹credential›/);
  });

  test("the text that would be written to a file is not in the record", async () => {
    const payload = JSON.parse(claudePayload(broker.workspace, { command: "x" })) as Record<string, unknown>;
    payload["tool_name"] = "Write";
    payload["tool_input"] = { file_path: join(broker.workspace, "a.txt"), content: "quite-private-text" };
    const query = { agent: "claude-code", event: "-", ppid: "0", pid: "0" };
    await broker.client.hook(query, Buffer.from(JSON.stringify(payload)));
    const entry = JSON.stringify((await entriesOf(broker.places, "decision")).at(-1));
    assert.match(entry, /a\.txt.*"contentLength":18/);
    assert.ok(!entry.includes("quite-private-text"));
  });

  test("a value of a workspace's .env file is masked wherever it turns up", async () => {
    writeFileSync(join(broker.workspace, ".env"), "SOME_THING=zq9-test-value-not-real\n");
    await ask(broker, { command: "echo denyme zq9-test-value-not-real", conversation: "knows a value" });
    const entry = (await entriesOf(broker.places, "decision")).at(-1);
    assert.match(JSON.stringify(entry), /‹SOME_THING›/);
    assert.ok(!JSON.stringify(entry).includes("zq9"));
  });

  test("a record that cannot be written denies", async () => {
    const conversation = "unwritable";
    const aside = `${broker.places.record}.aside`;
    const { renameSync } = await import("node:fs");
    assert.equal((await ask(broker, { command: "echo 1", conversation })).said, "no opinion");
    renameSync(broker.places.record, aside);
    rmSync(join(aside, "audit.jsonl"));
    writeFileSync(broker.places.record, "in the way");
    const { said, text } = await ask(broker, { command: "echo 2", conversation });
    assert.deepEqual([said, /could not be judged/.test(text)], ["deny", true]);
    rmSync(broker.places.record);
    renameSync(aside, broker.places.record);
    assert.equal((await ask(broker, { command: "echo 3", conversation })).said, "no opinion");
    assert.deepEqual(
      (await verifyRecord(broker.places.record)).findings.map(({ kind }) => kind),
      ["removed"],
    );
  });
});
