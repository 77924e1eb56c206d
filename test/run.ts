/**
 * `npm test`: everything, in order, with progress and a summary. `--only NAME` runs one part: check, unit, build,
 * integration, e2e, or one of the end-to-end tests (vscode, policies, claude, cursor). The last line is `N passed, N failed`.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { logsFolder, repository, whyNoEndToEnd } from "./e2e/install/place.ts";

interface Counts {
  readonly passed: number;
  readonly failed: number;
}

interface Step {
  readonly name: string;
  /** What `--only` may call it. */
  readonly part: "check" | "unit" | "build" | "integration" | "e2e";
  readonly timeoutMs: number;
  /** A step that is one check: it passes with exit code 0. */
  readonly command?: readonly string[];
  /**
   * A step that runs test files: every test counts. `oneProcess`: all files of a pattern share a process, and two patterns run
   * at a time; what tests leave in memory is gone with each.
   */
  readonly tests?: { readonly files: readonly string[]; readonly oneProcess: boolean };
  /** Why the step cannot run on this machine. */
  readonly skip?: string | undefined;
}

const noEndToEnd = whyNoEndToEnd();
const minute = 60_000;

/** In groups that take about the same time. */
const unitFolders: readonly string[] = [
  "broker,record,approve,base,model",
  "boundary,policy",
  "cli,language,editor,architecture",
  "classify,catalogue,decide,pipeline,property",
];

const steps: readonly Step[] = [
  { name: "types", part: "check", timeoutMs: 2 * minute, command: ["npm", "run", "--silent", "check:types"] },
  { name: "lint", part: "check", timeoutMs: 2 * minute, command: ["npm", "run", "--silent", "check:lint"] },
  {
    name: "format",
    part: "check",
    timeoutMs: 2 * minute,
    command: ["npm", "run", "--silent", "check:format"],
  },
  {
    name: "dead code",
    part: "check",
    timeoutMs: 2 * minute,
    command: ["npm", "run", "--silent", "check:dead"],
  },
  {
    name: "unit",
    part: "unit",
    timeoutMs: 8 * minute,
    tests: {
      files: unitFolders.map((folders) => `test/{${folders}}/**/!(*.process).test.ts`),
      oneProcess: true,
    },
  },
  {
    name: "build",
    part: "build",
    timeoutMs: 3 * minute,
    command: [process.execPath, "esbuild.mjs", "--vsix"],
  },
  {
    name: "processes",
    part: "integration",
    timeoutMs: 12 * minute,
    tests: {
      files: ["test/{boundary,broker,classify,cli,editor,language,property}/**/*.process.test.ts"],
      oneProcess: false,
    },
  },
  {
    name: "integration",
    part: "integration",
    timeoutMs: 3 * minute,
    tests: { files: ["test/e2e/package.test.ts", "test/e2e/ci.test.ts"], oneProcess: false },
  },
  {
    name: "vscode",
    part: "e2e",
    timeoutMs: 12 * minute,
    tests: { files: ["test/e2e/vscode.test.ts"], oneProcess: false },
    skip: noEndToEnd,
  },
  {
    name: "policies",
    part: "e2e",
    timeoutMs: 8 * minute,
    tests: { files: ["test/e2e/policies.test.ts"], oneProcess: false },
    skip: noEndToEnd,
  },
  {
    name: "approvals",
    part: "e2e",
    timeoutMs: 10 * minute,
    tests: { files: ["test/e2e/approvals.test.ts"], oneProcess: false },
    skip: noEndToEnd,
  },
  {
    name: "tasks",
    part: "e2e",
    timeoutMs: 10 * minute,
    tests: { files: ["test/e2e/tasks.test.ts"], oneProcess: false },
    skip: noEndToEnd,
  },
  {
    name: "claude",
    part: "e2e",
    timeoutMs: 8 * minute,
    tests: { files: ["test/e2e/claude.test.ts"], oneProcess: false },
    skip: noEndToEnd,
  },
  {
    name: "cursor",
    part: "e2e",
    timeoutMs: 6 * minute,
    tests: { files: ["test/e2e/cursor.test.ts"], oneProcess: false },
    skip: noEndToEnd,
  },
  {
    name: "agents",
    part: "e2e",
    timeoutMs: 25 * minute,
    tests: { files: ["test/e2e/{agents,mentions}.test.ts"], oneProcess: false },
    skip: noEndToEnd,
  },
  {
    name: "sandbox",
    part: "e2e",
    timeoutMs: 6 * minute,
    tests: { files: ["test/e2e/sandbox.test.ts"], oneProcess: false },
    skip: noEndToEnd,
  },
  {
    name: "demo",
    part: "e2e",
    timeoutMs: 5 * minute,
    tests: { files: ["test/e2e/demo.test.ts"], oneProcess: false },
    skip: noEndToEnd,
  },
];

const current = new Set<ChildProcess>();
let interrupted = false;

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    interrupted = true;
    stop();
  });
}

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const chosen = choose(args);
  if (chosen === undefined) {
    const names = [...new Set(steps.flatMap((step) => [step.part, step.name]))].map((name) => `\`${name}\``);
    console.error(`usage: npm test [-- --only NAME], where NAME is one of ${names.join(", ")}`);
    return 2;
  }
  const startedAt = Date.now();
  const summary: string[] = [];
  const total = { passed: 0, failed: 0 };
  for (const step of chosen) {
    if (interrupted) {
      break;
    }
    if (step.skip !== undefined) {
      console.log(`\n── ${step.name}: skipped: ${step.skip}`);
      summary.push(`${step.name.padEnd(12)} skipped: ${step.skip}`);
      continue;
    }
    console.log(`\n── ${step.name} (${chosen.indexOf(step) + 1} of ${chosen.length})`);
    const stepStartedAt = Date.now();
    const counts = await run(step);
    total.passed += counts.passed;
    total.failed += counts.failed;
    const took = ((Date.now() - stepStartedAt) / 1000).toFixed(1);
    summary.push(`${step.name.padEnd(12)} ${counts.passed} passed, ${counts.failed} failed, ${took} s`);
  }
  console.log(`\n── summary, ${((Date.now() - startedAt) / 1000).toFixed(0)} s`);
  for (const line of summary) {
    console.log(`   ${line}`);
  }
  if (total.failed > 0 && chosen.some((step) => step.part === "e2e")) {
    console.log(`   logs and pictures of failed end-to-end tests: ${logsFolder}`);
  }
  if (interrupted) {
    console.log("   interrupted");
  }
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
  return total.failed > 0 || interrupted ? 1 : 0;
}

/** Undefined when the arguments are wrong. */
function choose(args: readonly string[]): readonly Step[] | undefined {
  if (args.length === 0) {
    return steps;
  }
  const [option, name] = args;
  if (option !== "--only" || name === undefined || args.length > 2) {
    return undefined;
  }
  const chosen = steps.filter((step) => step.part === name || step.name === name);
  return chosen.length > 0 ? chosen : undefined;
}

async function run(step: Step): Promise<Counts> {
  if (step.command !== undefined) {
    const ok = await spawnStep(step.command, step.timeoutMs);
    return ok ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  }
  const folder = await mkdtemp(join(tmpdir(), "signalbox-test-"));
  const files = step.tests?.files ?? [];
  const waiting = step.tests?.oneProcess === true ? files.map((pattern) => [pattern]) : [files];
  const total = { passed: 0, failed: 0 };
  const work = async (): Promise<void> => {
    for (let patterns = waiting.shift(); patterns !== undefined; patterns = waiting.shift()) {
      const report = join(folder, `report-${waiting.length}.tap`);
      const ok = await spawnStep(testCommand(step, patterns, report), step.timeoutMs);
      const counts = count(await readFile(report, "utf8").catch(() => ""), ok);
      total.passed += counts.passed;
      total.failed += counts.failed;
    }
  };
  try {
    await Promise.all([work(), work()]);
    return total;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function testCommand(step: Step, files: readonly string[], report: string): string[] {
  return [
    process.execPath,
    "--test",
    ...(step.tests?.oneProcess === true ? ["--test-isolation=none"] : []),
    "--test-reporter=spec",
    "--test-reporter-destination=stdout",
    "--test-reporter=tap",
    `--test-reporter-destination=${report}`,
    ...files,
  ];
}

/**
 * Reads the totals, or counts what ran where a run was ended before it could write them. A run that failed without a
 * failed test (it crashed, hung, or no file matched) is one failure.
 */
function count(report: string, ok: boolean): Counts {
  const isWhole = /^# tests \d+/m.test(report);
  const total = (name: string): number => Number(new RegExp(`^# ${name} (\\d+)`, "m").exec(report)?.[1] ?? 0);
  const lines = (start: RegExp): number => report.match(start)?.length ?? 0;
  const failed = isWhole ? total("fail") + total("cancelled") : lines(/^ *not ok /gm);
  const passed = isWhole ? total("pass") : lines(/^ *ok /gm);
  const silent = failed === 0 && (!ok || passed === 0);
  return { passed, failed: silent ? 1 : failed };
}

/** Runs in a process group of its own, so that a time-out or Ctrl-C ends everything that the step has started. */
function spawnStep(command: readonly string[], timeoutMs: number): Promise<boolean> {
  const [program, ...args] = command;
  const child = spawn(program ?? "npm", args, {
    cwd: repository,
    env: {
      ...process.env,
      PATH: `${join(repository, "node_modules", ".bin")}${delimiter}${process.env["PATH"] ?? ""}`,
    },
    stdio: ["ignore", "inherit", "inherit"],
    detached: process.platform !== "win32",
  });
  current.add(child);
  const timer = setTimeout(() => {
    console.error(`took more than ${timeoutMs / 1000} s, and was ended`);
    stop();
  }, timeoutMs);
  return new Promise((resolve) => {
    child.once("error", (error) => {
      clearTimeout(timer);
      current.delete(child);
      console.error(error.message);
      resolve(false);
    });
    child.once("close", (code) => {
      clearTimeout(timer);
      current.delete(child);
      resolve(code === 0);
    });
  });
}

/** A test that spins does not hear the first signal. What is stopped is the step of now, whatever runs later. */
function stop(): void {
  for (const child of current) {
    signalGroup(child, "SIGTERM");
    setTimeout(() => {
      signalGroup(child, "SIGKILL");
    }, 5_000).unref();
  }
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  try {
    process.kill(process.platform === "win32" ? child.pid : -child.pid, signal);
  } catch {
    // It ended by itself.
  }
}
