// npm run bench: what a decision and a hook cost, beside the bars of the design. Reports; never fails on a figure.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { createEvaluator } from "../../src/cli/evaluate.ts";

interface Row {
  readonly what: string;
  readonly p50: number;
  readonly p99: number;
  readonly unit: "us" | "ms";
  readonly bar: string;
}

const root = join(import.meta.dirname, "..", "..");
const rows: Row[] = [];

function add(what: string, values: readonly number[], unit: Row["unit"], bar: string): void {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  rows.push({ what, p50: at(0.5), p99: at(0.99), unit, bar });
}

function request(command: string): Parameters<ReturnType<typeof createEvaluator>["judge"]>[0] {
  return {
    context: {
      id: "bench",
      agent: "unknown",
      conversation: "bench",
      boundary: "check",
      workspace: "/home/dev/project",
      cwd: "/home/dev/project",
    },
    payload: { kind: "shell", command, shell: "bash" },
  };
}

/** Commands of our own fixtures: real spellings, harmless and destructive ones alike. */
function fixtureCommands(): readonly string[] {
  const folder = join(root, "test", "fixtures", "commands");
  return readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .flatMap((name) => commandsIn(parse(readFileSync(join(folder, name), "utf8"))));
}

function commandsIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) {
    return value.flatMap(commandsIn);
  }
  if (typeof value !== "object" || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([key, member]) =>
    key === "command" && typeof member === "string" ? [member] : commandsIn(member),
  );
}

function benchDecisions(): void {
  const evaluator = createEvaluator({ home: "/home/dev", env: {} });
  const commands = fixtureCommands();
  const time = (command: string): number => {
    const start = process.hrtime.bigint();
    evaluator.judge(request(command));
    return Number(process.hrtime.bigint() - start) / 1000;
  };
  for (let round = 0; round < 5; round++) {
    commands.forEach(time);
  }
  const everyday = [
    "ls -la",
    "git status",
    "npm test",
    "rg TODO src",
    "cat README.md | head -20",
    "git diff --stat",
  ];
  add("classify + decide, everyday commands", rounds(200, everyday, time), "us", "p50 ≤ 50 us, p99 ≤ 1 ms");
  add(
    `classify + decide, ${commands.length} fixtures`,
    rounds(20, commands, time),
    "us",
    "p50 ≤ 50 us, p99 ≤ 1 ms",
  );
  const large = `echo ${"a".repeat(100_000)}`;
  add("a 100 kB command", rounds(50, [large], time), "us", "≤ 5 ms");
  const curl = String.raw`curl -X POST https://backboard.railway.app/graphql/v2 -H "Authorization: Bearer $TOKEN" -d '{"query":"mutation { volumeDelete(volumeId: \"vol_1\") }"}'`;
  add("the incident's curl", rounds(500, [curl], time), "us", "p99 ≤ 1 ms");
}

function rounds(
  count: number,
  commands: readonly string[],
  time: (command: string) => number,
): readonly number[] {
  return Array.from({ length: count }, () => commands.map(time)).flat();
}

const payload = JSON.stringify({
  session_id: "00000000-0000-4000-8000-000000000000",
  transcript_path: "/home/dev/.claude/projects/-home-dev-project/00000000-0000-4000-8000-000000000000.jsonl",
  cwd: "/tmp",
  permission_mode: "default",
  hook_event_name: "PreToolUse",
  tool_name: "Bash",
  tool_input: { command: `echo ${"x".repeat(1600)}`, description: "Say something long" },
});

/** Whole processes from spawn to exit, the empty shell and the hook in turn, so that both meet the same load. */
async function benchHook(): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), "signalbox-bench-"));
  const cli = join(root, "dist", "cli.js");
  const env = { HOME: home, PATH: process.env["PATH"] ?? "/usr/bin:/bin" };
  try {
    const installed = spawnSync(process.execPath, [cli, "install", "claude-code"], { env, encoding: "utf8" });
    spawnSync(process.execPath, [cli, "sessions"], { env });
    if (installed.status !== 0) {
      console.log(`the hook is not measured: ${installed.stderr}`);
      return;
    }
    const hook = join(home, ".signalbox", "bin", "hook.sh");
    const times: Record<"sh" | "hook" | "node", number[]> = { sh: [], hook: [], node: [] };
    for (let round = 0; round < 220; round++) {
      const sh = await runOnce("/bin/sh", ["-c", ":"], "", env);
      const hooked = await runOnce(hook, ["claude-code", "PreToolUse"], payload, env);
      if (hooked.code !== 0) {
        console.log(`the hook is not measured: it exited with ${hooked.code}: ${hooked.err}`);
        return;
      }
      if (round >= 20) {
        times.sh.push(sh.ms);
        times.hook.push(hooked.ms);
      }
      if (round >= 20 && round % 10 === 0) {
        times.node.push((await runOnce(process.execPath, [cli, "hook", "claude-code"], payload, env)).ms);
      }
    }
    add("empty sh, whole process", times.sh, "ms", "the floor");
    add(`the hook, whole process, ${payload.length} bytes`, times.hook, "ms", "p50 ≤ 5 ms");
    add("`signalbox hook`, whole process (node)", times.node, "ms", "only where no shell serves");
  } finally {
    spawnSync("/bin/sh", ["-c", `read -r _ _ pid < "$HOME/.signalbox/run/endpoint" && kill "$pid"`], { env });
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

function runOnce(
  file: string,
  args: readonly string[],
  input: string,
  env: Record<string, string>,
): Promise<{ readonly ms: number; readonly code: number; readonly err: string }> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(file, [...args], { env, stdio: ["pipe", "ignore", "pipe"] });
    let err = "";
    child.stderr.on("data", (chunk: Buffer) => {
      err += chunk.toString("utf8");
    });
    child.on("error", reject);
    child.on("exit", (code) => resolve({ ms: performance.now() - start, code: code ?? -1, err }));
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });
}

benchDecisions();
await benchHook();
const width = Math.max(...rows.map(({ what }) => what.length));
for (const { what, p50, p99, unit, bar } of rows) {
  const figure = (value: number): string => `${value.toFixed(unit === "us" ? 0 : 1)} ${unit}`.padStart(9);
  console.log(`${what.padEnd(width)}  p50 ${figure(p50)}  p99 ${figure(p99)}   bar: ${bar}`);
}
