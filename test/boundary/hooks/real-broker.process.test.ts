import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { install } from "../../../src/boundary/hooks/install.ts";

const main = join(import.meta.dirname, "../../../src/broker/main.ts");

let home = "";
let workspace = "";
let client = "";
let broker: ChildProcess | undefined;

before(async () => {
  home = mkdtempSync(join(tmpdir(), "signalbox-real-"));
  workspace = join(home, "project");
  mkdirSync(join(workspace, ".git"), { recursive: true });
  const stateDir = join(home, ".signalbox");
  const installed = install({
    agent: "claude-code",
    scope: "user",
    home,
    stateDir,
    // Cannot be started by the client: what answers is the broker below.
    nodePath: "/nonexistent/node",
    brokerPath: main,
  });
  assert.ok(installed.ok);
  client = join(stateDir, "bin", "hook.sh");
  broker = spawn(process.execPath, [main, "--state-dir", stateDir], {
    env: { HOME: home, PATH: "/usr/bin:/bin" },
    stdio: "ignore",
  });
  const endpoint = join(stateDir, "run", "endpoint");
  for (let turn = 0; turn < 1000 && !existsSync(endpoint); turn++) {
    await delay(10);
  }
  // Only loopback is left, so that a client which does not trust the broker's files is seen to fail.
  renameSync(join(stateDir, "run", "ask.sock"), join(stateDir, "run", "ask.sock.away"));
});

after(async () => {
  if (broker !== undefined && broker.exitCode === null) {
    broker.kill("SIGKILL");
    await once(broker, "exit");
  }
  rmSync(home, { recursive: true, force: true });
});

async function ask(
  conversation: string,
  command: string,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn(client, ["claude-code", "PreToolUse"], { env: {}, stdio: "pipe" });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin.end(
    JSON.stringify({
      session_id: conversation,
      transcript_path: join(home, ".claude/projects/-project/s.jsonl"),
      cwd: workspace,
      permission_mode: "default",
      hook_event_name: "PreToolUse",
      tool_name: "Bash",
      tool_input: { command },
      tool_use_id: `toolu_${command.length}`,
    }),
  );
  const [code] = (await once(child, "close")) as [number];
  return { code, stdout, stderr };
}

test("the installed client and the real broker understand each other over loopback", async () => {
  assert.deepEqual(await ask("one", "ls -la"), { code: 0, stdout: "", stderr: "" });
  const killed = await ask("two", "railway volume delete --volume vol_1 --environment production --yes");
  const reply = JSON.parse(killed.stdout) as {
    continue: boolean;
    hookSpecificOutput: { permissionDecision: string };
  };
  assert.deepEqual(
    [killed.code, reply.continue, reply.hookSpecificOutput.permissionDecision],
    [0, false, "deny"],
  );
  const later = await ask("two", "ls -la");
  assert.match(later.stdout, /"permissionDecision":"deny"/);
  assert.deepEqual((await ask("one", "ls")).stdout, "");
});

test("once the broker is gone its files are not trusted any more", async () => {
  assert.ok(broker !== undefined);
  broker.kill("SIGKILL");
  await once(broker, "exit");
  const ended = await ask("one", "ls");
  assert.deepEqual([ended.code, ended.stdout], [2, ""]);
  assert.match(ended.stderr, /broker does not answer/);
});
