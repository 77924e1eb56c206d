import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { findAgent, killAgent, type KillPorts } from "../../../src/boundary/terminal/kill-agent.ts";
import { roleOf } from "../../../src/boundary/terminal/known-agents.ts";
import {
  parsePs,
  systemProcesses,
  type ProcessInfo,
  type ProcessTable,
} from "../../../src/boundary/terminal/process-tree.ts";

const table = systemProcesses();
let folder = "";
const started: ChildProcess[] = [];
const strays: number[] = [];

before(() => {
  folder = mkdtempSync(join(tmpdir(), "signalbox-kill-"));
  for (const name of ["claude", "code", "mytool"]) {
    copyFileSync("/bin/bash", join(folder, name));
  }
});
after(() => {
  for (const child of started) {
    child.kill("SIGKILL");
  }
  for (const pid of strays) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // Gone, as it should be.
    }
  }
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a script in a program of the folder and waits until it has written `count` pids. */
async function tree(
  program: string,
  script: string,
  count: number,
): Promise<{ child: ChildProcess; pids: readonly number[] }> {
  const list = join(folder, `pids-${started.length}`);
  writeFileSync(list, "");
  const child = spawn(join(folder, program), ["-c", script], {
    stdio: "ignore",
    env: { PATH: "/usr/bin:/bin", LIST: list, BIN: folder },
  });
  started.push(child);
  // What shall survive a test must not hold up the end of all tests, after which it is ended.
  child.unref();
  for (let turn = 0; turn < 200; turn++) {
    const pids = readFileSync(list, "utf8").split("\n").filter(Boolean).map(Number);
    if (pids.length >= count) {
      strays.push(...pids);
      return { child, pids };
    }
    await delay(5);
  }
  throw new Error("the tree did not come up");
}

function alive(pid: number): boolean {
  const info = table.get(pid);
  return info !== undefined && info.state !== "Z";
}

const stubborn = `
  echo $$ >> "$LIST"
  sh -c 'trap "" TERM HUP INT; echo $$ >> "$LIST"; while :; do sleep 1; done' &
  setsid sh -c 'echo $$ >> "$LIST"; sleep 60' &
  sh -c 'setsid sh -c "echo \\$\\$ >> \\"$LIST\\"; sleep 60; :" & wait' &
  sh -c 'echo $$ >> "$LIST"; exec sleep 60' &
  wait; :`;

test("an agent ends with its stubborn descendants", async () => {
  const { child, pids } = await tree("claude", stubborn, 5);
  const hook = pids[4] ?? 0;
  const report = await killAgent({ hookParentPid: hook, agentPid: 0 });
  assert.equal(report.refused, undefined);
  assert.deepEqual(report.survivors, []);
  assert.deepEqual(report.killed[0], { pid: child.pid, name: "claude" });
  assert.deepEqual(pids.filter(alive), []);
  assert.ok(report.killed.length >= 6);
  // The bar of 250 ms is the benchmark's; a test shares its processors with others.
  assert.ok(report.tookMs < 1000, `took ${report.tookMs} ms`);
});

test("the agent's own word for its pid counts when the hook runs under it", async () => {
  const nested = `echo $$ >> "$LIST"; "$BIN/claude" -c 'echo $$ >> "$LIST"; sh -c "echo \\$\\$ >> \\"$LIST\\"; sleep 60; :"; :'; sleep 60; :`;
  const { pids } = await tree("claude", nested, 3);
  const [outer = 0, inner = 0, hook = 0] = pids;
  assert.equal((await killAgent({ hookParentPid: hook, agentPid: inner })).killed[0]?.pid, inner);
  assert.ok(alive(outer));
  assert.equal((await killAgent({ hookParentPid: outer, agentPid: outer })).killed[0]?.pid, outer);
});

test("a pid that is told but is not above the hook is ignored", async () => {
  const other = await tree("claude", 'echo $$ >> "$LIST"; sleep 60; :', 1);
  const own = await tree(
    "claude",
    'echo $$ >> "$LIST"; sh -c "echo \\$\\$ >> \\"$LIST\\"; sleep 60; :"; :',
    2,
  );
  const report = await killAgent({ hookParentPid: own.pids[1] ?? 0, agentPid: other.pids[0] ?? 0 });
  assert.equal(report.killed[0]?.pid, own.pids[0]);
  assert.ok(alive(other.pids[0] ?? 0));
});

for (const [program, reason] of [
  ["code", /editor \(`code`\), which is never ended/],
  ["mytool", /`mytool`, which is no known agent/],
] as const) {
  test(`nothing is ended where the hook runs under ${program}`, async () => {
    const { pids } = await tree(
      program,
      'echo $$ >> "$LIST"; sh -c "echo \\$\\$ >> \\"$LIST\\"; sleep 60; :"; :',
      2,
    );
    const report = await killAgent({ hookParentPid: pids[1] ?? 0, agentPid: pids[0] ?? 0 });
    assert.match(report.refused ?? "", reason);
    assert.deepEqual(report.killed, []);
    assert.deepEqual(
      pids.filter((pid) => !alive(pid)),
      [],
    );
  });
}

test("an editor that the agent opened survives the agent, with what it runs", async () => {
  const script = `echo $$ >> "$LIST"; "$BIN/code" -c 'echo $$ >> "$LIST"; sh -c "echo \\$\\$ >> \\"$LIST\\"; sleep 60; :"; :' & sh -c 'echo $$ >> "$LIST"; sleep 60; :' ; :`;
  const { pids, child } = await tree("claude", script, 4);
  const byName = (name: string): readonly number[] => pids.filter((pid) => table.get(pid)?.name === name);
  const editor = byName("code");
  assert.equal(editor.length, 1);
  const below = pids.filter((pid) => table.get(pid)?.parent === editor[0]);
  const report = await killAgent({ hookParentPid: child.pid ?? 0, agentPid: 0 });
  assert.equal(report.refused, undefined);
  assert.ok([...editor, ...below].every(alive));
  assert.equal(alive(child.pid ?? 0), false);
});

test("a hook whose parent has gone ends nothing", async () => {
  const child = spawn("/bin/true");
  await once(child, "close");
  const report = await killAgent({ hookParentPid: child.pid ?? 0, agentPid: child.pid ?? 0 });
  assert.match(report.refused ?? "", /not known or has gone/);
  for (const pid of [0, 1, -1]) {
    assert.notEqual((await killAgent({ hookParentPid: pid, agentPid: pid })).refused, undefined);
  }
});

test("this very process is no agent", async () => {
  const report = await killAgent({ hookParentPid: process.pid, agentPid: process.pid });
  assert.notEqual(report.refused, undefined);
});

/** A made-up system: pid to parent, executable and arguments. */
function made(
  processes: Readonly<Record<number, readonly [parent: number, executable: string, ...words: string[]]>>,
  reused = new Set<number>(),
): { ports: KillPorts; signals: string[] } {
  const signals: string[] = [];
  const dead = new Set<number>();
  const info = (pid: number): ProcessInfo | undefined => {
    const entry = processes[pid];
    return entry === undefined || dead.has(pid)
      ? undefined
      : {
          pid,
          parent: entry[0],
          session: 1,
          uid: 1000,
          started: reused.has(pid) ? `s${signals.length}` : "s",
          state: "S",
          name: entry[1].split("/").at(-1) ?? "",
        };
  };
  const fake: ProcessTable = {
    list: () =>
      Object.keys(processes)
        .map((pid) => info(Number(pid)))
        .filter((each) => each !== undefined),
    get: info,
    executable: (pid) => processes[pid]?.[1] ?? "",
    arguments: (pid) => processes[pid]?.slice(1).map(String) ?? [],
    hasVariable: () => false,
  };
  const ports: KillPorts = {
    table: fake,
    uid: 1000,
    signal: (pid, signal) => {
      signals.push(`${signal} ${pid}`);
      if (signal === "SIGKILL") {
        dead.add(pid);
      }
      return true;
    },
  };
  return { ports, signals };
}

const npm = "/usr/lib/node_modules/@anthropic-ai/claude-code/cli.js";

const roles: readonly (readonly [role: string, executable: string, ...words: string[]])[] = [
  ["agent", "/home/dev/.local/bin/claude"],
  ["agent", "/home/dev/.local/share/claude/versions/2.1.329"],
  ["agent", "/x/node_modules/@anthropic-ai/claude-code-linux-x64/claude (deleted)"],
  ["agent", "/usr/bin/node", "node", npm],
  ["agent", "/usr/bin/node", "node", "--no-warnings", "/usr/local/bin/gemini", "-p", "fix code-server"],
  ["agent", "/usr/bin/codex"],
  ["agent", "/usr/local/bin/copilot"],
  [
    "agent",
    "/home/dev/.local/share/cursor-agent/versions/2026.11.02-a1b2c3d/node",
    "cursor-agent",
    "--use-system-ca",
    "/home/dev/.local/share/cursor-agent/versions/2026.11.02-a1b2c3d/index.js",
  ],
  ["agent", "/usr/local/bin/cursor-agent"],
  ...["droid", "auggie", "crush", "devin", "kiro-cli", "agy", "grok", "amp"].map(
    (name) => ["agent", `/usr/local/bin/${name}`] as const,
  ),
  ["agent", "/usr/bin/node", "node", "/usr/lib/node_modules/@augmentcode/auggie/augment.mjs"],
  ["editor", "/usr/share/windsurf/windsurf"],
  ["editor", "/usr/share/kiro/kiro"],
  ["shell", "/usr/bin/dash"],
  ["shell", "/bin/zsh"],
  ["editor", "/usr/share/code/code"],
  ["editor", "/usr/share/codium/codium"],
  ["editor", "/opt/cursor/cursor"],
  ["editor", "/usr/lib/electron/electron"],
  ["editor", "/usr/lib/code-server/lib/node", "node", "/usr/lib/code-server/out/server-main.js"],
  ["editor", "/usr/bin/node", "node", "/x/out/bootstrap-fork.js", "--type=extensionHost"],
  ["editor", "/home/dev/.vscode-server/bin/abc/node", "node", "x.js"],
  ["other", "/usr/bin/node", "node", "server.js", "claude"],
  ["other", "/usr/bin/node", "node", "-e", "claude()"],
  ["other", "/usr/bin/python3", "python3", "claude"],
  ["other", ""],
];

for (const [role, executable, ...words] of roles) {
  test(`${executable} ${words.slice(1).join(" ")} is ${role}`, () => {
    const { ports } = made({ 7: [1, executable, ...words.slice(1)] });
    assert.equal(roleOf(7, ports.table), role);
  });
}

test("the search goes over shells only, and stops at the first thing that is neither", () => {
  const above = {
    2: [1, "/usr/share/code/code"],
    3: [2, "/bin/bash"],
    4: [3, "/usr/bin/claude"],
    5: [4, "/bin/sh"],
  } as const;
  const agent = findAgent({ hookParentPid: 5, agentPid: 0 }, made(above).ports);
  assert.ok(typeof agent !== "string" && agent.pid === 4);
  const between = findAgent(
    { hookParentPid: 6, agentPid: 0 },
    made({ ...above, 6: [5, "/usr/bin/python3"] }).ports,
  );
  assert.match(reasonOf(between), /python3/);
  assert.match(reasonOf(findAgent({ hookParentPid: 3, agentPid: 2 }, made(above).ports)), /editor/);
});

test("another user's agent gets no signal", async () => {
  const { ports, signals } = made({ 2: [1, "/usr/bin/claude"] });
  const report = await killAgent({ hookParentPid: 2, agentPid: 2 }, { ...ports, uid: 0 });
  assert.match(report.refused ?? "", /another user/);
  assert.deepEqual(signals, []);
});

test("the agent is stopped before anything is killed, and a pid that was used again gets nothing", async () => {
  const plain = made({ 2: [1, "/usr/bin/claude"], 3: [2, "/bin/sh"] });
  await killAgent({ hookParentPid: 3, agentPid: 0 }, plain.ports);
  assert.deepEqual(plain.signals, ["SIGSTOP 2", "SIGSTOP 3", "SIGKILL 2", "SIGKILL 3"]);
  const reused = made({ 2: [1, "/usr/bin/claude"], 3: [2, "/bin/sh"] }, new Set([3]));
  await killAgent({ hookParentPid: 2, agentPid: 0 }, reused.ports);
  assert.ok(!reused.signals.includes("SIGKILL 3"), reused.signals.join());
});

test("lines of ps are read, with names that hold spaces", () => {
  const text =
    "  501     1     0   501 Ss   Fri Nov 20 14:00:00 2026 /Applications/My App/claude\n junk\n  502   501     0   501 S+   Fri Nov 20 14:00:01 2026 -zsh\n";
  assert.deepEqual(parsePs(text), [
    {
      pid: 501,
      parent: 1,
      session: 0,
      uid: 501,
      state: "S",
      started: "Fri Nov 20 14:00:00 2026",
      name: "claude",
    },
    {
      pid: 502,
      parent: 501,
      session: 0,
      uid: 501,
      state: "S",
      started: "Fri Nov 20 14:00:01 2026",
      name: "-zsh",
    },
  ]);
});

test("a process whose name holds spaces and parentheses is read right", async () => {
  mkdirSync(join(folder, "odd"), { recursive: true });
  const path = join(folder, "odd", "a) b (c");
  copyFileSync("/bin/sleep", path);
  const child = spawn(path, ["30"], { stdio: "ignore" });
  started.push(child);
  await once(child, "spawn");
  child.unref();
  await delay(5);
  const info = table.get(child.pid ?? 0);
  assert.equal(info?.parent, process.pid);
  assert.equal(info.name, "a) b (c");
});

function reasonOf(found: ProcessInfo | string): string {
  return typeof found === "string" ? found : assert.fail(`found ${found.name}`);
}
