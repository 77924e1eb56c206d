import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileLookups } from "../../src/boundary/files/lookups.ts";
import { packagedBaseline, packagedCatalogue } from "../../src/boundary/files/packaged.ts";
import type { ApprovalResult, Outcome } from "../../src/model/outcome.ts";
import type { AgentRequest } from "../../src/model/request.ts";
import type { Session } from "../../src/model/session.ts";
import { govern, type GovernPorts } from "../../src/pipeline.ts";
import { policiesInForce } from "../../src/policy/layers.ts";
import { loadPolicy } from "../../src/policy/load.ts";
import { digestOf } from "../../src/record/digest.ts";
import { temporaryFolder } from "../cli/terminal.ts";

const catalogue = packagedCatalogue();

/** The real steps with the real baseline; only the human, the latch and the record are watched. */
class World {
  readonly folder: string;
  readonly log: string[] = [];
  killed = false;
  answer: () => ApprovalResult = () => "approved";
  recordFails = false;

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(join(folder, "project"));
  }

  file(name: string, text: string): void {
    writeFileSync(join(this.folder, "project", name), text);
  }

  request(command: string): AgentRequest {
    const cwd = join(this.folder, "project");
    return {
      context: { id: "1", agent: "test", conversation: "c", workspace: cwd, cwd, boundary: "hook" },
      payload: { kind: "shell", command, shell: "bash" },
    };
  }

  run(command: string): Promise<Outcome> {
    return govern(this.request(command), this.ports());
  }

  private session(): Session {
    return {
      id: "s_1",
      agent: "test",
      conversation: "c",
      workspace: this.folder,
      state: this.killed ? "killed" : "active",
      startedAt: "2026-01-01T00:00:00Z",
      lastSeenAt: "2026-01-01T00:00:00Z",
      requests: 1,
    };
  }

  private ports(): GovernPorts {
    const { file, text } = packagedBaseline();
    const source = { file, text, layer: "builtin", workspace: this.folder, home: this.folder } as const;
    const { policy } = loadPolicy(source, catalogue, digestOf);
    assert.ok(policy !== undefined);
    const inForce = policiesInForce({ builtin: policy, workspace: {} }, digestOf);
    return {
      catalogue,
      lookups: () => fileLookups({ home: this.folder, env: () => undefined, credentialsIn: () => [] }),
      policies: () => inForce,
      session: () => this.session(),
      approve: () => {
        this.log.push("ask");
        return Promise.resolve(this.answer());
      },
      latch: () => {
        this.log.push("latch");
        return Promise.resolve();
      },
      record: (_request, outcome) => {
        this.log.push(`record ${outcome.effect}`);
        return this.recordFails ? Promise.reject(new Error("no space left")) : Promise.resolve();
      },
    };
  }
}

test("everyday work passes without a question and leaves a trace", async (context) => {
  const world = new World(temporaryFolder(context));
  const outcome = await world.run("ls -la");
  assert.equal(outcome.effect, "pass");
  assert.equal(outcome.approved, false, "a pass without a human is no approval");
  assert.deepEqual(world.log, ["record pass"]);
});

test("a kill is latched before it is recorded and answered", async (context) => {
  const world = new World(temporaryFolder(context));
  const outcome = await world.run("railway volume delete --volume vol_1 -y");
  assert.equal(outcome.effect, "kill");
  assert.deepEqual(world.log, ["latch", "record kill"]);
});

test("what cannot be recorded does not pass", async (context) => {
  const world = new World(temporaryFolder(context));
  world.recordFails = true;
  await assert.rejects(world.run("ls"), /no space left/);
});

test("a killed session is denied without a question", async (context) => {
  const world = new World(temporaryFolder(context));
  world.killed = true;
  const outcome = await world.run("ls");
  assert.equal(outcome.effect, "deny");
  assert.deepEqual(world.log, ["record deny"]);
});

const answers: readonly (readonly [ApprovalResult, Outcome["effect"]])[] = [
  ["approved", "pass"],
  ["denied", "deny"],
  ["timed_out", "deny"],
  ["unattended", "deny"],
  ["withdrawn", "deny"],
  ["changed", "deny"],
  ["killed", "kill"],
];

for (const [answer, effect] of answers) {
  test(`a question that ends with ${answer} is a ${effect}`, async (context) => {
    const world = new World(temporaryFolder(context));
    world.answer = () => answer;
    const outcome = await world.run("rm -rf ~");
    assert.equal(outcome.effect, effect);
    assert.equal(outcome.approval, answer);
    assert.equal(outcome.approved, answer === "approved");
    assert.deepEqual(world.log, ["ask", ...(effect === "kill" ? ["latch"] : []), `record ${effect}`]);
  });
}

test("a script that changes while a human thinks is asked again", async (context) => {
  const world = new World(temporaryFolder(context));
  world.file("clean.sh", "rm -rf ~\n");
  let asked = 0;
  world.answer = () => {
    if (asked++ === 0) {
      world.file("clean.sh", "rm -rf ~ /etc\n");
    }
    return "approved";
  };
  const outcome = await world.run("sh clean.sh");
  assert.equal(outcome.effect, "pass");
  assert.deepEqual(world.log, ["ask", "ask", "record pass"]);
});

test("a script that changes under every approval is denied", async (context) => {
  const world = new World(temporaryFolder(context));
  world.file("clean.sh", "rm -rf ~\n");
  let turn = 0;
  world.answer = () => {
    world.file("clean.sh", `rm -rf ~ # ${turn++}\n`);
    return "approved";
  };
  const outcome = await world.run("sh clean.sh");
  assert.equal(outcome.effect, "deny");
  assert.equal(outcome.approval, "changed");
});

test("a script that turns into a kill while a human thinks is killed", async (context) => {
  const world = new World(temporaryFolder(context));
  world.file("clean.sh", "rm -rf ~\n");
  world.answer = () => {
    world.file("clean.sh", "railway volume delete --volume vol_1 -y\n");
    return "approved";
  };
  assert.equal((await world.run("sh clean.sh")).effect, "kill");
});

test("a script that disappears while a human thinks does not pass as approved", async (context) => {
  const world = new World(temporaryFolder(context));
  world.file("clean.sh", "rm -rf ~\n");
  world.answer = () => {
    rmSync(join(world.folder, "project", "clean.sh"), { force: true });
    return "approved";
  };
  assert.equal((await world.run("sh clean.sh")).approved, false);
});

test("a session that is killed while a human thinks is denied whatever the answer", async (context) => {
  const world = new World(temporaryFolder(context));
  world.answer = () => {
    world.killed = true;
    return "approved";
  };
  assert.equal((await world.run("rm -rf ~")).effect, "deny");
});
