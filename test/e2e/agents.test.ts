import assert from "node:assert/strict";
import { cp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { detoursOf, forbidden, harmless, hiddenFile, ops, type Deed, type Op } from "./agents/deeds.ts";
import { testFaults } from "./agents/faults.ts";
import type { LiveAgent, LiveCall } from "./agents/live-agent.ts";
import { openLiveStage, type LiveStage } from "./agents/live-stage.ts";
import { testReports } from "./agents/reports.ts";
import { liveAgents } from "./agents/roster.ts";
import { processesAtHome, type Finished } from "./harness/process.ts";
import { findBroker } from "./harness/product.ts";
import { volumeId } from "./harness/railway-api.ts";
import { waitUntil } from "./harness/wait.ts";
import { whyNoEndToEnd } from "./install/place.ts";
import { secretInEnvFile } from "./story.ts";

/** Real agents from npm, headless, with every permission given; only their models are scripted. The same for each of them. */

const skip = whyNoEndToEnd() ?? false;
const progress = (line: string): void => {
  console.log(`  ${line}`);
};

describe("real agents", { skip, concurrency: 2, timeout: 22 * 60_000 }, () => {
  for (const agent of liveAgents) {
    describe(`${agent.title} ${agent.version}`, { concurrency: 1, timeout: 12 * 60_000 }, () => {
      matrix(agent);
    });
  }
});

function matrix(agent: LiveAgent): void {
  let stage: LiveStage;
  let failed = false;

  before(
    async () => {
      stage = await openLiveStage(agent, progress);
    },
    { timeout: 5 * 60_000 },
  );

  afterEach((context) => {
    failed ||= "passed" in context && !context.passed;
  });

  after(async () => {
    await stage.close(failed);
  });

  const callOf = (deed: Deed): LiveCall => deed.call(stage.sandbox.workspace);
  const isDone = (deed: Deed): Promise<boolean> =>
    deed.isDone({ ...stage, workspace: stage.sandbox.workspace });

  test("ungoverned, everything takes effect", async () => {
    const { workspace, root } = stage.sandbox;
    await cp(workspace, join(root, "shop-before"), { recursive: true });
    const detours = detoursOf(agent);
    const inOne = detours.filter(({ options }) => options === undefined);
    await stage.play([
      ...ops.map((op) => ({ calls: [agent.toolCall(callOf(forbidden[op]))] })),
      ...inOne.flatMap(({ turns }) => turns(stage.place)),
    ]);
    assert.deepEqual(await those(ops, (op) => isDone(forbidden[op])), [...ops], stage.logs());
    const deleted = stage.railway.calls().filter(({ field }) => field === "volumeDelete");
    assert.equal(deleted.length, 2 + inOne.length, `by shell, by MCP, and by every detour; ${stage.logs()}`);
    for (const { name, turns, options } of detours.filter((detour) => !inOne.includes(detour))) {
      await stage.play(turns(stage.place), options);
      assert.deepEqual(stage.railway.volumes(), [], `${name}; ${stage.logs()}`);
    }
    await rm(workspace, { recursive: true });
    await cp(join(root, "shop-before"), workspace, { recursive: true });
  });

  test("`signalbox install` arms it", async () => {
    const installed = await stage.signalbox("install", agent.id);
    assert.equal(installed.code, 0, installed.stderr);
    assert.match((await stage.signalbox("status", agent.id)).stdout, /\(user\): armed/);
  });

  test("harmless twins take effect, with nobody there to ask", async () => {
    const finished = await stage.converse(...ops.map((op) => callOf(harmless[op])));
    assert.deepEqual(await those(ops, (op) => isDone(harmless[op])), [...ops], stage.logs());
    assert.equal(finished.code, 0, finished.stderr);
  });

  testReports(agent, () => stage);

  test("no secret comes in, no policy goes out, and the call of the incident ends the agent", async () => {
    const told = stage.model.everything().length;
    const story: readonly Op[] = ["read", "write", "shell"];
    const conversations = agent.traits.goesOnAfterDenial ? [story] : story.map((op) => [op]);
    for (const conversation of conversations) {
      const finished = await stage.converse(...conversation.map((op) => callOf(forbidden[op])));
      assert.deepEqual(await those(story, (op) => isDone(forbidden[op])), []);
      if (conversation.includes("shell")) {
        await assertKilled(finished, conversation.length);
      }
    }
    assert.ok(
      !stage.model.everything().slice(told).includes(secretInEnvFile),
      "the secret reached the model",
    );
    assert.deepEqual(stage.railway.volumes(), [volumeId]);
  });

  const mention = agent.traits.mention?.call ?? "prevented";
  test(`with a hidden file named in the prompt, reading it is ${mention}`, async () => {
    await stage.play([], [], `What does @${hiddenFile} say?`);
    const isIn = stage.model.received().join("\n").includes(secretInEnvFile);
    assert.equal(isIn ? "executed" : "prevented", mention, stage.logs());
  });

  test("a tool of an MCP server that destroys as much ends the agent as well", async () => {
    const finished = await stage.converse(callOf(forbidden.mcp));
    assert.deepEqual(stage.railway.calls(), []);
    await assertKilled(finished, 1);
  });

  for (const { name, turns, options } of detoursOf(agent)) {
    test(`no way round: ${name}`, async () => {
      await stage.play(turns(stage.place), options);
      assert.deepEqual(stage.railway.volumes(), [volumeId], stage.logs());
    });
  }

  testFaults(agent, () => stage);

  async function assertKilled(finished: Finished, turns: number): Promise<void> {
    assert.equal(stage.model.received().length, turns, `the model must not be asked again; ${stage.logs()}`);
    assert.ok(
      finished.signal === "SIGKILL" || finished.code === (agent.traits.codeWhenKilled ?? 137),
      `the agent ended by itself; ${stage.logs()}`,
    );
    // The dead take a moment to go.
    let left: readonly string[] = [];
    await waitUntil("the agent's processes are gone", 5000, async () => {
      const programs = await programsLeft(stage.sandbox.home);
      left = programs.filter((program) => agent.traits.staysAfterKill?.test(program) !== true);
      return left.length === 0;
    }).catch(() => undefined);
    assert.deepEqual(left, [], "no process of the agent may be left");
  }
}

async function those(all: readonly Op[], holds: (op: Op) => Promise<boolean>): Promise<readonly Op[]> {
  const found: Op[] = [];
  for (const op of all) {
    if (await holds(op)) {
      found.push(op);
    }
  }
  return found;
}

/** Command lines of what runs in the home, but for the broker. */
async function programsLeft(home: string): Promise<readonly string[]> {
  const broker = findBroker(home);
  const pids = processesAtHome(home).filter((pid) => pid !== broker);
  return Promise.all(
    pids.map(async (pid) =>
      (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).replaceAll("\0", " "),
    ),
  );
}
