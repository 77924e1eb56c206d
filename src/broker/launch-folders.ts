import { existsSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { findAgent, type KillTarget } from "../boundary/terminal/kill-agent.ts";
import { systemProcesses, type ProcessTable } from "../boundary/terminal/process-tree.ts";
import { workspaceOf } from "./workspace.ts";

export interface LaunchOptions {
  readonly table?: ProcessTable;
  /** Where a process was started, as the system tells it; undefined where it does not. */
  readonly folderOf?: (pid: number) => string | undefined;
}

/** Most processes and sessions that are remembered. */
const limit = 1000;

/**
 * Where the agents of sessions were really started. A session is bound to the workspace of its first request, and whoever
 * knows its name beforehand (`--session-id`) could make that request for it, from a folder that allows more. So the
 * governed folder that its process was started in counts as well, as the system tells it and not as a payload does. On
 * systems that do not tell it (all but Linux), the first request alone counts.
 */
export class LaunchFolders {
  private readonly table: ProcessTable;
  private readonly folderOf: (pid: number) => string | undefined;
  /** Workspaces by the process that started a hook, with its start time. */
  private readonly known = new Map<string, string | undefined>();
  private readonly sessions = new Map<string, ReadonlySet<string>>();

  constructor({ table = systemProcesses(), folderOf = folderOfProcess }: LaunchOptions = {}) {
    this.table = table;
    this.folderOf = folderOf;
  }

  /** Notes where the agent above a hook was started, while the hook lives. `bound` is the session's own workspace. */
  saw(sessionId: string, bound: string, target: KillTarget): void {
    const workspace = this.workspaceOf(target);
    if (workspace === undefined || workspace === bound || isBelow(bound, workspace)) {
      return;
    }
    // What nobody governs says nothing, unless the session claims all that lies around it.
    if (existsSync(join(workspace, ".governance")) || isBelow(workspace, bound)) {
      makeRoom(this.sessions);
      this.sessions.set(sessionId, new Set([...(this.sessions.get(sessionId) ?? []), workspace]));
    }
  }

  /** Workspaces whose policies hold for a session beside its own. */
  of(sessionId: string): readonly string[] {
    return [...(this.sessions.get(sessionId) ?? [])];
  }

  private workspaceOf(target: KillTarget): string | undefined {
    const started = this.table.get(target.hookParentPid)?.started;
    if (started === undefined) {
      return undefined;
    }
    const key = `${target.hookParentPid} ${started}`;
    if (!this.known.has(key)) {
      makeRoom(this.known);
      this.known.set(key, this.lookUp(target));
    }
    return this.known.get(key);
  }

  private lookUp(target: KillTarget): string | undefined {
    const agent = findAgent(target, {
      table: this.table,
      uid: process.getuid?.() ?? -1,
      signal: () => false,
    });
    const folder = typeof agent === "string" ? undefined : this.folderOf(agent.pid);
    return folder === undefined ? undefined : workspaceOf(folder);
  }
}

function isBelow(path: string, folder: string): boolean {
  return path !== folder && path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}

/** What was known longest goes first. */
function makeRoom<T>(map: Map<string, T>): void {
  const [oldest] = map.keys();
  if (map.size >= limit && oldest !== undefined) {
    map.delete(oldest);
  }
}

function folderOfProcess(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}
