import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { JsonObject } from "../../../src/base/json.ts";
import type { WireReply } from "../../../src/boundary/hooks/adapter.ts";
import { install } from "../../../src/boundary/hooks/install.ts";
import { adapterOf } from "../../../src/boundary/hooks/registry.ts";
import { allDialects } from "./dialects/all.ts";

const source = join(import.meta.dirname, "../../../src");

let home = "";
let workspace = "";
let broker: ChildProcess | undefined;

before(async () => {
  home = mkdtempSync(join(tmpdir(), "signalbox-live-"));
  workspace = join(home, "project");
  mkdirSync(join(workspace, ".git"), { recursive: true });
  const stateDir = join(home, ".signalbox");
  const brokerPath = join(source, "broker/main.ts");
  const installed = install({
    agent: "claude-code",
    scope: "user",
    home,
    stateDir,
    nodePath: "/nonexistent/node",
    brokerPath,
  });
  assert.ok(installed.ok);
  broker = spawn(process.execPath, [brokerPath, "--state-dir", stateDir], {
    env: { HOME: home, PATH: "/usr/bin:/bin" },
    stdio: "ignore",
  });
  for (let turn = 0; turn < 1000 && !existsSync(join(stateDir, "run", "endpoint")); turn++) {
    await delay(10);
  }
});

after(async () => {
  if (broker !== undefined && broker.exitCode === null) {
    broker.kill("SIGKILL");
    await once(broker, "exit");
  }
  rmSync(home, { recursive: true, force: true });
});

/** What a process that gets the payload answers. */
async function ask(program: readonly string[], payload: string): Promise<WireReply> {
  const [file = "", ...args] = program;
  const child = spawn(file, args, { env: { HOME: home }, stdio: "pipe", cwd: "/" });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin.on("error", () => undefined);
  child.stdin.end(payload);
  const [exit] = (await once(child, "close")) as [number];
  return { exit, stdout: stdout.trimEnd(), stderr: stderr.trimEnd() };
}

const destroys = "railway volume delete --volume vol_1 --environment production --yes";

for (const [id, { live, gates, neutral, stops }] of Object.entries(allDialects)) {
  if (live === undefined) {
    continue;
  }
  const client = (): readonly string[] => [join(home, ".signalbox/bin/hook.sh"), live.hook];
  const command = [process.execPath, join(source, "cli/main.ts"), "hook", live.hook];
  const call = (conversation: string, text: string): string =>
    JSON.stringify(live.shell(text, { conversation, workspace, home }));
  const passes = ({ exit, stdout, stderr }: WireReply): boolean =>
    exit === 0 && stderr === "" && ["", "{}", neutral].includes(stdout);
  const eventOf = (payload: string): string => {
    const decoded = adapterOf(id)?.decode(JSON.parse(payload) as JsonObject);
    assert.ok(decoded?.ok && gates.includes(decoded.value.event));
    return decoded.value.event;
  };

  test(`${id} by the hook client: passes, denies, kills and stays denied`, async () => {
    const [one, two] = [`${id}-1`, `${id}-2`];
    const first = await ask(client(), call(one, "ls -la"));
    assert.ok(passes(first), JSON.stringify(first));
    for (const [conversation, text] of [
      [one, "cat .env"],
      [two, destroys],
      [two, "ls -la"],
    ] as const) {
      const reply = await ask(client(), call(conversation, text));
      assert.ok(stops(reply, eventOf(call(conversation, text))), `${text}: ${JSON.stringify(reply)}`);
    }
    assert.ok(passes(await ask(client(), call(one, "ls"))), "another session goes on");
  });

  test(`${id} by the hook client: what is cut off or no payload at all is stopped`, async () => {
    const whole = call(`${id}-3`, "ls -la");
    for (const text of [whole.slice(0, whole.length / 2), "", "ls -la", "[]", `${whole}}`]) {
      const reply = await ask(client(), text);
      assert.ok(
        gates.some((event) => stops(reply, event)),
        `${text}: ${JSON.stringify(reply)}`,
      );
    }
  });

  test(`${id} by \`signalbox hook\`: passes, kills, and stops what is cut off`, async () => {
    const whole = call(`${id}-4`, "ls -la");
    const deadly = call(`${id}-5`, destroys);
    const [passed, killed, cut] = await Promise.all(
      [whole, deadly, whole.slice(0, whole.length / 2)].map((text) => ask(command, text)),
    );
    assert.ok(passed !== undefined && passes(passed), JSON.stringify(passed));
    assert.ok(killed !== undefined && stops(killed, eventOf(deadly)), JSON.stringify(killed));
    assert.ok(cut !== undefined && gates.some((event) => stops(cut, event)), JSON.stringify(cut));
  });
}
