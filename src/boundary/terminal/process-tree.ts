import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";

/** One process as the system shows it. `started` is opaque: equal texts mean the same process under that pid. */
export interface ProcessInfo {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
  readonly uid: number;
  readonly started: string;
  readonly state: string;
  /** The kernel's short name, for people. */
  readonly name: string;
}

/** What runs now. Nothing here throws: a process that cannot be read, or has gone, is not in the table. */
export interface ProcessTable {
  list(): readonly ProcessInfo[];
  get(pid: number): ProcessInfo | undefined;
  /** The path of the program that runs, or an empty text where the system does not tell. */
  executable(pid: number): string;
  arguments(pid: number): readonly string[];
  /** True where the process was started with exactly this `NAME=value`. */
  hasVariable(pid: number, assignment: string): boolean;
}

export function systemProcesses(platform: NodeJS.Platform = process.platform): ProcessTable {
  return platform === "linux" ? linuxProcesses : psProcesses;
}

/**
 * Every process below `root` with `root` itself first. Children are found by parent, and, where a parent has already gone, by
 * the session that a process of the tree opened. What `leave` names is left out with everything below it.
 */
export function withDescendants(
  root: ProcessInfo,
  all: readonly ProcessInfo[],
  leave: (info: ProcessInfo) => boolean,
): readonly ProcessInfo[] {
  const found = new Map([[root.pid, root]]);
  const left = new Set<number>();
  // The session that the root was started in may be the user's own terminal: only sessions opened below it count.
  const opened = (session: number): boolean =>
    found.has(session) && (session !== root.session || root.session === root.pid);
  for (let before = 0; before !== found.size;) {
    before = found.size;
    for (const candidate of all) {
      const known = found.has(candidate.pid) || left.has(candidate.pid) || candidate.pid <= 1;
      if (known || !(found.has(candidate.parent) || opened(candidate.session))) {
        continue;
      }
      if (leave(candidate)) {
        left.add(candidate.pid);
      } else {
        found.set(candidate.pid, candidate);
      }
    }
  }
  return [...found.values()];
}

/** From the process itself upwards, at most 64 steps. */
export function ancestors(pid: number, table: ProcessTable): readonly ProcessInfo[] {
  const line: ProcessInfo[] = [];
  for (let next = pid; next > 1 && line.length < 64;) {
    const info = table.get(next);
    if (info === undefined || line.some((known) => known.pid === info.pid)) {
      break;
    }
    line.push(info);
    next = info.parent;
  }
  return line;
}

const linuxProcesses: ProcessTable = {
  list: () =>
    readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map((name) => readStat(Number(name)))
      .filter((info) => info !== undefined),
  get: readStat,
  executable: (pid) => attempt(() => readlinkSync(`/proc/${pid}/exe`), ""),
  arguments: (pid) =>
    attempt(() => readFileSync(`/proc/${pid}/cmdline`, "utf8"), "")
      .split("\0")
      .slice(0, -1),
  hasVariable: (pid, assignment) =>
    attempt(() => readFileSync(`/proc/${pid}/environ`, "utf8"), "")
      .split("\0")
      .includes(assignment),
};

/** Field numbers as in proc(5). The name may hold spaces and parentheses, so fields are counted behind the last one. */
function readStat(pid: number): ProcessInfo | undefined {
  return attempt(() => {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const end = text.lastIndexOf(")");
    const fields = text.slice(end + 2).split(" ");
    const [state = "", parent = "", , session = ""] = fields;
    return {
      pid,
      parent: Number(parent),
      session: Number(session),
      uid: statSync(`/proc/${pid}`).uid,
      started: fields[19] ?? "",
      state,
      name: text.slice(text.indexOf("(") + 1, end),
    };
  }, undefined);
}

const psProcesses: ProcessTable = {
  list: () => parsePs(ps(["-axo", psColumns])),
  get: (pid) => parsePs(ps(["-p", String(pid), "-o", psColumns]))[0],
  executable: (pid) => ps(["-p", String(pid), "-o", "comm="]).trim(),
  arguments: (pid) =>
    ps(["-p", String(pid), "-o", "args="])
      .trim()
      .split(/\s+/),
  hasVariable: () => false,
};

const psColumns = "pid=,ppid=,sess=,uid=,stat=,lstart=,comm=";

/** Lines of `ps -o pid=,ppid=,sess=,uid=,stat=,lstart=,comm=`; a start time has five words. */
export function parsePs(text: string): readonly ProcessInfo[] {
  const infos: ProcessInfo[] = [];
  for (const line of text.split("\n")) {
    const words = line.trim().split(/\s+/);
    const [pid, parent, session, uid] = words.slice(0, 4).map(Number);
    if (words.length > 10 && pid !== undefined && parent !== undefined && Number.isInteger(pid)) {
      infos.push({
        pid,
        parent,
        session: session === undefined || Number.isNaN(session) ? 0 : session,
        uid: uid ?? -1,
        state: words[4]?.[0] ?? "",
        started: words.slice(5, 10).join(" "),
        name: words.slice(10).join(" ").replace(/^.*\//, ""),
      });
    }
  }
  return infos;
}

function ps(words: readonly string[]): string {
  return attempt(
    () =>
      execFileSync("/bin/ps", words, {
        encoding: "utf8",
        env: { LC_ALL: "C" },
        timeout: 2000,
        stdio: "pipe",
      }),
    "",
  );
}

function attempt<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
