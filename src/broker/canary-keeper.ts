import { randomBytes, randomUUID } from "node:crypto";
import { canaryDetail, hookDigest, runCanary } from "../boundary/canary/canary.ts";
import { canaryCommands } from "../boundary/canary/commands.ts";
import { canaryConversation } from "../boundary/canary/conversation.ts";
import { keepProofs, readProofs, type CanaryProof } from "../boundary/canary/proofs.ts";
import { textsOf } from "../boundary/checklist/detect-agents.ts";
import { invokedPath, type InstallOptions } from "../boundary/hooks/install-plan.ts";
import type { AgentProbe } from "../boundary/hooks/probe.ts";
import { probes } from "../boundary/hooks/probes.ts";
import { judge } from "../pipeline.ts";
import { governPorts, type Host } from "./host.ts";
import { agentsSeen } from "./seen.ts";

/** How long one hook may take, in ms. */
const hookMs = 20_000;
/** How long a proof holds, and how long after a failure it is tried again, in ms. */
const provedMs = 24 * 3600_000;
const failedMs = 3600_000;

/**
 * Proves that the installed hooks are called as they should be and that their denials hold: once a day, and whenever the hook files,
 * the client or the agent's version are others than those that were tried. What fails makes the agent unprotected.
 */
export class CanaryKeeper {
  private readonly host: Host;
  private running: Promise<void> | undefined;

  constructor(host: Host) {
    this.host = host;
  }

  /** Tries what is due, one agent after the other. Resolves when that is done; never rejects. */
  look(): Promise<void> {
    this.running ??= this.tryDue()
      .catch(() => undefined)
      .finally(() => {
        this.running = undefined;
      });
    return this.running;
  }

  private async tryDue(): Promise<void> {
    if (process.platform === "win32") {
      // Canaries need a POSIX shell.
      return;
    }
    for (const level of this.host.hooks.installed()) {
      for (const probe of probes.filter(
        ({ agent, sharesHooksOf }) => agent === level.agent || sharesHooksOf === level.agent,
      )) {
        await this.tryOne(probe, level);
      }
    }
  }

  private async tryOne(probe: AgentProbe, level: InstallOptions): Promise<void> {
    const { stateDir } = this.host.places;
    const { files, client } = textsOf(level);
    const digest = hookDigest(files, client);
    const last = readProofs(stateDir).findLast(
      ({ agent, scope }) => agent === probe.agent && scope === level.scope,
    );
    const version = this.versionOf(probe) ?? last?.version ?? "";
    if (last !== undefined && holds(last, digest, version)) {
      return;
    }
    const nonce = randomBytes(6).toString("hex");
    const commands = canaryCommands((command) => this.verdictOf(command, probe.adapter), nonce);
    if (commands === undefined) {
      return;
    }
    const conversation = canaryConversation(nonce);
    this.host.ownCanaries.add(conversation);
    const report = await runCanary(probe, files, invokedPath(level), {
      ...commands,
      conversation,
      workspace: level.workspace ?? this.host.home,
      home: this.host.home,
      version,
      timeoutMs: hookMs,
      nodePath: process.execPath,
    }).finally(() => this.host.ownCanaries.delete(conversation));
    const { scope } = level;
    const detail = canaryDetail(report);
    const { proved } = report;
    keepProofs(stateDir, [
      { agent: probe.agent, scope, version, at: new Date().toISOString(), proved, detail, digest },
    ]);
    this.host.hooks.doubt(probe.agent, scope, proved ? undefined : `its canary failed: ${detail}`);
  }

  /** As the agent's payloads tell it. */
  private versionOf({ adapter }: AgentProbe): string | undefined {
    return agentsSeen(this.host.registry.list()).find(({ agent }) => agent === adapter)?.version;
  }

  private verdictOf(command: string, agent: string): string {
    const { home } = this.host;
    const context = { agent, conversation: "-", workspace: home, cwd: home, boundary: "check" } as const;
    const ports = governPorts(this.host, { signal: new AbortController().signal, waitsMs: 0 });
    const payload = { kind: "shell", command, shell: "bash" } as const;
    return judge({ context: { ...context, id: randomUUID() }, payload }, ports).verdict;
  }
}

function holds(last: CanaryProof, digest: string, version: string): boolean {
  const age = Date.now() - Date.parse(last.at);
  return last.digest === digest && last.version === version && age < (last.proved ? provedMs : failedMs);
}
