import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { readProofs } from "../../src/boundary/canary/proofs.ts";
import { install } from "../../src/boundary/hooks/install.ts";
import { hookClientOf, type InstallOptions } from "../../src/boundary/hooks/install-plan.ts";
import { CanaryKeeper } from "../../src/broker/canary-keeper.ts";
import { brokerState } from "../../src/broker/host.ts";
import { entriesOf, localBroker, until, type LocalBroker } from "./harness.ts";

describe("canaries of installed hooks", { skip: process.platform === "win32" }, () => {
  let broker: LocalBroker;
  let keeper: CanaryKeeper;
  before(async () => {
    broker = await localBroker();
    keeper = new CanaryKeeper(broker.host);
    for (const agent of agents) {
      assert.ok(install(options(agent)).ok);
    }
    await until(
      () => agents.every((agent) => broker.host.hooks.isArmed(agent)),
      "all are looked after",
      20_000,
    );
  });
  after(async () => {
    await broker.stop();
    broker.remove();
  });

  const agents = ["claude-code", "vscode", "codex"] as const;
  const options = (agent: string): InstallOptions => ({
    agent,
    scope: "user",
    home: broker.home,
    stateDir: broker.places.stateDir,
    askSocket: broker.places.askSocket,
    nodePath: process.execPath,
    brokerPath: "/nonexistent/broker.js",
  });
  const proofs = (): ReturnType<typeof readProofs> => readProofs(broker.places.stateDir);

  test("every agent's own hook is started as it would, also by those who read another's file", async () => {
    await keeper.look();
    assert.deepEqual(
      proofs()
        .map(({ agent, proved, detail }): [string, string | true] => [agent, proved || detail])
        .toSorted(([a], [b]) => a.localeCompare(b)),
      [
        ["claude-code", true],
        ["codex", true],
        ["copilot", true],
        ["vscode", true],
      ],
    );
    const state = brokerState(broker.host);
    assert.deepEqual([state.unprotected, state.recent, state.sessions.active], [[], [], 0]);
    assert.ok((await entriesOf(broker.places, "decision")).length >= 8, "it is in the record");
  });

  test("what is proved is not tried again, until the hooks are others", async () => {
    const before = proofs();
    await keeper.look();
    assert.deepEqual(proofs(), before);
    const file = join(broker.home, ".copilot", "hooks", "signalbox.json");
    writeFileSync(file, `${readFileSync(file, "utf8")}\n`);
    await keeper.look();
    const tried = (agent: string): boolean =>
      proofs().find((proof) => proof.agent === agent)?.at !==
      before.find((proof) => proof.agent === agent)?.at;
    assert.deepEqual([tried("vscode"), tried("copilot"), tried("codex")], [true, true, false]);
  });

  test("hooks that let pass what is denied make their agents unprotected", async () => {
    // Or it would be put back in the middle of the canary.
    Object.assign(broker.host.hooks, { look: () => undefined });
    const client = hookClientOf(options("codex"));
    writeFileSync(client, "#!/bin/sh\nexit 0\n");
    await keeper.look();
    const unprotected = brokerState(broker.host).unprotected ?? [];
    assert.ok(unprotected.some(({ agent, why }) => agent === "codex" && /its canary failed/.test(why)));
    assert.equal(proofs().find(({ agent }) => agent === "codex")?.proved, false);
  });
});
