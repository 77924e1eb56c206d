import { verdicts, type Verdict } from "../model/verdict.ts";
import type { RecordedDecision, ReplayExample, Rule } from "./replay.ts";

type Stopping = Exclude<Verdict, "allow">;

/** What one rule would have done, had it been enforced. */
export interface ObservedRule {
  readonly rule: Rule;
  readonly verdict: Stopping;
  readonly because: string;
  /** Requests for which it would have decided, alone or with others. */
  readonly count: number;
  /** The latest ones first. */
  readonly examples: readonly ReplayExample[];
}

/** What policies that only observe would have stopped. */
export interface ObserveReport {
  /** Requests since the first one that was only observed. */
  readonly requests: number;
  /** Of those, how many would have got which verdict. */
  readonly would: Readonly<Record<Stopping, number>>;
  /** Days on which there were requests. */
  readonly days: number;
  /** Times of the first and the last of these requests, ISO 8601; undefined where there is none. */
  readonly from?: string;
  readonly to?: string;
  /** The strictest first, then the most frequent. */
  readonly rules: readonly ObservedRule[];
}

const mostExamples = 3;

/** Counts what was only observed. It holds no more than the counts, however long the record is. */
export class ObserveCount {
  readonly #rules = new Map<string, { rule: ObservedRule; count: number; examples: ReplayExample[] }>();
  readonly #would: Record<Stopping, number> = { ask: 0, deny: 0, kill: 0 };
  readonly #days = new Set<string>();
  #requests = 0;
  #from: string | undefined;
  #to: string | undefined;

  /** In the order of the record. */
  add(recorded: RecordedDecision): void {
    const { observed, time } = recorded;
    // What came before was enforced: it says nothing about how often people would be interrupted.
    if (observed === undefined && this.#from === undefined) {
      return;
    }
    this.#from ??= time;
    this.#to = time;
    this.#days.add(time.slice(0, 10));
    this.#requests += 1;
    if (observed !== undefined && observed.verdict !== "allow") {
      this.#would[observed.verdict] += 1;
      this.#note(recorded, observed.verdict, observed.rules);
    }
  }

  report(): ObserveReport {
    return {
      requests: this.#requests,
      would: { ...this.#would },
      days: this.#days.size,
      ...(this.#from === undefined ? {} : { from: this.#from }),
      ...(this.#to === undefined ? {} : { to: this.#to }),
      rules: [...this.#rules.values()]
        .map(({ rule, count, examples }) => ({ ...rule, count, examples: examples.toReversed() }))
        .toSorted((a, b) => verdicts.indexOf(b.verdict) - verdicts.indexOf(a.verdict) || b.count - a.count),
    };
  }

  #note(
    { seq, time, headline, context }: RecordedDecision,
    verdict: Stopping,
    rules: NonNullable<RecordedDecision["observed"]>["rules"],
  ): void {
    // A rule that matches several actions of a request would have stopped one request.
    const deciding = new Map(
      rules
        .filter((hit) => hit.verdict === verdict)
        .map((hit) => [`${verdict} ${hit.file}:${hit.line} ${hit.pointer}`, hit]),
    );
    for (const [key, { pointer, file, line, because }] of deciding) {
      const known = this.#rules.get(key) ?? {
        rule: { rule: { pointer, file, line }, verdict, because, count: 0, examples: [] },
        count: 0,
        examples: [],
      };
      known.count += 1;
      known.examples.push({ seq, time, headline, agent: context.agent });
      if (known.examples.length > mostExamples) {
        known.examples.shift();
      }
      this.#rules.set(key, known);
    }
  }
}
