import assert from "node:assert/strict";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";

const source = join(import.meta.dirname, "../../src");

let home = "";
let workspace = "";
let broker: ChildProcess | undefined;

before(async () => {
  home = mkdtempSync(join(tmpdir(), "signalbox-keeper-"));
  workspace = join(home, "shop");
  mkdirSync(join(workspace, ".governance"), { recursive: true });
  policy("[]");
  assert.equal(signalbox("install", "gemini-cli", "--rules-only", "--workspace", workspace), 0);
  const stateDir = join(home, ".signalbox");
  broker = spawn(process.execPath, [join(source, "broker/main.ts"), "--state-dir", stateDir], {
    env: { HOME: home, PATH: "/usr/bin:/bin" },
    stdio: "ignore",
  });
  for (let turn = 0; turn < 2000 && !existsSync(join(stateDir, "run", "endpoint")); turn++) {
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

function signalbox(...args: readonly string[]): number | null {
  return spawnSync(process.execPath, [join(source, "cli/main.ts"), ...args], {
    cwd: workspace,
    env: { HOME: home, PATH: "/usr/bin:/bin" },
  }).status;
}

function policy(hidden: string): void {
  const text = `session_scope:\n  signal:\n    hidden_files: ${hidden}\n`;
  writeFileSync(join(workspace, ".governance", "policy.yaml"), text);
}

async function saysWithin20Seconds(wanted: RegExp): Promise<void> {
  const file = join(workspace, ".geminiignore");
  const text = (): string => (existsSync(file) ? readFileSync(file, "utf8") : "");
  for (let turn = 0; turn < 400 && !wanted.test(text()); turn++) {
    await delay(50);
  }
  assert.match(text(), wanted);
}

test("a running broker keeps ignore files as the policy is now, and `status` agrees", async () => {
  policy('["**/diary"]');
  await saysWithin20Seconds(/^\*\*\/diary$/m);
  writeFileSync(join(workspace, ".geminiignore"), "mine\n");
  await saysWithin20Seconds(/^mine\n[^]*^\*\*\/diary$/m);
  policy("[]");
  await saysWithin20Seconds(/^mine\n(?![^]*diary)[^]*# <<< Signalbox$/m);
  assert.equal(signalbox("status", "gemini-cli", "--rules-only", "--workspace", workspace), 0);
});
