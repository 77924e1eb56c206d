import { spawn, type ChildProcess } from "node:child_process";
import { appendFileSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export interface CommandSpec {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** The whole environment: nothing of the machine's is added. */
  readonly env: NodeJS.ProcessEnv;
  readonly stdin?: string | Uint8Array;
  readonly timeoutMs: number;
  /** Called with every chunk as it arrives. */
  onOutput?(text: string): void;
}

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

/** Runs to the end or to the time-out, at which the whole process group is killed. Never throws for an exit code. */
export async function tryCommand(spec: CommandSpec): Promise<Finished> {
  const child = spawn(spec.command, [...spec.args], {
    cwd: spec.cwd,
    env: spec.env,
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
  running.add(child);
  const output = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      output[stream] += text;
      spec.onOutput?.(text);
    });
  }
  child.stdin.on("error", () => undefined);
  child.stdin.end(spec.stdin ?? "");
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    killGroup(child);
  }, spec.timeoutMs);
  try {
    return await new Promise<Finished>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => {
        resolve({ code, signal, ...output, timedOut });
      });
    });
  } finally {
    clearTimeout(timer);
    running.delete(child);
  }
}

/** As `tryCommand`, but anything other than exit code 0 throws with the end of the output. */
export async function runCommand(spec: CommandSpec): Promise<Finished> {
  const finished = await tryCommand(spec);
  if (finished.code !== 0) {
    const how = finished.timedOut
      ? `took more than ${Math.round(spec.timeoutMs / 1000)} s`
      : `ended with ${finished.signal ?? `exit code ${String(finished.code)}`}`;
    const tail = `${finished.stdout}\n${finished.stderr}`.trim().split("\n").slice(-15).join("\n");
    throw new Error(`\`${[spec.command, ...spec.args].join(" ")}\` ${how}:\n${tail}`);
  }
  return finished;
}

/** A process that stays until it is stopped, with its output kept in a file. */
export interface Service {
  readonly child: ChildProcess;
  output(): string;
  /** Ends it and everything else in its home; resolves when all are gone. */
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();
const homes = new Set<string>();

/**
 * Starts a long-running process in a process group of its own. What detaches itself from the group (agents, editors and
 * the broker start daemons) is found by its home, which is a folder that only this test has.
 */
export function startService(spec: Omit<CommandSpec, "timeoutMs" | "stdin">, logFile: string): Service {
  const home = spec.env["HOME"];
  if (home === undefined || !home.startsWith(temporaryPrefix)) {
    throw new Error("a service needs a temporary home of its own, by which its processes are found");
  }
  const child = spawn(spec.command, [...spec.args], {
    cwd: spec.cwd,
    env: spec.env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  cleanUpAtExit(home);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      appendFileSync(logFile, text);
      spec.onOutput?.(text);
    });
  }
  child.on("error", (error) => {
    output += error.message;
  });
  return {
    child,
    output: () => output,
    stop: async () => {
      killGroup(child);
      running.delete(child);
      await killAtHome(home);
    },
  };
}

/** Makes sure that nothing survives this process in the temporary home, however the process ends. */
export function cleanUpAtExit(home: string): void {
  homes.add(home);
}

/** Every temporary folder of the tests starts like this. */
export const temporaryPrefix = "/tmp/sbx-";

/** Ends every process that lives in the temporary home; only tests have processes there. */
export async function killAtHome(home: string): Promise<void> {
  for (let round = 0; round < 20; round += 1) {
    const pids = processesAtHome(home);
    if (pids.length === 0) {
      break;
    }
    for (const pid of pids) {
      killQuietly(pid);
    }
    await sleep(50);
  }
}

/** Processes that were started with this home: the editor, its agents, their commands and the broker. */
export function processesAtHome(home: string): number[] {
  if (!home.startsWith(temporaryPrefix)) {
    return [];
  }
  const wanted = `HOME=${home}`;
  return readProc().filter((pid) => {
    try {
      return (
        pid !== process.pid && readFileSync(`/proc/${pid}/environ`, "latin1").split("\0").includes(wanted)
      );
    } catch {
      // Gone, or somebody else's.
      return false;
    }
  });
}

function readProc(): number[] {
  try {
    return readdirSync("/proc")
      .map(Number)
      .filter((pid) => pid > 1);
  } catch {
    return [];
  }
}

function killGroup(child: ChildProcess): void {
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    killQuietly(-child.pid);
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Already gone.
  }
}

// A test run that is interrupted must not leave an editor or a folder behind.
process.once("exit", () => {
  for (const child of running) {
    killGroup(child);
  }
  for (const home of homes) {
    for (const pid of processesAtHome(home)) {
      killQuietly(pid);
    }
    rmSync(dirname(home), { recursive: true, force: true });
  }
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => {
    process.exit(130);
  });
}
