import { spawn, type ChildProcess } from "node:child_process";
import { appendFileSync, readFileSync, readdirSync } from "node:fs";
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
  /** Ends it and everything that carries its marker; resolves when all are gone. */
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();
const markers = new Set<string>();

/**
 * Starts a long-running process in a process group of its own. `marker` is put into its environment: what detaches
 * itself from the group (agents and editors start daemons) is still found by it and ended.
 */
export function startService(spec: Omit<CommandSpec, "timeoutMs" | "stdin">, logFile: string, marker: string): Service {
  const child = spawn(spec.command, [...spec.args], {
    cwd: spec.cwd,
    env: { ...spec.env, [markerName]: marker },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  markers.add(marker);
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
      await killMarked(marker);
      running.delete(child);
    },
  };
}

/** Name of the environment variable by which processes of one test are found. */
export const markerName = "SIGNALBOX_TEST_MARKER";

/** Kills every process whose environment holds the marker; only ever processes that a test started. */
export async function killMarked(marker: string): Promise<void> {
  for (let round = 0; round < 10; round += 1) {
    const pids = markedProcesses(marker);
    if (pids.length === 0) {
      break;
    }
    for (const pid of pids) {
      killQuietly(pid);
    }
    await sleep(50);
  }
  markers.delete(marker);
}

/** Processes that carry the marker in the environment that they were started with. */
export function markedProcesses(marker: string): number[] {
  const wanted = `${markerName}=${marker}`;
  const found: number[] = [];
  for (const name of readProc()) {
    try {
      if (readFileSync(`/proc/${name}/environ`, "latin1").split("\0").includes(wanted)) {
        found.push(Number(name));
      }
    } catch {
      // Gone, or somebody else's.
    }
  }
  return found.filter((pid) => pid !== process.pid);
}

function readProc(): string[] {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) {
    return;
  }
  killQuietly(-child.pid);
  if (child.exitCode === null) {
    killQuietly(child.pid);
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Already gone.
  }
}

// A test run that is interrupted must not leave an editor behind.
process.once("exit", () => {
  for (const child of running) {
    killGroup(child);
  }
  for (const marker of markers) {
    for (const pid of markedProcesses(marker)) {
      killQuietly(pid);
    }
  }
});
