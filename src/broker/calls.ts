import type { Outcome } from "../model/outcome.ts";

/** One action that several events of an agent describe, while it is decided and a little after. */
interface Call {
  readonly outcome: Promise<Outcome>;
  readonly abort: AbortController;
  /** Events that were answered with the outcome, or will be. */
  readonly events: Set<string>;
  waiters: number;
  settledAt: number | undefined;
}

export interface SharedCall {
  /** Equal exactly for the same action: agent, conversation, call and payload. */
  readonly key: string;
  /** The agent's name of the event that tells of the action. */
  readonly event: string;
  /** True where the agent gave the call an id, so that a later event with it is surely the same call. */
  readonly identified: boolean;
  /** Aborted when this waiter has gone. */
  readonly signal: AbortSignal;
  /** True while an earlier outcome may still stand: latch, policy and files are as they were. */
  readonly stands: (outcome: Outcome) => boolean;
  readonly start: (signal: AbortSignal) => Promise<Outcome>;
}

/** How long an outcome stands for later events of the same call. */
const reuseMs = 30_000;
/** How long a human's yes stands for the same event once more: agents call hooks that are installed twice one after the other. */
const twinMs = 1000;

/** Decides one action once, however many events tell of it. */
export class Calls {
  private readonly calls = new Map<string, Call>();
  private readonly now: () => number;

  /** `now` in ms, monotonic. */
  constructor(now: () => number) {
    this.now = now;
  }

  /** How many actions are being decided. */
  inFlight(): number {
    return [...this.calls.values()].filter(({ settledAt }) => settledAt === undefined).length;
  }

  /** The outcome of the action: joined while it is decided, reused shortly after, decided afresh otherwise. */
  async share(shared: SharedCall): Promise<Outcome> {
    this.sweep();
    const known = this.calls.get(shared.key);
    if (known !== undefined && known.settledAt === undefined && !known.abort.signal.aborted) {
      known.events.add(shared.event);
      return this.wait(known, shared.signal);
    }
    if (known !== undefined && known.settledAt !== undefined) {
      const outcome = await known.outcome;
      if (shared.stands(outcome) && this.covers(known, outcome, shared.event)) {
        known.events.add(shared.event);
        return outcome;
      }
    }
    return this.wait(this.begin(shared), shared.signal);
  }

  /** INVARIANT: a human's yes is for one run. The same event again, later, is the same call sent once more. */
  private covers({ events, settledAt }: Call, outcome: Outcome, event: string): boolean {
    return !outcome.approved || !events.has(event) || this.now() - (settledAt ?? 0) <= twinMs;
  }

  private begin({ key, event, identified, start }: SharedCall): Call {
    const abort = new AbortController();
    const events = new Set([event]);
    const call: Call = { outcome: start(abort.signal), abort, events, waiters: 0, settledAt: undefined };
    this.calls.set(key, call);
    const settle = (keep: boolean): void => {
      call.settledAt = this.now();
      if (!keep && this.calls.get(key) === call) {
        this.calls.delete(key);
      }
    };
    call.outcome.then(
      ({ approval }) => settle(identified && approval !== "withdrawn"),
      () => settle(false),
    );
    return call;
  }

  /** The work is given up with its last waiter. */
  private async wait(call: Call, signal: AbortSignal): Promise<Outcome> {
    call.waiters++;
    const leave = (): void => {
      call.waiters--;
      if (call.waiters === 0) {
        call.abort.abort();
      }
    };
    if (signal.aborted) {
      leave();
    }
    signal.addEventListener("abort", leave, { once: true });
    try {
      return await call.outcome;
    } finally {
      signal.removeEventListener("abort", leave);
    }
  }

  private sweep(): void {
    const oldest = this.now() - reuseMs;
    for (const [key, { settledAt }] of this.calls) {
      if (settledAt !== undefined && settledAt < oldest) {
        this.calls.delete(key);
      }
    }
  }
}
