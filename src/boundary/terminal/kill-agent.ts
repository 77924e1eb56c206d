import { setTimeout as delay } from "node:timers/promises";
import { roleOf } from "./known-agents.ts";
import {
  ancestors,
  systemProcesses,
  withDescendants,
  type ProcessInfo,
  type ProcessTable,
} from "./process-tree.ts";

/** Who asked: the process that started the hook, and the agent's own pid where it tells one. 0 means not known. */
export interface KillTarget {
  readonly hookParentPid: number;
  readonly agentPid: number;
}

interface KilledProcess {
  readonly pid: number;
  readonly name: string;
}

/** `refused` says why no signal was sent; then nothing was killed. */
export interface KillReport {
  readonly killed: readonly KilledProcess[];
  readonly survivors: readonly KilledProcess[];
  readonly tookMs: number;
  readonly refused?: string;
}

export interface KillPorts {
  readonly table: ProcessTable;
  readonly uid: number;
  signal(pid: number, signal: "SIGSTOP" | "SIGKILL" | "SIGCONT"): boolean;
}

/** How long the dead are waited for, in ms. */
const waitMs = 1000;
/** How often the tree is collected again while new processes turn up. */
const maxRounds = 20;

/**
 * Ends the agent that the hook belongs to, with all its descendants. The agent is frozen first, so that it can neither start
 * the tool nor new processes while the tree is collected. Never rejects, and never signals an editor.
 */
export async function killAgent(target: KillTarget, ports: KillPorts = systemPorts()): Promise<KillReport> {
  const began = performance.now();
  const tookMs = (): number => Math.round((performance.now() - began) * 10) / 10;
  const agent = findAgent(target, ports);
  if (typeof agent === "string") {
    return { killed: [], survivors: [], tookMs: tookMs(), refused: agent };
  }
  const doomed = freeze(agent, ports);
  for (const each of doomed) {
    ports.signal(each.pid, "SIGKILL");
  }
  const survivors = await untilGone(doomed, ports);
  return {
    killed: doomed.filter((each) => !survivors.includes(each)).map(shown),
    survivors: survivors.map(shown),
    tookMs: tookMs(),
  };
}

/** The agent's process, or why there is none that may be ended. */
export function findAgent(target: KillTarget, ports: KillPorts): ProcessInfo | string {
  const line = ancestors(target.hookParentPid, ports.table);
  if (line.length === 0) {
    return "the process that started the hook is not known or has gone";
  }
  // The pid that an agent tells comes from the environment: it counts only for a process that the hook really runs under.
  const told = line.find((info) => info.pid === target.agentPid);
  if (told !== undefined && roleOf(told.pid, ports.table) === "agent") {
    return owned(told, ports);
  }
  for (const info of line) {
    switch (roleOf(info.pid, ports.table)) {
      case "agent":
        return owned(info, ports);
      case "shell":
        continue;
      case "editor":
        return `the hook runs under an editor (\`${info.name}\`), which is never ended`;
      case "other":
        return `the hook runs under \`${info.name}\`, which is no known agent`;
    }
  }
  return "no known agent is above the hook";
}

function owned(info: ProcessInfo, ports: KillPorts): ProcessInfo | string {
  return info.uid === ports.uid ? info : `\`${info.name}\` belongs to another user`;
}

/** Stops the agent, then whatever is below it, until a look at the system finds nothing new. The agent comes first. */
function freeze(agent: ProcessInfo, ports: KillPorts): readonly ProcessInfo[] {
  const stopped = new Map<number, ProcessInfo>();
  for (let round = 0; round < maxRounds; round++) {
    const all = ports.table.list();
    const fresh = treeOf(agent, all, ports).filter((info) => stopped.get(info.pid)?.started !== info.started);
    if (fresh.length === 0) {
      break;
    }
    for (const info of fresh) {
      if (isSame(info, ports.table) && ports.signal(info.pid, "SIGSTOP")) {
        stopped.set(info.pid, info);
      }
    }
  }
  return [...stopped.values()].filter((info) => isSame(info, ports.table));
}

function treeOf(agent: ProcessInfo, all: readonly ProcessInfo[], ports: KillPorts): readonly ProcessInfo[] {
  const mine = all.filter((info) => info.uid === ports.uid && info.pid !== process.pid && info.state !== "Z");
  // An editor that was opened from the agent's shell is left alone, with everything below it.
  const isEditor = (info: ProcessInfo): boolean => roleOf(info.pid, ports.table) === "editor";
  const tree = new Map<number, ProcessInfo>();
  for (const root of [agent, ...strays(agent, mine, ports.table)]) {
    for (const info of withDescendants(root, mine, isEditor)) {
      tree.set(info.pid, info);
    }
  }
  return [...tree.values()];
}

/** Daemons that left the tree but still carry the agent's pid in their environment, as Claude Code's children do. */
function strays(
  agent: ProcessInfo,
  mine: readonly ProcessInfo[],
  table: ProcessTable,
): readonly ProcessInfo[] {
  const adopted = mine.filter((info) => info.parent === 1 || info.parent === systemdPid(mine));
  return adopted.filter(
    (info) => table.hasVariable(info.pid, `CLAUDE_PID=${agent.pid}`) && roleOf(info.pid, table) !== "editor",
  );
}

/** A user's own service manager adopts orphans in place of pid 1. */
function systemdPid(mine: readonly ProcessInfo[]): number | undefined {
  return mine.find((info) => info.name === "systemd" && info.parent === 1)?.pid;
}

async function untilGone(doomed: readonly ProcessInfo[], ports: KillPorts): Promise<readonly ProcessInfo[]> {
  const until = performance.now() + waitMs;
  for (;;) {
    const left = doomed.filter((info) => isSame(info, ports.table));
    if (left.length === 0 || performance.now() > until) {
      return left;
    }
    await delay(2);
  }
}

/** The same process still runs under this pid: dead ones that nobody has fetched yet do not count. */
function isSame(info: ProcessInfo, table: ProcessTable): boolean {
  const now = table.get(info.pid);
  return now !== undefined && now.started === info.started && now.state !== "Z" && now.state !== "X";
}

function shown(info: ProcessInfo): KilledProcess {
  return { pid: info.pid, name: info.name };
}

function systemPorts(): KillPorts {
  return {
    table: systemProcesses(),
    uid: process.getuid?.() ?? -1,
    signal: (pid, signal) => {
      try {
        return process.kill(pid, signal);
      } catch {
        return false;
      }
    },
  };
}
