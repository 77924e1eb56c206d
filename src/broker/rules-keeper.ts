import { statSync } from "node:fs";
import { installRules, prohibitionsOf, rulesOf } from "../boundary/files/rules/keep-rules.ts";
import { RulesLedger, rulesLedgerPath, type RulesTarget } from "../boundary/files/rules/rules-ledger.ts";
import type { Catalogue } from "../catalogue/load.ts";
import type { PoliciesInForce } from "../policy/compiled.ts";
import { note, type Host } from "./host.ts";

export interface RulesKeeperOptions {
  readonly stateDir: string;
  readonly home: string;
  readonly catalogue: Catalogue;
  /** What holds in a folder now. */
  inForce(workspace: string): PoliciesInForce;
  /** Told what was written, or why it could not be, as the end of a sentence about the agent. */
  told(target: RulesTarget, what: { readonly changed: readonly string[] } | { readonly error: string }): void;
}

/** Whoever changes these files more often than this within a minute is not fought with. */
const mostRepairs = 5;
const minuteMs = 60_000;

/**
 * Keeps agents' own ignore files and denials as the policies have them, wherever `install` has written some: they follow a policy
 * that changes, and come back where somebody changed them.
 */
export class RulesKeeper {
  private readonly options: RulesKeeperOptions;
  private targets: readonly RulesTarget[] = [];
  private ledger = "";
  /** What a target looked like when it was right, or could not be put right. */
  private readonly settled = new Map<string, string>();
  private readonly repairs = new Map<string, readonly number[]>();

  constructor(options: RulesKeeperOptions) {
    this.options = options;
  }

  /** Costs a few looks at files where nothing has changed. Never throws. `now` in ms, of any clock. */
  look(now: number): void {
    try {
      const ledger = stampOf(rulesLedgerPath(this.options.stateDir));
      if (ledger !== this.ledger) {
        this.ledger = ledger;
        this.targets = RulesLedger.open(this.options.stateDir).targets().filter(isOurs);
      }
    } catch {
      return;
    }
    // One that needs work is enough for one look: whoever waits for a decision waits for this as well.
    this.targets.some((target) => {
      try {
        return this.settle(target, now);
      } catch {
        // A fault of ours here must not keep the broker from its work; `status` tells of what is not right.
        return false;
      }
    });
  }

  /** False where there was nothing to do. */
  private settle(target: RulesTarget, now: number): boolean {
    const { home, stateDir, catalogue } = this.options;
    const workspace = target.scope === "workspace" ? target.base : home;
    if (stampOf(target.base) === "-") {
      return false;
    }
    const policies = this.options.inForce(workspace);
    const key = JSON.stringify(target);
    if (this.settled.get(key) === this.stampsOf(target, policies)) {
      return false;
    }
    const recent = (this.repairs.get(key) ?? []).filter((at) => now - at < minuteMs);
    if (recent.length >= mostRepairs) {
      return false;
    }
    const done = installRules(target, prohibitionsOf(policies, { workspace, home }, catalogue), stateDir);
    if (!done.ok) {
      this.options.told(target, { error: done.error });
    } else if (done.value.length > 0) {
      this.repairs.set(key, [...recent, now]);
      this.options.told(target, { changed: done.value });
    }
    this.settled.set(key, this.stampsOf(target, policies));
    return true;
  }

  private stampsOf(target: RulesTarget, { hash }: PoliciesInForce): string {
    const files = rulesOf(target.agent)?.files(target) ?? [];
    return [hash, ...files.map(({ path }) => stampOf(path))].join("\n");
  }
}

/** What the broker keeps, with a line in the record for all that it had to do. */
export function rulesKeeperFor(host: Host): RulesKeeper {
  const { catalogue, home, places, policies } = host;
  return new RulesKeeper({
    stateDir: places.stateDir,
    home,
    catalogue,
    inForce: (workspace) => policies.inForce(workspace),
    told: ({ agent, scope }, what) =>
      note(host, {
        kind: "notice",
        agent,
        scope,
        reason: "the agent's own rules follow the policies",
        ...what,
      }),
  });
}

/** A machine's own files are not the user's to write. */
function isOurs({ scope }: RulesTarget): boolean {
  return scope !== "managed";
}

function stampOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? "-" : `${stats.ino} ${stats.size} ${stats.mtimeMs}`;
}
