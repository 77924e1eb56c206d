import { realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { policyOnBaseline } from "../boundary/check/policy-on-baseline.ts";
import { rejudge } from "../boundary/check/rejudge.ts";
import { fileLookups } from "../boundary/files/lookups.ts";
import { packagedCatalogue } from "../boundary/files/packaged.ts";
import { placesOf, stateDirectory } from "../broker/places.ts";
import { digestOf } from "../record/digest.ts";
import { recordFile } from "../record/entry.ts";
import { lastDecisions } from "../record/last-decisions.ts";
import { Replay, type RecordedAction, type RecordedDecision } from "../record/replay.ts";
import type { RecordedUse } from "./lenses.ts";
import { extendedCatalogue, vocabularyOf } from "./policy-check.ts";

/** Requests of the record that count. */
const lastRequests = 500;
/** Decided in one go before whoever is typing gets the process back. */
const batch = 8;
/** Nothing is counted before typing has paused for this long, in ms. */
const pauseMs = 300;
/** The record is read again after this long, in ms, where it has grown. */
const freshMs = 10_000;

/** A policy as it stands in the editor, whose rules are counted. */
interface CountedPolicy {
  readonly file: string;
  readonly text: string;
  readonly workspace: string;
}

interface ReadDecisions {
  readonly look: string;
  readonly at: number;
  readonly decisions: readonly RecordedDecision[];
}

interface KnownUse {
  readonly digest: string;
  readonly decisions: readonly RecordedDecision[];
  readonly use: RecordedUse;
}

/**
 * How rules met the last requests of their workspace, by deciding those again as if the policy were approved. What is known
 * is given at once; what is not is worked out in small pieces, one policy at a time, and `ready` is called.
 */
export class RecordedUses {
  readonly #home: string;
  readonly #ready: () => void;
  readonly #known = new Map<string, KnownUse>();
  readonly #decisions = new Map<string, ReadDecisions>();
  #wanted: CountedPolicy | undefined;
  #running = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(ready: () => void, home: string) {
    this.#ready = ready;
    this.#home = home;
  }

  /** Of this very text; undefined while it is worked out. No requests where the policy does not load. */
  of(policy: CountedPolicy): RecordedUse | undefined {
    const known = this.#known.get(policy.file);
    const isThis = known?.digest === digestOf(policy.text);
    if (!isThis || this.#hasGrown(policy.workspace)) {
      this.#want(policy);
    }
    return isThis ? known?.use : undefined;
  }

  /** Only another text begins the pause anew: whoever asks for the same one again and again must not put it off for ever. */
  #want(policy: CountedPolicy): void {
    const waits = this.#wanted?.file === policy.file && this.#wanted.text === policy.text;
    this.#wanted = policy;
    if (!waits) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#run(), pauseMs);
    }
  }

  /**
   * How many of the last requests came to an operation or one of a group, in words; empty where nothing is recorded. `name`
   * is `provider:operation` or `provider:group`.
   */
  async operationText(workspace: string, name: string): Promise<string> {
    const decisions = await this.#read(workspace);
    const called = ({ provider, operation, groups = [], aliases = [] }: RecordedAction): boolean =>
      [operation, ...groups, ...aliases].some((each) => `${provider}:${each}` === name);
    const count = decisions.filter(({ actions }) => actions.some(called)).length;
    return decisions.length === 0 ? "" : `Recorded in ${count} of the last ${decisions.length} requests`;
  }

  async #run(): Promise<void> {
    if (this.#running) {
      return;
    }
    this.#running = true;
    for (let policy = this.#wanted; policy !== undefined; policy = this.#wanted) {
      this.#wanted = undefined;
      const decisions = await this.#read(policy.workspace);
      const known = this.#known.get(policy.file);
      const digest = digestOf(policy.text);
      if (known?.digest === digest && known.decisions === decisions) {
        continue;
      }
      const use = await this.#count(policy, decisions).catch(() => nothing);
      // A text that was replaced meanwhile gave up half-way.
      if (use !== undefined) {
        this.#known.set(policy.file, { digest, decisions, use });
        this.#ready();
      }
    }
    this.#running = false;
  }

  async #count(
    policy: CountedPolicy,
    decisions: readonly RecordedDecision[],
  ): Promise<RecordedUse | undefined> {
    const { file, text, workspace } = policy;
    const { policies } = policyOnBaseline(
      { file, text },
      { workspace, home: this.#home },
      vocabularyOf(workspace),
    );
    if (policies === undefined) {
      return nothing;
    }
    const lookups = fileLookups({
      home: this.#home,
      workspace,
      env: () => undefined,
      credentialsIn: () => [],
    });
    const ports = {
      catalogue: packagedCatalogue(),
      extended: () => extendedCatalogue(workspace),
      lookups: () => lookups,
      policies: () => policies,
    };
    const replay = new Replay((recorded) => rejudge(recorded, ports));
    for (const [index, recorded] of decisions.entries()) {
      replay.add(recorded);
      if (index % batch === batch - 1) {
        await turn();
        if (this.#wanted?.file === file && this.#wanted.text !== text) {
          return undefined;
        }
      }
    }
    const { requests, rules } = replay.report();
    const own = rules.filter(({ rule }) => rule.file === file);
    return { requests, rules: new Map(own.map((count) => [count.rule.pointer, count])) };
  }

  async #read(workspace: string): Promise<readonly RecordedDecision[]> {
    const known = this.#decisions.get(workspace);
    if (known !== undefined && !this.#hasGrown(workspace)) {
      return known.decisions;
    }
    const look = this.#lookOfRecord();
    const place = { workspace: realPath(workspace), last: lastRequests };
    const decisions = await lastDecisions(this.#folder(), place).catch(() => []);
    this.#decisions.set(workspace, { look, at: Date.now(), decisions });
    return decisions;
  }

  #hasGrown(workspace: string): boolean {
    const known = this.#decisions.get(workspace);
    return known === undefined || (Date.now() - known.at >= freshMs && known.look !== this.#lookOfRecord());
  }

  #lookOfRecord(): string {
    try {
      const stats = statSync(join(this.#folder(), recordFile), { throwIfNoEntry: false });
      return stats === undefined ? "" : `${stats.size} ${stats.mtimeMs}`;
    } catch {
      return "";
    }
  }

  #folder(): string {
    return placesOf(stateDirectory(this.#home)).record;
  }
}

const nothing: RecordedUse = { requests: 0, rules: new Map() };

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
