import { statSync } from "node:fs";
import { install, status, type HookStatus } from "../boundary/hooks/install.ts";
import { hookFilesOf, type InstallOptions } from "../boundary/hooks/install-plan.ts";
import type { InstallScope } from "../boundary/hooks/installer.ts";
import { installers } from "../boundary/hooks/installers.ts";

/** An agent whose hooks are not as they should be. */
export interface Unprotected {
  readonly agent: string;
  readonly scope: InstallScope;
  /** Set where it holds in one workspace only. */
  readonly workspace?: string;
  /** One sentence. */
  readonly why: string;
}

export interface HookWatchOptions {
  /** What every installation of this user has in common. */
  readonly common: Omit<InstallOptions, "agent" | "scope" | "workspace">;
  /** Where agents work: hooks and switches of workspaces are looked after as long as they do. */
  workspaces(): readonly string[];
  /** Whether taking hooks out needs a human's approval. Before the first approver there is nobody to ask. */
  asksBeforeRemoval(): boolean;
  /** Told once for every change of what is unprotected, and for every repair (with what had differed). */
  changed(event: { readonly agent: string; readonly scope: InstallScope; readonly what: string }): void;
  /** In ms, monotonic. */
  now(): number;
}

/** One agent's hooks at one level. */
interface Armed {
  readonly options: InstallOptions;
  readonly watched: readonly string[];
  /** How the watched files looked when they were last looked into. */
  readonly look: string;
  /** Set while something differs: since when it has looked like this. */
  readonly changedAt?: number;
  readonly unprotected?: string;
}

/** Whoever writes a file in several steps has done so by then, in ms. */
const quietMs = 500;
/** More repairs than this within a minute mean that somebody keeps on writing: then it is told, and no longer fought. */
const mostRepairs = 5;
const minuteMs = 60_000;
const mostWorkspaces = 10;
const removalMs = 10 * minuteMs;

/**
 * Notices within a second when the hooks of an installed agent, or the switches that silence them, are changed by anybody, puts
 * back what can be put back, and tells what cannot. Costs a look at some files twice a second.
 */
export class HookWatch {
  private readonly options: HookWatchOptions;
  private readonly armed = new Map<string, Armed>();
  /** Levels that are still to be looked at for the first time, one at each look, because that takes a millisecond or two. */
  private queue: InstallOptions[];
  /** When an agent's files were put back at a level, in whatever workspace that was noticed. */
  private removalUntil = -Infinity;
  private readonly repairs = new Map<string, readonly number[]>();
  private readonly doubts = new Map<string, Unprotected>();
  private ledgerLook = "";
  private known: ReadonlySet<string> = new Set();

  constructor(options: HookWatchOptions) {
    this.options = options;
    this.queue = this.levels([]);
  }

  /** Looks at the next levels and at all files that are watched. Never throws. */
  look(): void {
    this.followWorkspaces();
    this.followLedger();
    for (const level of this.queue.splice(0, 4)) {
      this.arm(level);
    }
    for (const [key, armed] of this.armed) {
      const look = lookOf(armed.watched);
      if (look !== armed.look || armed.changedAt !== undefined) {
        this.check(key, { ...armed, look }, look !== armed.look);
      }
    }
  }

  /** Every level at which an agent's hooks are installed. */
  installed(): readonly InstallOptions[] {
    return [...this.armed.values()]
      .map(({ options }) => options)
      .filter(({ scope, workspace }) => scope === "workspace" || workspace === undefined);
  }

  /** What is known of an agent's hooks beside their files: why they do not hold, or undefined once they do. */
  doubt(agent: string, scope: InstallScope, why: string | undefined): void {
    const key = JSON.stringify([agent, scope]);
    const before = this.doubts.get(key)?.why;
    if (why === undefined) {
      this.doubts.delete(key);
    } else {
      this.doubts.set(key, { agent, scope, why });
    }
    if (before !== why) {
      this.options.changed({ agent, scope, what: why === undefined ? "they hold" : `unprotected: ${why}` });
    }
  }

  /** Whether an agent's hooks are looked after, at whatever level. */
  isArmed(agent: string): boolean {
    return [...this.armed.values()].some(({ options }) => options.agent === agent);
  }

  /** A human has approved that hooks are taken out; that happens soon. */
  expectRemoval(): void {
    this.removalUntil = this.options.now() + removalMs;
  }

  unprotected(): readonly Unprotected[] {
    const differing = [...this.armed.values()].flatMap(({ options, unprotected }) =>
      unprotected === undefined
        ? []
        : [
            {
              agent: options.agent,
              scope: options.scope,
              ...(options.workspace === undefined ? {} : { workspace: options.workspace }),
              why: unprotected,
            },
          ],
    );
    return [...differing, ...this.doubts.values()];
  }

  private levels(workspaces: readonly string[]): InstallOptions[] {
    const { common } = this.options;
    return installers
      .flatMap(({ agent }): InstallOptions[] =>
        workspaces.length === 0
          ? [
              { ...common, agent, scope: "user" },
              { ...common, agent, scope: "managed" },
            ]
          : workspaces.flatMap((workspace): InstallOptions[] => [
              { ...common, agent, scope: "workspace", workspace },
              // A workspace's switches silence the user's hooks, too.
              { ...common, agent, scope: "user", workspace },
            ]),
      )
      .filter((level) => hookFilesOf(level).ok);
  }

  private followWorkspaces(): void {
    const current = new Set(this.options.workspaces().slice(0, mostWorkspaces));
    const fresh = [...current].filter((workspace) => !this.known.has(workspace));
    for (const [key, { options }] of this.armed) {
      if (options.workspace !== undefined && !current.has(options.workspace)) {
        this.armed.delete(key);
      }
    }
    this.known = current;
    if (fresh.length > 0) {
      this.queue.push(...this.levels(fresh));
    }
  }

  /** Whatever is installed or taken out is written down there: then all levels are looked at anew. */
  private followLedger(): void {
    const look = lookOf([`${this.options.common.stateDir}/installed.json`]);
    if (look !== this.ledgerLook) {
      this.ledgerLook = look;
      this.queue = [...this.levels([]), ...(this.known.size === 0 ? [] : this.levels([...this.known]))];
    }
  }

  /** From now on, if it is installed at all. */
  private arm(level: InstallOptions): void {
    const key = keyOf(level);
    const found = statusOf(level);
    if (found === undefined || found.state === "missing" || this.armed.has(key)) {
      return;
    }
    const armed: Armed = { options: level, watched: found.watched, look: lookOf(found.watched) };
    this.armed.set(key, armed);
    if (found.state === "drifted") {
      this.check(key, armed, true);
    }
  }

  private check(key: string, armed: Armed, hasChanged: boolean): void {
    const now = this.options.now();
    const found = statusOf(armed.options);
    if (found === undefined || found.state === "installed") {
      this.settle(key, armed, undefined);
      return;
    }
    if (found.state === "missing" && this.mayRemove()) {
      this.armed.delete(key);
      this.tell(armed, "its hooks were taken out");
      return;
    }
    const why =
      found.state === "missing" ? "its hooks were removed" : (found.details[0] ?? "its hooks differ");
    const changedAt = hasChanged || armed.changedAt === undefined ? now : armed.changedAt;
    if (now - changedAt < quietMs) {
      // It is told at once: an agent may do without its hooks until they are put back.
      const told = changedAt > now ? (armed.unprotected ?? why) : why;
      this.keep(key, { ...armed, changedAt }, told);
    } else if (this.mayRepair(armed.options)) {
      this.repair(key, armed, why);
    } else {
      // Once a minute it is tried all the same.
      const again = { ...armed, changedAt: now + minuteMs };
      this.keep(key, again, `${why}; somebody changes it again and again`);
    }
  }

  private mayRemove(): boolean {
    return !this.options.asksBeforeRemoval() || this.options.now() < this.removalUntil;
  }

  private mayRepair({ agent, scope }: InstallOptions): boolean {
    const now = this.options.now();
    const recent = (this.repairs.get(`${agent} ${scope}`) ?? []).filter((at) => now - at < minuteMs);
    this.repairs.set(`${agent} ${scope}`, [...recent, now].slice(-mostRepairs));
    return recent.length < mostRepairs;
  }

  private repair(key: string, armed: Armed, why: string): void {
    const done = install(armed.options);
    const found = statusOf(armed.options);
    if (done.ok && found?.state === "installed") {
      this.tell(armed, `put back: ${why}`);
      this.settle(key, armed, undefined);
    } else {
      this.settle(key, armed, done.ok ? (found?.details[0] ?? why) : `${why}; ${done.error}`);
    }
  }

  /** What is as it is until a file changes again. */
  private settle(key: string, armed: Armed, unprotected: string | undefined): void {
    const { changedAt: _, ...rest } = armed;
    this.keep(key, { ...rest, look: lookOf(armed.watched) }, unprotected);
  }

  private keep(key: string, armed: Armed, why: string | undefined): void {
    const before = this.armed.get(key)?.unprotected;
    const { unprotected: _, ...rest } = armed;
    this.armed.set(key, why === undefined ? rest : { ...rest, unprotected: why });
    if (why !== before) {
      this.tell(armed, why === undefined ? "protected again" : `unprotected: ${why}`);
    }
  }

  private tell({ options: { agent, scope } }: Armed, what: string): void {
    this.options.changed({ agent, scope, what });
  }
}

function keyOf({ agent, scope, workspace }: InstallOptions): string {
  return JSON.stringify([agent, scope, workspace]);
}

/** Undefined where not even that can be told; then the next change is waited for. */
function statusOf(level: InstallOptions): HookStatus | undefined {
  try {
    return status(level);
  } catch {
    return undefined;
  }
}

/** How files look from outside: it differs once one of them was written, replaced, removed or made executable. */
function lookOf(files: readonly string[]): string {
  return files
    .map((file) => {
      try {
        const stats = statSync(file, { bigint: true, throwIfNoEntry: false });
        return stats === undefined ? "" : `${stats.ino} ${stats.size} ${stats.mtimeNs} ${stats.ctimeNs}`;
      } catch {
        return "?";
      }
    })
    .join("\n");
}
