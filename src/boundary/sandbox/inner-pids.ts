import { readdirSync, readFileSync } from "node:fs";

/**
 * The pid that a process has outside, by the one that it has inside a sandbox. `root` is the sandbox's first process as seen
 * from outside. Undefined where there is none: what it said was wrong, or it has gone.
 */
export function outerPid(inner: number, root: number): number | undefined {
  for (const pid of below(root)) {
    if (innerOf(pid) === inner) {
      return pid;
    }
  }
  return undefined;
}

function innerOf(pid: number): number | undefined {
  const line =
    /^NSpid:\s*(.+)$/m
      .exec(read(`/proc/${pid}/status`))?.[1]
      ?.trim()
      .split(/\s+/) ?? [];
  return line.length > 1 ? Number(line.at(-1)) : undefined;
}

function below(root: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc")) {
    if (/^\d+$/.test(name)) {
      const stat = read(`/proc/${name}/stat`);
      const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
    }
  }
  const found: number[] = [];
  for (let next: readonly number[] = [root]; next.length > 0;) {
    found.push(...next);
    next = next.flatMap((pid) => children.get(pid) ?? []);
  }
  return found;
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
