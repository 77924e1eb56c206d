import { randomBytes } from "node:crypto";
import { chmodSync, rmSync } from "node:fs";
import type { Server as HttpServer } from "node:http";
import type { AddressInfo, Server } from "node:net";
import { warmUpSteps } from "../boundary/warm-up.ts";
import { classify } from "../classify/classify.ts";
import { readOwnFile, writeDurably } from "../record/durable-file.ts";
import { AgentProcesses } from "./agent-processes.ts";
import { CanaryKeeper } from "./canary-keeper.ts";
import { Control } from "./control.ts";
import { HookDesk } from "./hook.ts";
import { portableRefusal } from "./hook-reply.ts";
import { grantNotices, note, type Host } from "./host.ts";
import type { InstanceLock } from "./instance.ts";
import { loopbackServer } from "./loopback.ts";
import { requesterServer } from "./requester.ts";
import { rulesKeeperFor, type RulesKeeper } from "./rules-keeper.ts";
import { sightOf } from "./sight.ts";

export interface DaemonOptions {
  readonly host: Host;
  readonly lock: InstanceLock;
  /** Leave after that long without requests and approvers, in ms. */
  readonly idleMs: number;
}

/** A broker that serves. */
export interface Daemon {
  /** Finishes pending work, then stops. Resolves when everything is closed. */
  leave(why: string): Promise<void>;
  /** Resolves when the broker has left, for whatever reason. */
  readonly left: Promise<void>;
}

/** How long pending work may take once the broker leaves, in ms. Questions to humans are denied at once. */
const drainMs = 3000;
const watchMs = 1000;
/** Hooks that were changed are to be noticed within a second. */
const hookWatchMs = 500;
/** Canaries are in no hurry: at a start there is other work, and every hook has been looked at by then. */
const canaryWatchMs = 60_000;

/** Opens all endpoints. Rejects where one cannot be opened. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const daemon = new RunningDaemon(options);
  await daemon.open();
  return daemon;
}

class RunningDaemon implements Daemon {
  readonly left: Promise<void>;
  private readonly options: DaemonOptions;
  private readonly host: Host;
  private readonly hooks: HookDesk;
  private readonly rules: RulesKeeper;
  private readonly token = randomBytes(16).toString("hex");
  private readonly requester: HttpServer;
  private readonly loopback: Server;
  private watch: NodeJS.Timeout | undefined;
  private hookWatch: NodeJS.Timeout | undefined;
  private canaryWatch: NodeJS.Timeout | undefined;
  private readonly canaries: CanaryKeeper;
  private lastUse = performance.now();
  private leaving: Promise<void> | undefined;
  private markLeft: () => void = () => undefined;

  constructor(options: DaemonOptions) {
    this.options = options;
    this.host = options.host;
    const processes = new AgentProcesses();
    const control = new Control(this.host, processes);
    this.hooks = new HookDesk(this.host, processes);
    this.rules = rulesKeeperFor(this.host);
    this.canaries = new CanaryKeeper(this.host);
    this.left = new Promise((resolve) => {
      this.markLeft = resolve;
    });
    const { host } = this;
    this.requester = requesterServer({
      hook: (call) => this.hook(call),
      state: () => this.used(() => ({ ...control.state(), approvers: host.approvers.connected() })),
      sessions: () => host.registry.list(),
      approvals: () => control.pending(),
      grants: () => grantNotices(host),
      revoke: (grant) => control.revoke(grant),
      kill: (session) => control.kill(session),
      reopen: (session) => control.reopen(session),
      uninstall: (what) => control.uninstall(what),
      run: (request) => control.runTask(request),
      sight: (request) => sightOf(request, host),
      handover: (version) => this.handover(version),
    });
    this.loopback = loopbackServer({ token: this.token, hook: (call) => this.hook(call) });
    control.onRan = (run) => void this.hooks.seenInTerminal(run);
    host.approvers.attach(control);
    host.policies.onChange = () => host.approvers.stateChanged();
  }

  async open(): Promise<void> {
    const { places, version } = this.host;
    await this.host.chain.append({ kind: "broker_started", version, pid: process.pid });
    // The lock is ours, so whatever lies here was left behind by a broker that is gone.
    await listen(this.host.approvers.server, places.approverSocket);
    await listen(this.loopback, { host: "127.0.0.1", port: 0 });
    const { port } = this.loopback.address() as AddressInfo;
    await listen(this.requester, places.askSocket);
    // The last one: whoever reads it finds everything else in its place.
    writeDurably(places.endpoint, this.endpointText(port));
    const { catalogue } = this.host;
    this.warmUp(warmUpSteps(catalogue, (request, lookups) => void classify(request, catalogue, lookups)));
    this.watch = setInterval(() => this.look(), Math.min(watchMs, this.options.idleMs));
    this.hookWatch = setInterval(() => this.host.hooks.look(), hookWatchMs);
    this.canaryWatch = setInterval(() => void this.canaries.look(), canaryWatchMs);
  }

  leave(why: string): Promise<void> {
    this.leaving ??= this.drain(why).finally(() => this.markLeft());
    return this.leaving;
  }

  private hook(call: Parameters<HookDesk["answer"]>[0]): ReturnType<HookDesk["answer"]> {
    if (this.leaving !== undefined) {
      return Promise.resolve(portableRefusal("the broker is being replaced; try again"));
    }
    return this.used(() => this.hooks.answer(call));
  }

  private used<T>(work: () => T): T {
    this.lastUse = performance.now();
    return work();
  }

  private handover(version: string): boolean {
    // A broker without any key goes as well: only a new one takes the first key over its starter's pipe.
    if (isNewer(version, this.host.version) || this.host.keys.list().length === 0) {
      setImmediate(() => void this.leave(`handed over to ${version.slice(0, 40)}`));
      return true;
    }
    return false;
  }

  /** Leaves when nobody needs it, or when another broker took its place. */
  private look(): void {
    this.host.policies.look();
    this.rules.look(performance.now());
    const idle = performance.now() - this.lastUse > this.options.idleMs;
    if (!this.options.lock.held()) {
      void this.leave("another broker took over");
    } else if (idle && this.hooks.inFlight() === 0 && this.host.approvers.connected() === 0) {
      void this.leave("idle");
    }
  }

  private async drain(why: string): Promise<void> {
    const { host } = this;
    clearInterval(this.watch);
    clearInterval(this.hookWatch);
    clearInterval(this.canaryWatch);
    if (!this.options.lock.held()) {
      // Closing the servers would remove the sockets of the broker that took over: the process just ends.
      await this.closeState(why);
      return;
    }
    // No new work: sockets first, so that clients look for the next broker. Open connections finish.
    this.removeOwnFiles();
    this.requester.close();
    this.loopback.close();
    host.approvals.closeAll("unattended");
    const until = performance.now() + drainMs;
    while (this.hooks.inFlight() > 0 && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    // The replies of the last requests are on their way.
    await new Promise((resolve) => setTimeout(resolve, 50));
    this.requester.closeAllConnections();
    host.approvers.close();
    await this.closeState(why);
    this.options.lock.release();
  }

  private async closeState(why: string): Promise<void> {
    note(this.host, { kind: "broker_stopped", why, pid: process.pid });
    this.host.registry.flush();
    await this.host.chain.close();
  }

  private removeOwnFiles(): void {
    const { places } = this.host;
    const text = readOwnFile(places.endpoint, 4096);
    if (text.ok && text.value?.endsWith(` ${this.token} ${process.pid}\n`) === true) {
      rmSync(places.endpoint, { force: true });
    }
  }

  /** One step at a time, so that whoever asks meanwhile waits a few milliseconds at most. */
  private warmUp([next, ...others]: readonly (() => void)[]): void {
    if (next !== undefined && this.leaving === undefined) {
      setImmediate(() => {
        next();
        this.warmUp(others);
      });
    }
  }

  private endpointText(port: number): string {
    return `${port} ${this.token} ${process.pid}\n`;
  }
}

/** True where the first version is later; what is no version number gives way to whatever asks. */
export function isNewer(asking: string, own: string): boolean {
  const [a, b] = [asking, own].map((text) =>
    /^(\d{1,9})\.(\d{1,9})\.(\d{1,9})/.exec(text)?.slice(1).map(Number),
  );
  if (a === undefined || b === undefined) {
    return asking !== own;
  }
  const difference = a.map((part, index) => part - (b[index] ?? 0)).find((part) => part !== 0) ?? 0;
  return difference > 0;
}

function listen(server: Server, where: string | { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    if (typeof where === "string") {
      rmSync(where, { force: true });
    }
    server.once("error", reject);
    server.listen(where, () => {
      server.off("error", reject);
      if (typeof where === "string") {
        chmodSync(where, 0o600);
      }
      resolve();
    });
  });
}
