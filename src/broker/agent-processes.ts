import { findAgent, killAgent, type KillReport, type KillTarget } from "../boundary/terminal/kill-agent.ts";
import { systemProcesses, type ProcessInfo, type ProcessTable } from "../boundary/terminal/process-tree.ts";

/**
 * Which process each session's agent runs in, as its hooks showed it: so that a kill by hand, when no hook is waiting,
 * can end the agent as well.
 */
export class AgentProcesses {
  private readonly table: ProcessTable = systemProcesses();
  private readonly agents = new Map<string, ProcessInfo>();
  /** The starter of a session's hooks above which there was no agent: an editor starts all of them itself. */
  private readonly starters = new Map<string, ProcessInfo>();

  /** Looks up the chain from a hook while the hook lives. Costs one look at a known process afterwards. */
  saw(sessionId: string, target: KillTarget): void {
    const known = this.agents.get(sessionId);
    if (target.hookParentPid === 0 || (known !== undefined && this.stillRuns(known))) {
      return;
    }
    const starter = this.starters.get(sessionId);
    if (starter?.pid === target.hookParentPid && this.stillRuns(starter)) {
      return;
    }
    const uid = process.getuid?.() ?? -1;
    const agent = findAgent(target, { table: this.table, uid, signal: () => false });
    if (typeof agent !== "string") {
      this.agents.set(sessionId, agent);
      return;
    }
    const parent = this.table.get(target.hookParentPid);
    if (parent !== undefined) {
      this.starters.set(sessionId, parent);
    }
  }

  /** Ends the agent of a session with its descendants. Never rejects. */
  async end(sessionId: string): Promise<KillReport> {
    const agent = this.agents.get(sessionId);
    this.agents.delete(sessionId);
    // The number may be another process's by now: only the one that was seen is ended.
    if (agent === undefined || this.table.get(agent.pid)?.started !== agent.started) {
      return {
        killed: [],
        survivors: [],
        tookMs: 0,
        refused: "no running agent process is known of this session",
      };
    }
    return killAgent({ hookParentPid: agent.pid, agentPid: agent.pid });
  }

  private stillRuns(agent: ProcessInfo): boolean {
    // Elsewhere a look costs a process of its own; `end` looks in any case.
    return process.platform !== "linux" || this.table.get(agent.pid)?.started === agent.started;
  }
}
