import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ask, localBroker, type LocalBroker } from "./harness.ts";

let broker: LocalBroker;
const agents: ChildProcess[] = [];
const skip = process.platform === "linux" ? false : "only Linux tells where a process was started";

before(async () => {
  broker = await localBroker();
  copyFileSync("/bin/bash", join(broker.home, "claude"));
});
after(async () => {
  agents.forEach((agent) => agent.kill("SIGKILL"));
  await broker.stop();
  broker.remove();
});

function folder(name: string, policy?: string): string {
  const path = join(broker.home, name);
  mkdirSync(path, { recursive: true });
  if (policy !== undefined) {
    mkdirSync(join(path, ".governance"));
    writeFileSync(join(path, ".governance", "policy.yaml"), policy);
  }
  return path;
}

/** A process that is called like an agent; what starts its hooks is a shell below it. */
async function agentIn(cwd: string): Promise<number> {
  const claude = join(broker.home, "claude");
  const agent = spawn(claude, ["-c", "echo; sleep 60; :"], { cwd, stdio: ["ignore", "pipe", "ignore"] });
  agents.push(agent);
  await once(agent.stdout, "data");
  return agent.pid ?? 0;
}

const denies = "policies:\n  deny:\n    - command: echo a*\n";

test(
  "a session that somebody bound beforehand elsewhere is governed where its agent was started",
  { skip },
  async () => {
    const [governed, elsewhere] = [folder("governed", denies), folder("elsewhere")];
    const conversation = "chosen-beforehand";
    assert.equal((await ask(broker, { command: "ls", cwd: elsewhere, conversation })).said, "no opinion");
    const hookParent = await agentIn(governed);
    const said = async (command: string, cwd: string): Promise<string> =>
      (await ask(broker, { command, cwd, conversation, hookParent })).said;
    assert.equal(await said("echo a", governed), "deny");
    // What the payload says of its folder changes nothing, and neither does the first binding.
    assert.equal(await said("echo a", elsewhere), "deny");
    assert.equal(await said("echo b", governed), "no opinion");
    const session = broker.host.registry.byKey({ agent: "claude-code", conversation });
    assert.equal(session?.workspace, elsewhere);
  },
);

test(
  "where an agent is started makes no difference to a session of the same workspace",
  { skip },
  async () => {
    const [governed, other] = [folder("same", denies), folder("launched-from")];
    const conversation = "usual";
    const said = async (command: string, hookParent: number): Promise<string> =>
      (await ask(broker, { command, cwd: governed, conversation, hookParent })).said;
    // From a folder that nobody governs (`codex --cd DIR`).
    const hookParent = await agentIn(other);
    assert.equal(await said("echo x > made.txt", hookParent), "no opinion");
    assert.equal(await said("echo a", hookParent), "deny");
  },
);
