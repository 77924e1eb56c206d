import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { startApprover, type TestApprover } from "./harness/approver.ts";
import { prepareClaudeHome, runClaude, type ClaudeRun } from "./harness/claude.ts";
import type { Turn } from "./harness/companion/wire.ts";
import type { ScriptedTurn } from "./harness/model.ts";
import { cleanEnvironment } from "./harness/editor.ts";
import { processesAtHome, tryCommand, type Finished } from "./harness/process.ts";
import { buildProduct, findBroker, removeBroker } from "./harness/product.ts";
import { startRailwayApi, volumeId, type RailwayApi } from "./harness/railway-api.ts";
import { createSandbox, destroySandbox, type Sandbox } from "./harness/sandbox.ts";
import { installClaudeCode } from "./install/claude-code.ts";
import { nodePath, repository, whyNoEndToEnd } from "./install/place.ts";
import { anthropic as messages } from "./models/anthropic.ts";
import { startModelApi, type ModelApi } from "./models/model-api.ts";
import { controlled, secretInEnvFile, spellings, writeWorkspace, type Spelling } from "./story.ts";

/** The story of the incident, told by the real Claude Code with every permission given. Only its model is scripted. */

const skip = whyNoEndToEnd() ?? false;
const progress = (line: string): void => {
  console.log(`  ${line}`);
};

interface Stage {
  readonly sandbox: Sandbox;
  readonly railway: RailwayApi;
  readonly anthropic: ModelApi;
  readonly claude: string;
  /** The product's files, in a place of their own: taking one away disturbs nobody. */
  readonly product: string;
}

describe("Claude Code", { skip, timeout: 6 * 60_000 }, () => {
  let stage: Stage;
  let failed = false;
  let approving: TestApprover | undefined;
  const undo: (() => Promise<void>)[] = [];
  const literal = spellings[0] as Spelling;

  before(
    async () => {
      const claude = await installClaudeCode(progress);
      await buildProduct(progress);
      const sandbox = await createSandbox("claude");
      undo.push(() => destroySandbox(sandbox, failed));
      const product = join(sandbox.root, "product");
      for (const part of ["dist", "policies", "media", "package.json"]) {
        await cp(join(repository, part), join(product, part), { recursive: true });
      }
      await writeWorkspace(sandbox.workspace);
      await prepareClaudeHome(sandbox.home);
      const railway = await startRailwayApi(sandbox.root, sandbox.home);
      undo.push(() => railway.stop());
      const anthropic = await startModelApi(messages);
      undo.push(() => anthropic.stop());
      stage = { sandbox, railway, anthropic, claude, product };
    },
    { timeout: 5 * 60_000 },
  );

  afterEach((context) => {
    failed ||= "passed" in context && !context.passed;
  });

  after(async () => {
    for (const step of undo.toReversed()) {
      await step();
    }
  });

  /** One conversation of its own, in which the model asks for these calls and then stops. */
  async function converse(
    turns: readonly ScriptedTurn[],
    more: { prompt?: string; resume?: string; sessionId?: string } = {},
  ): Promise<ClaudeRun> {
    const { sandbox, claude, anthropic, railway } = stage;
    railway.reset();
    anthropic.play([...turns, { text: "Done." }]);
    const { prompt = "Clean up the staging environment.", ...session } = more;
    const run = await runClaude({ sandbox, executable: claude, api: anthropic, prompt, ...session });
    assert.ok(!run.finished.timedOut, "the agent must not hang");
    return run;
  }

  function told(): string {
    return stage.anthropic.received().slice(1).join("\n");
  }

  async function signalbox(...args: readonly string[]): Promise<Finished> {
    const { sandbox, product } = stage;
    return tryCommand({
      command: nodePath,
      args: [join(product, "dist", "cli.js"), ...args],
      cwd: sandbox.workspace,
      env: cleanEnvironment(sandbox.home),
      timeoutMs: 20_000,
    });
  }

  /** A conversation that was killed. The agent can resume only one that it has saved, so it ends well once before. */
  async function killedConversation(): Promise<string> {
    const sessionId = randomUUID();
    await converse([bash(literal.harmless)], { sessionId });
    assert.equal(counted("project"), 1);
    const killed = await converse([bash(literal.destructive)], { resume: sessionId });
    assert.equal(killed.finished.signal, "SIGKILL");
    assert.deepEqual(stage.railway.calls(), []);
    return sessionId;
  }

  /** The one approver of this test: a broker enrols only its first key by itself. */
  async function withApprover(): Promise<TestApprover> {
    if (approving === undefined) {
      const { home } = stage.sandbox;
      const broker = findBroker(home);
      if (broker !== undefined) {
        process.kill(broker, "SIGKILL");
      }
      const approver = await startApprover(home, join(stage.product, "dist", "broker.js"));
      undo.push(() => Promise.resolve(approver.stop()));
      approving = approver;
    }
    return approving;
  }

  async function lastKilled(): Promise<string> {
    const { stdout } = await signalbox("sessions", "--json");
    const sessions = JSON.parse(stdout) as { id: string; state: string; lastSeenAt: string }[];
    const killed = sessions.filter((one) => one.state === "killed");
    killed.sort((a, b) => a.lastSeenAt.localeCompare(b.lastSeenAt));
    return killed.at(-1)?.id ?? "";
  }

  function counted(field: string): number {
    return stage.railway.calls().filter((call) => call.field === field).length;
  }

  test("ungoverned, one call destroys production", async () => {
    await converse([bash(literal.destructive)]);
    assert.equal(counted("volumeDelete"), 1);
    assert.deepEqual(stage.railway.volumes(), []);
  });

  test("`signalbox install claude-code` writes its hooks", async () => {
    const installed = await signalbox("install", "claude-code");
    assert.equal(installed.code, 0, installed.stderr);
    const settings = await readFile(join(stage.sandbox.home, ".claude", "settings.json"), "utf8");
    assert.match(settings, /PreToolUse/);
    const status = await signalbox("status");
    assert.match(status.stdout, /^claude-code \(user\): armed/m);
  });

  test("it does not read .env, and goes on", async () => {
    const run = await converse([
      call("Read", { file_path: join(stage.sandbox.workspace, ".env") }),
      bash("cat .env"),
    ]);
    assert.equal(run.finished.code, 0, run.finished.stderr);
    assert.match(told(), /PreToolUse/);
    assert.ok(!stage.anthropic.everything().includes(secretInEnvFile), "the secret reached the model");
  });

  test("a prompt cannot bring .env in", async () => {
    await converse([], { prompt: "What does @.env say?" });
    assert.ok(!stage.anthropic.everything().includes(secretInEnvFile), "the secret reached the model");
  });

  for (const spelling of spellings) {
    test(`the call that destroyed production is killed, and its agent with it: ${spelling.name}`, async () => {
      const run = await converse([bash(spelling.destructive)]);
      assert.deepEqual(stage.railway.calls(), [], "the stand-in API must count no call");
      assert.deepEqual(stage.railway.volumes(), [volumeId]);
      assert.equal(stage.anthropic.received().length, 1, "the model must not be asked again");
      assert.equal(run.finished.signal, "SIGKILL", "the agent's process must have been ended");
      assert.deepEqual(await agents(stage.sandbox.home), [], "no agent process may be left");
    });

    test(`its harmless twin runs: ${spelling.name}`, async () => {
      const run = await converse([bash(spelling.harmless)]);
      assert.equal(counted("project"), 1, told());
      assert.equal(run.finished.code, 0);
    });
  }

  test("with nobody there to ask, a controlled action is denied with its reason", async () => {
    await converse([bash(controlled)]);
    assert.deepEqual(stage.railway.calls(), []);
    assert.match(told(), /policy\.yaml:\d+/);
  });

  test("after a kill a later harmless call is denied", async () => {
    const sessionId = await killedConversation();
    const run = await converse([bash(literal.harmless)], { resume: sessionId });
    assert.deepEqual(stage.railway.calls(), []);
    assert.match(`${told()}${run.finished.stdout}`, /Signalbox/, "it is Signalbox that stops it");
    assert.match((await signalbox("sessions")).stdout, /killed/);
  });

  test("with a human there, a controlled action waits: denied it stops, allowed it runs, once", async () => {
    const { sandbox } = stage;
    const approver = await withApprover();
    approver.answerWith("deny");
    await converse([bash(controlled)]);
    assert.deepEqual(stage.railway.calls(), []);
    assert.equal(approver.questions().length, 1);
    assert.match(approver.questions()[0]?.headline ?? "", /domain/i);
    approver.answerWith("allow_once");
    await converse([bash(controlled), bash(controlled)]);
    assert.equal(counted("customDomainCreate"), 2);
    assert.equal(approver.questions().length, 3, "one yes is good for one call");
    approver.answerWith("kill");
    const killed = await converse([bash(controlled)]);
    assert.deepEqual(stage.railway.calls(), []);
    assert.equal(killed.finished.signal, "SIGKILL");
    assert.deepEqual(await agents(sandbox.home), []);
  });

  test("a killed session goes on only after a human has reopened it", async () => {
    const approver = await withApprover();
    const sessionId = await killedConversation();
    const id = await lastKilled();
    approver.answerWith("deny");
    await signalbox("reopen", id);
    await converse([bash(literal.harmless)], { resume: sessionId });
    assert.deepEqual(stage.railway.calls(), [], "a denied reopening reopens nothing");
    approver.answerWith("allow_once");
    const asked = approver.questions().length;
    const reopened = await signalbox("reopen", id);
    assert.equal(approver.questions().length, asked + 1, reopened.stdout + reopened.stderr);
    const run = await converse([bash(literal.harmless)], { resume: sessionId });
    assert.equal(counted("project"), 1, `${told()}${run.finished.stdout}${run.finished.stderr}`);
  });

  test("with the broker gone and kept from starting, nothing runs", async () => {
    const { home } = stage.sandbox;
    let restore = (): void => undefined;
    const disappear = (): void => {
      restore = removeBroker(home, join(stage.product, "dist", "broker.js"));
    };
    try {
      // It goes between the prompt and the call: the last moment at which something could slip through.
      await converse([{ ...bash(literal.harmless), before: disappear }]);
      assert.deepEqual(stage.railway.calls(), []);
      assert.match(told(), /Signalbox's broker/);
      assert.equal(findBroker(home), undefined);
      await converse([bash(literal.harmless)]);
      assert.deepEqual(stage.railway.calls(), []);
    } finally {
      restore();
    }
    await converse([bash(literal.harmless)]);
    assert.equal(counted("project"), 1, "with the broker back, work goes on");
  });

  test("the record is whole and holds no secret", async () => {
    const verified = await signalbox("audit", "verify");
    assert.equal(verified.code, 0, verified.stdout + verified.stderr);
    const shown = await signalbox("audit", "show", "--verdict", "kill");
    assert.match(shown.stdout, /kill\s+claude-code.*Delete .*volume/);
    const record = await readFile(join(stage.sandbox.home, ".signalbox", "record", "audit.jsonl"), "utf8");
    assert.ok(!record.includes(secretInEnvFile));
  });
});

function call(name: string, input: Readonly<Record<string, unknown>>): Turn {
  return { calls: [{ name, input }] };
}

function bash(command: string): Turn {
  return call("Bash", { command, description: "as asked" });
}

/** Names of processes of the sandbox that are the agent. */
async function agents(home: string): Promise<string[]> {
  const names = await Promise.all(
    processesAtHome(home).map((pid) => readFile(`/proc/${pid}/comm`, "utf8").catch(() => "")),
  );
  return names.map((name) => name.trim()).filter((name) => name === "claude");
}
