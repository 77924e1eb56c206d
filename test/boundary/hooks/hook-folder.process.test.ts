import assert from "node:assert/strict";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { install } from "../../../src/boundary/hooks/install.ts";

const main = join(import.meta.dirname, "../../../src/broker/main.ts");

let home = "";
let workspace = "";
let broker: ChildProcess | undefined;

before(async () => {
  home = mkdtempSync(join(tmpdir(), "signalbox-folder-"));
  workspace = join(home, "project");
  mkdirSync(join(workspace, ".governance"), { recursive: true });
  writeFileSync(
    join(workspace, ".governance", "policy.yaml"),
    'policies:\n  deny:\n    - command: "npm run forbidden*"\n',
  );
  const stateDir = join(home, ".signalbox");
  const options = { scope: "user", home, stateDir, nodePath: "/nonexistent/node", brokerPath: main } as const;
  assert.ok(install({ agent: "windsurf", ...options }).ok);
  broker = spawn(process.execPath, [main, "--state-dir", stateDir], {
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

/** What the installed command line says, run as Cascade runs it: by a shell in the workspace. */
function cascade(event: string, info: object): number | null {
  const { hooks } = JSON.parse(readFileSync(join(home, ".codeium/windsurf/hooks.json"), "utf8")) as {
    hooks: Record<string, { command: string }[]>;
  };
  const input = JSON.stringify({ agent_action_name: event, trajectory_id: "t", tool_info: info });
  const command = hooks[event]?.[0]?.command ?? "exit 99";
  return spawnSync("/bin/sh", ["-c", command], { input, cwd: workspace, env: { HOME: home } }).status;
}

test("a session that starts with a prompt, which says no folder, is bound to where its hooks run", () => {
  assert.equal(cascade("pre_user_prompt", { user_prompt: "hello" }), 0);
  assert.equal(cascade("pre_run_command", { command_line: "npm run build", cwd: "/tmp" }), 0);
  assert.equal(cascade("pre_run_command", { command_line: "npm run forbidden", cwd: "/tmp" }), 2);
  assert.equal(cascade("pre_read_code", { file_path: join(workspace, ".env") }), 2);
});

test("without a client nothing passes", () => {
  rmSync(join(home, ".signalbox", "bin", "hook.sh"));
  assert.equal(cascade("pre_run_command", { command_line: "ls", cwd: workspace }), 2);
});
