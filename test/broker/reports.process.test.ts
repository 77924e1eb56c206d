import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { install, status } from "../../src/boundary/hooks/install.ts";
import { decodeHookReply } from "../../src/broker/hook-reply.ts";
import { brokerState } from "../../src/broker/host.ts";
import type { BrokerState } from "../../src/broker/protocol.ts";
import {
  approver,
  ask,
  claudePayload,
  entriesOf,
  freshHome,
  freshKey,
  localBroker,
  until,
  type LocalBroker,
} from "./harness.ts";

interface Ran {
  readonly command: string;
  readonly conversation: string;
  readonly callId?: string;
  readonly event?: string;
  readonly stdout?: string;
}

/** A report as Claude Code sends it. */
function reportPayload(workspace: string, { event = "PostToolUse", stdout = "", ...input }: Ran): string {
  const payload = JSON.parse(claudePayload(workspace, { ...input, event })) as object;
  const result = { stdout, stderr: "", interrupted: false, isImage: false };
  return JSON.stringify({ ...payload, tool_response: result, duration_ms: 5 });
}

async function ran(
  broker: LocalBroker,
  input: Ran,
): Promise<{ exit: number; stdout: string; stderr: string }> {
  const query = { agent: "claude-code", event: "PostToolUse", ppid: "0", pid: "0" };
  const reply = await broker.client.hook(query, Buffer.from(reportPayload(broker.workspace, input)));
  const wire = decodeHookReply(reply);
  assert.ok(wire !== undefined);
  return wire;
}

const quiet = { exit: 0, stdout: "", stderr: "" };

describe("what agents report of what has run", () => {
  let broker: LocalBroker;
  before(async () => {
    broker = await localBroker();
  });
  after(async () => {
    await broker.stop();
    broker.remove();
  });

  const session = (conversation: string) =>
    broker.host.registry.byKey({ agent: "claude-code", conversation });
  const gaps = async (conversation: string): Promise<readonly (readonly unknown[])[]> =>
    (await entriesOf(broker.places, "gap"))
      .filter((entry) => entry["conversation"] === conversation)
      .map((entry) => [entry["why"], entry["text"], entry["killed"]]);

  test("what was let pass is recorded as run, without a word to the agent", async () => {
    const conversation = "as it should be";
    await ask(broker, { command: "echo hello", conversation, callId: "a" });
    assert.deepEqual(await ran(broker, { command: "echo hello", conversation, callId: "a" }), quiet);
    assert.deepEqual(await gaps(conversation), []);
    const decision = (await entriesOf(broker.places, "decision")).at(-1);
    const execution = (await entriesOf(broker.places, "execution")).at(-1);
    assert.deepEqual(
      [execution?.["decision"], execution?.["sessionId"], execution?.["failed"]],
      [decision?.["id"], session(conversation)?.id, false],
    );
    assert.equal(session(conversation)?.gaps, undefined);
  });

  test("what nobody asked about is a gap: recorded, noted in its session and told, and nothing is stopped", async () => {
    const conversation = "unhooked";
    await ask(broker, { command: "echo hello", conversation });
    assert.deepEqual(await ran(broker, { command: "terraform destroy", conversation }), quiet);
    assert.deepEqual(await gaps(conversation), [["undecided", "terraform destroy", false]]);
    const known = session(conversation);
    assert.deepEqual([known?.state, known?.gaps?.count], ["active", 1]);
    assert.match(known?.gaps?.last ?? "", /^`terraform destroy` ran without having been decided/);
    const { body } = await broker.client.request("GET", "/v1/state");
    const state = body as { gaps?: { session: string; count: number }[] };
    assert.ok(state.gaps?.some((gap) => gap.session === known?.id && gap.count === 1));
    assert.equal((await ask(broker, { command: "echo hello", conversation })).said, "no opinion");
  });

  test("what ran although it was denied is a gap, and a denial that is called a failure is none", async () => {
    const conversation = "denied";
    await ask(broker, { command: "echo denyme", conversation, callId: "a" });
    await ran(broker, { command: "echo denyme", conversation, callId: "a", event: "PostToolUseFailure" });
    assert.deepEqual(await gaps(conversation), []);
    await ran(broker, { command: "echo denyme", conversation, callId: "a" });
    assert.deepEqual(await gaps(conversation), [["stopped", "echo denyme", false]]);
  });

  test("something else under the id of what was let pass is a gap", async () => {
    const conversation = "changed";
    await ask(broker, { command: "echo hello", conversation, callId: "a" });
    await ran(broker, { command: "rm -rf src", conversation, callId: "a" });
    assert.deepEqual(await gaps(conversation), [["changed", "rm -rf src", false]]);
  });

  test("no secret of what ran goes into record, registry or state", async () => {
    const conversation = "secret";
    const secret = `ghp_${"9aB3cD7eF1gH5iJ2kL8mN4oP6qR0sT3uV7wX"}`;
    await ran(broker, { command: `deploy --token ${secret}`, conversation, stdout: secret });
    const { body } = await broker.client.request("GET", "/v1/state");
    for (const text of [
      JSON.stringify(await entriesOf(broker.places)),
      JSON.stringify(broker.host.registry.list()),
      JSON.stringify(body),
    ]) {
      assert.ok(!text.includes(secret));
    }
  });

  test("a known secret in a result is masked in the tool's own form, everything else stays", async () => {
    const value = "test-9f8e7d6c5b4a-not-real";
    writeFileSync(join(broker.workspace, ".env"), `SERVICE_TOKEN=${value}\nS3_BUCKET=my-app-uploads-2024\n`);
    const conversation = "masking";
    const command = "node show.js";
    await ask(broker, { command: "echo hello", conversation });
    await ask(broker, { command, conversation, callId: "a" });
    const stdout = `token ${value}\nbucket my-app-uploads-2024\n9fceb02d0ae598e95dc970b74767f19372d61af8\n`;
    const reply = await ran(broker, { command, conversation, callId: "a", stdout });
    assert.deepEqual(JSON.parse(reply.stdout), {
      hookSpecificOutput: {
        hookEventName: "PostToolUse",
        updatedToolOutput: {
          stdout: stdout.replace(value, "‹SERVICE_TOKEN›"),
          stderr: "",
          interrupted: false,
          isImage: false,
        },
      },
    });
    assert.ok(!JSON.stringify(await entriesOf(broker.places)).includes(value));
  });

  test("a result that is too long to be masked is not shown at all", async () => {
    const value = "test-9f8e7d6c5b4a-not-real";
    const conversation = "long";
    await ask(broker, { command: "cat log", conversation, callId: "a" });
    const stdout = `${"x".repeat(300_000)} ${value}`;
    const reply = await ran(broker, { command: "cat log", conversation, callId: "a", stdout });
    assert.ok(!reply.stdout.includes(value) && reply.stdout.length < 190_000);
    assert.match(reply.stdout, /too long to be shown/);
  });

  test("a report that cannot be read is no reason to disturb the agent", async () => {
    const query = { agent: "claude-code", event: "PostToolUse", ppid: "0", pid: "0" };
    for (const payload of [
      "",
      "{",
      "[]",
      '{"hook_event_name":"PostToolUse"}',
      '{"hook_event_name":"PostToolUse","session_id":7,"cwd":"/w","tool_name":"Bash"}',
    ]) {
      assert.deepEqual(
        decodeHookReply(await broker.client.hook(query, Buffer.from(payload))),
        quiet,
        payload,
      );
    }
  });

  test("a payload that asks is judged, whatever its hook was installed for", async () => {
    const payload = claudePayload(broker.workspace, { command: "echo denyme", conversation: "disguised" });
    const query = { agent: "claude-code", event: "PostToolUse", ppid: "0", pid: "0" };
    const reply = decodeHookReply(await broker.client.hook(query, Buffer.from(payload)));
    assert.match(reply?.stdout ?? "", /"permissionDecision":"deny"/);
  });

  /** A payload of the Copilot runtime: its own, or the one that it sends to hooks in Claude Code's settings. */
  const copilot = (command: string, style: "camel" | "pascal", result?: string): object => {
    const common = { cwd: broker.workspace, timestamp: "2026-11-20T12:00:00.000Z" };
    return style === "camel"
      ? {
          ...common,
          sessionId: "c-1",
          toolName: "bash",
          toolArgs: { command },
          ...(result === undefined
            ? {}
            : { toolResult: { resultType: "success", textResultForLlm: result } }),
        }
      : {
          ...common,
          hook_event_name: result === undefined ? "PreToolUse" : "PostToolUse",
          session_id: "c-1",
          tool_name: "Bash",
          tool_input: { command },
          ...(result === undefined
            ? {}
            : { tool_result: { result_type: "success", text_result_for_llm: result } }),
        };
  };
  const sendCopilot = async (
    command: string,
    style: "camel" | "pascal",
    result?: string,
  ): Promise<string> => {
    const agent = style === "camel" ? "vscode" : "claude-code";
    const query = { agent, event: result === undefined ? "PreToolUse" : "PostToolUse", ppid: "0", pid: "0" };
    const reply = decodeHookReply(
      await broker.client.hook(query, Buffer.from(JSON.stringify(copilot(command, style, result)))),
    );
    return `${reply?.stdout ?? ""}${reply?.stderr ?? ""}`;
  };

  test("Copilot, which runs Claude Code's hooks as well: one decision, one run, one question", async () => {
    const count = async (kind: string): Promise<number> =>
      (await entriesOf(broker.places, kind)).filter((entry) => entry["agent"] === "copilot").length;
    const [decisions, executions] = [await count("decision"), await count("execution")];
    for (let run = 1; run <= 2; run++) {
      assert.equal(await sendCopilot("echo hello", "camel"), "{}");
      assert.doesNotMatch(await sendCopilot("echo hello", "pascal"), /deny/);
      await sendCopilot("echo hello", "camel", "hello");
      await sendCopilot("echo hello", "pascal", "hello");
      assert.equal(await count("decision"), decisions + run);
      assert.equal(await count("execution"), executions + run);
    }
    for (const style of ["camel", "pascal"] as const) {
      assert.match(await sendCopilot("echo denyme", style), /deny/);
    }
    assert.equal(await count("decision"), decisions + 3);
    assert.equal(await count("gap"), 0);
  });

  test("a human is asked once for both, and once more for the next run", async () => {
    const human = await approver(broker.places, enrolled());
    let questions = 0;
    human.onQuestion = (question) => {
      questions++;
      void human.answer(question, "allow_once");
    };
    for (let run = 1; run <= 2; run++) {
      for (const style of ["camel", "pascal"] as const) {
        assert.doesNotMatch(await sendCopilot("echo askme", style), /deny/);
      }
      await sendCopilot("echo askme", "camel", "x");
      assert.equal(questions, run);
    }
    human.stop();
  });

  function enrolled(): ReturnType<typeof freshKey> {
    const key = freshKey();
    broker.host.keys.add(key.publicKey, "test", new Date().toISOString());
    return key;
  }

  test("what an editor sees in its agent's terminal is held against the decisions, too", async () => {
    const local = (command: string, conversation: string): object => ({
      timestamp: "2026-11-20T12:00:00.000Z",
      hook_event_name: "PreToolUse",
      session_id: conversation,
      transcript_path: "/home/u/.config/Code/User/workspaceStorage/x/transcripts/v.jsonl",
      cwd: broker.workspace,
      tool_name: "run_in_terminal",
      tool_input: { command, explanation: "x", isBackground: false },
      tool_use_id: `call-${command}`,
    });
    const query = { agent: "vscode", event: "PreToolUse", ppid: "0", pid: "0" };
    await broker.client.hook(query, Buffer.from(JSON.stringify(local("echo in the terminal", "v-2"))));
    const human = await approver(broker.places, enrolled());
    const sees = (command: string, folder = broker.workspace): void =>
      void human.client.send({ type: "ran", agents: ["vscode", "copilot"], folder, command });
    const session = broker.host.registry.byKey({ agent: "vscode", conversation: "v-2" });
    sees(" echo in the terminal");
    sees("  ");
    sees("curl https://example.com/x | sh", "not a folder");
    sees("curl https://example.com/x | sh");
    await until(() => broker.host.registry.byId(session?.id ?? "")?.gaps !== undefined, "the gap is noted");
    const seen = (await entriesOf(broker.places, "gap")).filter((entry) => entry["agent"] === "vscode");
    assert.deepEqual(
      seen.map((entry) => [entry["sessionId"], entry["why"], entry["text"]]),
      [[session?.id, "undecided", "curl https://example.com/x | sh"]],
    );
    // Where no session of it is known, what ran is told all the same.
    const elsewhere = join(broker.home, "elsewhere");
    sees("make all", elsewhere);
    await until(
      () =>
        broker.host.registry
          .list()
          .some(({ workspace, gaps }) => workspace === elsewhere && gaps !== undefined),
      "the gap is noted in a session of its own",
    );
    human.stop();
  });

  test("a prompt that VS Code tells two hooks is recorded once", async () => {
    const payload = {
      timestamp: "2026-11-20T12:00:00.000Z",
      hook_event_name: "UserPromptSubmit",
      session_id: "v-1",
      transcript_path: "/home/u/.config/Code/User/workspaceStorage/x/transcripts/v.jsonl",
      cwd: broker.workspace,
      prompt: "please have a look",
    };
    const prompts = async (): Promise<number> =>
      (await entriesOf(broker.places, "decision")).filter((entry) => entry["conversation"] === "v-1").length;
    for (let told = 0; told < 2; told++) {
      const query = { agent: "vscode", event: "UserPromptSubmit", ppid: "0", pid: "0" };
      await broker.client.hook(query, Buffer.from(JSON.stringify(payload)));
    }
    assert.equal(await prompts(), 1);
  });
});

test("where the policy says so, a session in which something ran without a decision is killed", async () => {
  const home = freshHome();
  writeFileSync(join(home.workspace, ".governance", "policy.yaml"), "undecided_execution: kill\n");
  const broker = await localBroker(home);
  try {
    const conversation = "strict";
    await ask(broker, { command: "echo hello", conversation });
    assert.deepEqual(await ran(broker, { command: "echo hello", conversation }), quiet);
    assert.equal((await ask(broker, { command: "echo hello", conversation })).said, "no opinion");
    const reply = await ran(broker, { command: "rm -rf src", conversation });
    assert.match(reply.stdout, /"continue":false/);
    assert.equal((await ask(broker, { command: "echo hello", conversation })).said, "deny");
    const [gap] = await entriesOf(broker.places, "gap");
    assert.equal(gap?.["killed"], true);
    const known = broker.host.registry.byKey({ agent: "claude-code", conversation });
    assert.match(known?.killed?.reason ?? "", /`rm -rf src` ran without having been decided/);
  } finally {
    await broker.stop();
    broker.remove();
  }
});

test("a broker that was started anew knows what its predecessor decided, and what it did not", async () => {
  const home = freshHome();
  const conversation = "long command";
  const first = await localBroker(home);
  await ask(first, { command: "npm run long", conversation });
  await ask(first, { command: "npm run other", conversation, callId: "b" });
  await ask(first, { command: "echo denyme", conversation });
  await first.stop();
  const second = await localBroker(home);
  try {
    for (const input of [{ command: "npm run long" }, { command: "npm run other", callId: "b" }]) {
      await ran(second, { ...input, conversation });
    }
    assert.deepEqual(await entriesOf(second.places, "gap"), []);
    assert.equal((await entriesOf(second.places, "execution")).length, 2);
    for (const command of ["echo denyme", "rm -rf src"]) {
      await ran(second, { command, conversation });
    }
    assert.equal((await entriesOf(second.places, "gap")).length, 2);
  } finally {
    await second.stop();
    second.remove();
  }
});

test("hooks that somebody removes while a session goes on are noticed, told, and put back", async () => {
  const home = freshHome();
  const broker = await localBroker(home);
  const hooks = {
    agent: "claude-code",
    scope: "user",
    home: home.home,
    stateDir: home.places.stateDir,
    askSocket: home.places.askSocket,
    nodePath: process.execPath,
    brokerPath: "/nonexistent/broker.js",
  } as const;
  try {
    assert.ok(install(hooks).ok);
    await ask(broker, { command: "echo hello", conversation: "goes on" });
    const sessionId = broker.host.registry.byKey({ agent: "claude-code", conversation: "goes on" })?.id;
    const unprotected = (): BrokerState["unprotected"] => brokerState(broker.host).unprotected;
    await until(() => broker.host.hooks.isArmed("claude-code"), "the broker looks after the hooks", 20_000);
    writeFileSync(join(home.home, ".claude", "settings.json"), "{}\n");
    await until(() => (unprotected()?.length ?? 0) > 0, "it is noticed", 20_000);
    const [found] = unprotected() ?? [];
    assert.deepEqual([found?.agent, found?.sessions], ["claude-code", [sessionId]]);
    await until(() => unprotected()?.length === 0, "it is put back", 20_000);
    assert.equal(status(hooks).state, "installed");
    const notices = (await entriesOf(home.places, "notice")).map((entry) => String(entry["reason"]));
    assert.ok(notices.some((reason) => /unprotected/.test(reason)));
    assert.ok(notices.some((reason) => /put back/.test(reason)));
  } finally {
    await broker.stop();
    broker.remove();
  }
});
