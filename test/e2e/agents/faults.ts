import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { startApprover, type TestApprover } from "../harness/approver.ts";
import { processesAtHome } from "../harness/process.ts";
import { findBroker, removeBroker } from "../harness/product.ts";
import { waitUntil } from "../harness/wait.ts";
import { controlledCall, harmless, type Deed } from "./deeds.ts";
import type { LiveAgent, LiveCall, LiveFate } from "./live-agent.ts";
import type { LiveStage } from "./live-stage.ts";

/** What becomes of calls while a part of Signalbox is missing, killed or switched off. The agent is armed. */
export function testFaults(agent: LiveAgent, current: () => LiveStage): void {
  let approving: TestApprover | undefined;
  after(() => approving?.stop());

  const clientOf = ({ sandbox }: LiveStage): string => join(sandbox.home, ".signalbox", "bin", "hook.sh");
  const callOf = (deed: Deed): LiveCall => deed.call(current().sandbox.workspace);
  const isDone = (deed: Deed): Promise<boolean> =>
    deed.isDone({ ...current(), workspace: current().sandbox.workspace });
  const assertFate = async (deed: Deed, fate: LiveFate): Promise<void> => {
    assert.equal((await isDone(deed)) ? "executed" : "prevented", fate.call, current().logs());
  };
  const status = async (): Promise<string> => (await current().signalbox("status", agent.id)).stdout;

  test("with the broker gone and kept from starting, nothing runs", async () => {
    const stage = current();
    let restore = (): void => undefined;
    const disappear = (): void => {
      restore = removeBroker(stage.sandbox.home, join(stage.product, "dist", "broker.js"));
    };
    try {
      // It goes between the prompt and the call: the last moment at which something could slip through.
      await stage.converse({ ...callOf(harmless.shell), before: disappear });
      await assertFate(harmless.shell, { call: "prevented" });
      assert.equal(findBroker(stage.sandbox.home), undefined);
    } finally {
      restore();
    }
    await stage.converse(callOf(harmless.shell));
    await assertFate(harmless.shell, { call: "executed" });
  });

  test(`with the hook client's file gone, a call is ${agent.traits.withoutClient.call}`, async () => {
    const stage = current();
    const client = clientOf(stage);
    let restore = (): void => undefined;
    const disappear = (): void => {
      // A broker that runs would put it back within a second.
      restore = removeBroker(stage.sandbox.home, join(stage.product, "dist", "broker.js"));
      renameSync(client, `${client}.away`);
    };
    try {
      await stage.converse({ ...callOf(harmless.shell), before: disappear });
      await assertFate(harmless.shell, agent.traits.withoutClient);
      assert.match(await status(), /DRIFTED/, "nobody sees that the client is gone");
    } finally {
      restore();
    }
    await stage.signalbox("install", agent.id);
    assert.match(await status(), /: armed/);
    await rm(`${client}.away`);
  });

  test("the agent cannot write the switch that turns its hooks off", async () => {
    const stage = current();
    const path = switchPath(agent, stage);
    const before = textOf(path);
    await stage.converse({ op: "write", path, content: agent.traits.offSwitch.content });
    assert.equal(textOf(path), before);
  });

  test("a switch that somebody else writes is seen", async () => {
    const stage = current();
    const path = switchPath(agent, stage);
    const before = textOf(path);
    const { content, sameSession, nextSession } = agent.traits.offSwitch;
    const write = (): void => {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    };
    try {
      await stage.converse({ ...callOf(controlledCall), before: write });
      await assertFate(controlledCall, sameSession);
      await stage.converse(callOf(controlledCall));
      await assertFate(controlledCall, nextSession);
      if (nextSession.call === "executed") {
        assert.match(await status(), /DRIFTED/, "nobody sees that the hooks are off");
      }
    } finally {
      if (before === undefined) {
        await rm(path, { force: true });
      } else {
        writeFileSync(path, before);
      }
    }
    await stage.converse(callOf(controlledCall));
    await assertFate(controlledCall, { call: "prevented" });
    assert.match(await status(), /: armed/);
  });

  for (const [what, isVictim, fate] of [
    ["hook client", isClient, agent.traits.killedClient],
    ["whole hook", isHook, agent.traits.killedHook],
  ] as const) {
    test(`with the ${what} killed while it waits for a human, the call is ${fate.call}`, async () => {
      const stage = current();
      const approver = (approving ??= await approverOf(stage));
      approver.answerWith(undefined);
      const asked = approver.questions().length;
      const conversation = stage.converse(callOf(controlledCall));
      await waitUntil("somebody is asked", 60_000, () => approver.questions().length > asked);
      const client = clientOf(stage);
      const victims = processesAtHome(stage.sandbox.home).filter((pid) => isVictim(pid, client));
      assert.notEqual(victims.length, 0);
      victims.forEach(kill);
      await conversation;
      await assertFate(controlledCall, fate);
      if (fate.call === "executed") {
        assert.match(await status(), /GAP: .* ran although it had been stopped/, "nobody sees that it ran");
      }
    });
  }
}

function switchPath(agent: LiveAgent, { sandbox }: LiveStage): string {
  const { path, in: where } = agent.traits.offSwitch;
  return join(sandbox[where], path);
}

function textOf(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

/** A broker enrolls only its first key by itself, so it is started anew by its approver. */
async function approverOf(stage: LiveStage): Promise<TestApprover> {
  const broker = findBroker(stage.sandbox.home);
  if (broker !== undefined) {
    kill(broker);
  }
  return startApprover(stage.sandbox.home, join(stage.product, "dist", "broker.js"));
}

/** Bash that runs the client, and its watch. */
function isClient(pid: number, client: string): boolean {
  return argumentsOf(pid).slice(0, 3).includes(client);
}

/** The shell that the agent has started it with, as well. */
function isHook(pid: number, client: string): boolean {
  const words = argumentsOf(pid);
  return isClient(pid, client) || (words.length <= 4 && words.some((word) => word.includes(client)));
}

function argumentsOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return [];
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
