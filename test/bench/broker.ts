// What the broker and the hook in front of it cost: start, answers, throughput, memory, the record.
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openChain } from "../../src/record/chain.ts";
import { row, type Row } from "./measure.ts";
import { dist, inTemporaryHome, runOnce, type Environment } from "./processes.ts";

const cli = join(dist, "cli.js");

export async function brokerRows(): Promise<readonly Row[]> {
  return inTemporaryHome(async (env, home) => {
    const installed = spawnSync(process.execPath, [cli, "install", "claude-code"], { env, encoding: "utf8" });
    if (installed.status !== 0) {
      console.log(`the hook is not measured: ${installed.stderr}`);
      return [];
    }
    const starts: number[] = [];
    for (let round = 0; round < 5; round++) {
      const first = await startBroker(env, home);
      starts.push(first.ms);
      await stop(first.broker);
    }
    const { broker } = await startBroker(env, home);
    try {
      return [
        row("broker, from its start to the first answer", starts, "ms", ""),
        ...(await hookRows(env, home)),
        ...(await answerRows(home)),
        row("broker, resident memory", [memoryMb(broker)], "MB", ""),
      ];
    } finally {
      await stop(broker);
    }
  });
}

async function startBroker(env: Environment, home: string): Promise<{ broker: ChildProcess; ms: number }> {
  const start = performance.now();
  const broker = spawn(process.execPath, [join(dist, "broker.js")], { env, stdio: "ignore" });
  for (;;) {
    try {
      await ask(home, payload(0));
      return { broker, ms: performance.now() - start };
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
}

function stop(broker: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    broker.on("exit", () => resolve());
    broker.kill();
  });
}

/** A payload of about 2 kB; another number is another command, so that no answer is shared. */
function payload(number: number): string {
  return JSON.stringify({
    session_id: "00000000-0000-4000-8000-000000000000",
    transcript_path:
      "/home/dev/.claude/projects/-home-dev-project/00000000-0000-4000-8000-000000000000.jsonl",
    cwd: "/tmp",
    permission_mode: "default",
    hook_event_name: "PreToolUse",
    tool_name: "Bash",
    tool_input: { command: `echo ${"x".repeat(1600)}${number}`, description: "Say something long" },
  });
}

/** Asks as the hook does, without its shell. Resolves to the time it took, in ms. */
function ask(home: string, text: string): Promise<number> {
  const [port = "", token = ""] = readFileSync(join(home, ".signalbox", "run", "endpoint"), "utf8").split(
    " ",
  );
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const socket = connect(Number(port), "127.0.0.1");
    let reply = "";
    socket.setNoDelay(true);
    socket.on("connect", () => {
      socket.write(`HOOK ${token} claude-code PreToolUse ${process.pid} 0\n${text}\0END\n`);
    });
    socket.on("data", (chunk: Buffer) => {
      reply += chunk.toString("utf8");
    });
    socket.on("end", () => {
      if (/\nSIGNALBOX\/1 0\n/.test(reply)) {
        resolve(performance.now() - start);
      } else {
        reject(new Error(`the broker answered ${JSON.stringify(reply.slice(0, 200))}`));
      }
    });
    socket.on("error", reject);
  });
}

/** Whole processes from spawn to exit, the empty shell and the hook in turn, so that both meet the same load. */
async function hookRows(env: Environment, home: string): Promise<readonly Row[]> {
  const hook = join(home, ".signalbox", "bin", "hook.sh");
  const text = payload(0);
  const times: Record<"sh" | "hook" | "long" | "node", number[]> = { sh: [], hook: [], long: [], node: [] };
  const long = JSON.stringify({ ...JSON.parse(text), padding: "x".repeat(60_000) });
  for (let round = 0; round < 220; round++) {
    const sh = await runOnce("/bin/sh", ["-c", ":"], "", env);
    const hooked = await runOnce(hook, ["claude-code", "PreToolUse"], text, env);
    if (hooked.code !== 0) {
      console.log(`the hook is not measured: it exited with ${hooked.code}: ${hooked.err}`);
      return [];
    }
    if (round >= 20) {
      times.sh.push(sh.ms);
      times.hook.push(hooked.ms);
    }
    if (round >= 20 && round % 10 === 0) {
      times.long.push((await runOnce(hook, ["claude-code", "PreToolUse"], long, env)).ms);
      times.node.push((await runOnce(process.execPath, [cli, "hook", "claude-code"], text, env)).ms);
    }
  }
  return [
    row("empty sh, whole process", times.sh, "ms", "the floor, with what starting it costs this process"),
    row(`the hook, whole process, ${text.length} bytes`, times.hook, "ms", "p50 ≤ 5 ms"),
    row(
      "the hook's best above that of the empty sh",
      [Math.min(...times.hook) - Math.min(...times.sh)],
      "ms",
      "≤ 4.2 ms: an empty sh alone takes 0.8",
    ),
    row(`the hook, whole process, ${long.length} bytes`, times.long, "ms", ""),
    row("`signalbox hook`, whole process (node)", times.node, "ms", "only where no shell serves"),
  ];
}

async function answerRows(home: string): Promise<readonly Row[]> {
  const alone: number[] = [];
  for (let number = 0; number < 1000; number++) {
    alone.push(await ask(home, payload(number)));
  }
  const rates: number[] = [];
  const crowded: number[] = [];
  for (let round = 0; round < 5; round++) {
    const start = performance.now();
    const batch = Array.from({ length: 200 }, (_, at) => ask(home, payload(1000 + round * 200 + at)));
    crowded.push(...(await Promise.all(batch)));
    rates.push((200 * 1000) / (performance.now() - start));
  }
  return [
    row("broker, one request after the other", alone, "ms", "p50 ≤ 1 ms without the sync"),
    row("broker, each of 200 requests at once", crowded, "ms", ""),
    row("broker, 200 requests at once", rates, "/s", ""),
  ];
}

function memoryMb(broker: ChildProcess): number {
  try {
    const pages = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${broker.pid}/status`, "utf8"))?.[1];
    return Number(pages) / 1024;
  } catch {
    return Number.NaN;
  }
}

/** Entries of the record per second: each one synced by itself, and as many as wait for one sync. */
export async function recordRows(): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "signalbox-bench-"));
  const chain = await openChain(folder, () => new Date());
  const event = { kind: "notice", text: "x".repeat(2000) } as unknown as Parameters<typeof chain.append>[0];
  const rate = async (entries: number, work: () => Promise<unknown>): Promise<number> => {
    const start = performance.now();
    await work();
    return (entries * 1000) / (performance.now() - start);
  };
  const alone: number[] = [];
  const together: number[] = [];
  try {
    for (let round = 0; round < 5; round++) {
      alone.push(
        await rate(200, async () => {
          for (let entry = 0; entry < 200; entry++) {
            await chain.append(event);
          }
        }),
      );
      together.push(
        await rate(2000, () => Promise.all(Array.from({ length: 2000 }, () => chain.append(event)))),
      );
    }
  } finally {
    await chain.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  return [
    row("record, one entry after the other", alone, "/s", ""),
    row("record, entries that wait together", together, "/s", ""),
  ];
}
