import { execFileSync } from "node:child_process";
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { readOwnFile } from "../record/durable-file.ts";

/** The right to be the broker of one state directory. */
export interface InstanceLock {
  /** False once another process took it over: then this one must go. */
  held(): boolean;
  release(): void;
}

/** A process, told apart from a later one with the same number by when it started. */
interface Holder {
  readonly pid: number;
  readonly started: string;
}

/**
 * Takes the lock file, or returns undefined where a living process holds it. The lock of a dead process is taken over:
 * it is moved aside, and put back when it turns out that somebody else was faster.
 */
export function takeInstanceLock(path: string): InstanceLock | undefined {
  const own = holderText({ pid: process.pid, started: startOf(process.pid) ?? "-" });
  const draft = `${path}.${process.pid}`;
  for (let attempt = 0; attempt < 20; attempt++) {
    if (linkedFrom(draft, path, own)) {
      return {
        held: () => textOf(path) === own,
        release: () => {
          if (textOf(path) === own) {
            rmSync(path, { force: true });
          }
        },
      };
    }
    const known = textOf(path);
    if (known !== undefined) {
      if (isAlive(known)) {
        return undefined;
      }
      moveAside(path, known);
    }
  }
  return undefined;
}

/** The living process that holds a lock. */
export function livingHolder(path: string): number | undefined {
  const text = textOf(path);
  return text !== undefined && isAlive(text) ? parseHolder(text)?.pid : undefined;
}

/** Makes the lock with its content in one step: nobody ever sees an empty one. */
function linkedFrom(draft: string, path: string, text: string): boolean {
  writeFileSync(draft, text, { mode: 0o600 });
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") {
      return false;
    }
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function moveAside(path: string, known: string): void {
  const aside = `${path}.dead.${process.pid}`;
  try {
    renameSync(path, aside);
    if (textOf(aside) !== known) {
      // It was a living one's by now.
      linkSync(aside, path);
    }
  } catch {
    // Somebody else moved it first; the next attempt sees what is there.
  } finally {
    rmSync(aside, { force: true });
  }
}

function isAlive(text: string): boolean {
  const holder = parseHolder(text);
  return holder !== undefined && startOf(holder.pid) === holder.started;
}

function holderText({ pid, started }: Holder): string {
  return `${pid} ${started}\n`;
}

function parseHolder(text: string): Holder | undefined {
  const match = /^(\d{1,10}) (.{1,100})\n$/.exec(text);
  return match?.[1] === undefined || match[2] === undefined
    ? undefined
    : { pid: Number(match[1]), started: match[2] };
}

function textOf(path: string): string | undefined {
  const text = readOwnFile(path, 4096);
  return text.ok ? text.value : undefined;
}

/** When a process started, as the system counts; undefined where there is none. */
function startOf(pid: number): string | undefined {
  try {
    if (process.platform === "linux") {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      // The name in parentheses may hold spaces and parentheses; field 3 (the state) follows the last one.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return fields[0] === "Z" ? undefined : fields[19];
    }
    const text = execFileSync("/bin/ps", ["-o", "lstart=", "-p", String(pid)], {
      encoding: "utf8",
      timeout: 2000,
    });
    return text.trim().replaceAll(/\s+/g, " ");
  } catch {
    return undefined;
  }
}
