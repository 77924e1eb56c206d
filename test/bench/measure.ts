// Figures of the benchmark: taking, keeping and comparing them.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { dirname } from "node:path";

/** `us` and `ms` are better when smaller, `/s` when larger, `MB` when smaller. */
export type Unit = "us" | "ms" | "/s" | "MB";

export interface Row {
  readonly what: string;
  readonly unit: Unit;
  /** The best value: on a busy machine the one that says most about the code. */
  readonly best: number;
  readonly p50: number;
  readonly p99: number;
  readonly bar: string;
}

export function row(what: string, values: readonly number[], unit: Unit, bar: string): Row {
  const sorted = values.toSorted((a, b) => (unit === "/s" ? b - a : a - b));
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return { what, unit, best: at(0), p50: at(0.5), p99: at(0.99), bar };
}

/** How long the work takes once, in microseconds. */
export function timeUs(work: () => void): number {
  const start = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - start) / 1000;
}

interface Run {
  readonly at: string;
  readonly node: string;
  /** Processes that wanted to run in the last minute, for each processor: beyond 1, only the best values say much. */
  readonly load: number;
  readonly rows: readonly Row[];
}

/** Runs that are kept, so that a slow drift can be found. */
const keptRuns = 30;

/** Prints the rows with what changed since the last run on this machine, and keeps them. */
export function report(rows: readonly Row[], file: string): void {
  const runs = keptIn(file);
  const before = new Map(runs.at(-1)?.rows.map((each) => [each.what, each]));
  const width = Math.max(...rows.map(({ what }) => what.length));
  for (const each of rows) {
    const figures = [
      `best ${figure(each.best, each.unit)}`,
      `p50 ${figure(each.p50, each.unit)}`,
      `p99 ${figure(each.p99, each.unit)}`,
    ];
    console.log(
      `${each.what.padEnd(width)}  ${figures.join("  ")}  ${change(each, before.get(each.what)).padEnd(16)} ${each.bar}`,
    );
  }
  const last = runs.at(-1);
  console.log(
    last === undefined
      ? "the first run here"
      : `compared with ${last.at} (node ${last.node}, load ${loadText(last.load)}), by the best value`,
  );
  const load = loadavg()[0] ?? 0;
  const run: Run = {
    at: new Date().toISOString(),
    node: process.versions.node,
    load: load / availableParallelism(),
    rows,
  };
  console.log(`load for each processor: ${loadText(run.load)}`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify([...runs, run].slice(-keptRuns))}\n`);
}

function loadText(load: number | undefined): string {
  return load === undefined ? "not known" : `${load.toFixed(1)}${load > 1 ? ", a busy machine" : ""}`;
}

function keptIn(file: string): readonly Run[] {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as readonly Run[];
  } catch {
    return [];
  }
}

function figure(value: number, unit: Unit): string {
  return `${value.toFixed(unit === "ms" ? 2 : 0)} ${unit}`.padStart(10);
}

/** Less than a tenth is this machine's mood. */
function change(now: Row, before: Row | undefined): string {
  if (before === undefined || before.unit !== now.unit || before.best === 0) {
    return "new";
  }
  const share = Math.round((now.best / before.best - 1) * 100);
  if (Math.abs(share) < 10) {
    return "as before";
  }
  const worse = now.unit === "/s" ? share < 0 : share > 0;
  return `${share > 0 ? "+" : ""}${share} % ${worse ? "WORSE" : "better"}`;
}
