import type { Outcome } from "../model/outcome.ts";

/** One action that several events of an agent describe, while it is decided and a little after. */
interface Call {
  readonly callId: string | undefined;
  readonly outcome: Promise<Outcome>;
  readonly abort: AbortController;
  /** Sources of the events that were answered with the outcome, or will be. */
  readonly sources: Set<string>;
  waiters: number;
  settledAt: number | undefined;
  /** True once the agent told that it ran: what comes now is another run. */
  done: boolean;
}

export interface SharedCall {
  /** Equal exactly for the same action: agent, conversation and payload. */
  readonly key: string;
  /** The agent's own id of the call; some of the events that tell of one call do not have it. */
  readonly callId: string | undefined;
  /** Which hook tells of the action: the agent's name of the event, and whose hook file made it call us. */
  readonly source: string;
  /** True for what is told once more by hooks that are installed twice, and has no run of its own: a prompt. */
  readonly repeats: boolean;
  /** Aborted when this waiter has gone. */
  readonly signal: AbortSignal;
  /** True while an earlier outcome may still stand: latch, policy and files are as they were. */
  readonly stands: (outcome: Outcome) => boolean;
  readonly start: (signal: AbortSignal) => Promise<Outcome>;
}

/** How long an outcome stands for later events of the same call, in ms. */
const reuseMs = 30_000;
/** How long a human's yes stands for the same event once more: agents call hooks that are installed twice one after the other. */
const twinMs = 1000;

/** Decides one action once, however many events tell of it. */
export class Calls {
  private readonly calls = new Map<string, Call[]>();
  private readonly now: () => number;

  /** `now` in ms, monotonic. */
  constructor(now: () => number) {
    this.now = now;
  }

  /** How many actions are being decided. */
  inFlight(): number {
    return [...this.calls.values()].flat().filter(({ settledAt }) => settledAt === undefined).length;
  }

  /** The outcome of the action: joined while it is decided, reused shortly after, decided afresh otherwise. */
  async share(shared: SharedCall): Promise<Outcome> {
    this.sweep();
    // First those that this source has not told of yet: of several calls that look the same, it tells of each once.
    const known = (this.calls.get(shared.key) ?? [])
      .filter((call) => mayBeSame(call, shared))
      .sort((a, b) => Number(a.sources.has(shared.source)) - Number(b.sources.has(shared.source)));
    const joined = known.find(({ settledAt, abort }) => settledAt === undefined && !abort.signal.aborted);
    if (joined !== undefined) {
      joined.sources.add(shared.source);
      return this.wait(joined, shared.signal);
    }
    for (const call of known.filter(({ settledAt }) => settledAt !== undefined)) {
      const outcome = await call.outcome;
      if (this.covers(call, outcome, shared) && shared.stands(outcome)) {
        call.sources.add(shared.source);
        return outcome;
      }
    }
    return this.wait(this.begin(shared), shared.signal);
  }

  /** The agent told that the action ran. */
  ran(key: string, callId: string | undefined): void {
    const open = (this.calls.get(key) ?? []).filter(
      (call) => !call.done && call.settledAt !== undefined && mayBeSame(call, { callId }),
    );
    const oldest = open[0];
    if (oldest !== undefined) {
      oldest.done = true;
    }
  }

  /**
   * INVARIANT: a human's yes is for one run. The same event again, later, is the same call sent once more; where no id tells
   * calls apart, it is another call, and so is everything that comes after the run.
   */
  private covers(call: Call, outcome: Outcome, { callId, source, repeats }: SharedCall): boolean {
    const soon = this.now() - (call.settledAt ?? 0) <= twinMs;
    const told = call.sources.has(source);
    // What a yes was kept for may be over by now: the desk of grants says so.
    const byHuman = outcome.approved || outcome.approval === "granted";
    return callId !== undefined && call.callId === callId
      ? !byHuman || !told || soon
      : !call.done && (!told || (repeats && soon));
  }

  private begin({ key, callId, source, start }: SharedCall): Call {
    const abort = new AbortController();
    const call: Call = {
      callId,
      outcome: start(abort.signal),
      abort,
      sources: new Set([source]),
      waiters: 0,
      settledAt: undefined,
      done: false,
    };
    this.calls.set(key, [...(this.calls.get(key) ?? []), call]);
    const settle = (keep: boolean): void => {
      call.settledAt = this.now();
      if (!keep) {
        this.drop(key, call);
      }
    };
    call.outcome.then(
      ({ approval }) => settle(approval !== "withdrawn"),
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
    for (const [key, calls] of this.calls) {
      for (const call of calls) {
        if (call.settledAt !== undefined && call.settledAt < oldest) {
          this.drop(key, call);
        }
      }
    }
  }

  private drop(key: string, call: Call): void {
    const left = (this.calls.get(key) ?? []).filter((each) => each !== call);
    if (left.length === 0) {
      this.calls.delete(key);
    } else {
      this.calls.set(key, left);
    }
  }
}

/** Two different ids are two calls; without one on either side, the action alone tells. */
function mayBeSame(call: Pick<Call, "callId">, { callId }: Pick<SharedCall, "callId">): boolean {
  return call.callId === undefined || callId === undefined || call.callId === callId;
}
