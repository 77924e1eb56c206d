import type { Verdict } from "../../model/verdict.ts";
import type { AuditEntry } from "../entry.ts";
import { objectsIn, textIn } from "../members.ts";

/** One request that was not simply let through, or another event that a reader of the record wants to see. */
export interface NotableEvent {
  readonly seq: number;
  readonly time: string;
  readonly session: string;
  /** `killed`, `denied`, `approved`, `let through after …`, `ran without a decision`, … */
  readonly what: string;
  readonly headline: string;
  /** Why: the rule that decided, or what happened. */
  readonly reason: string;
}

export interface SessionActivity {
  readonly id: string;
  readonly agent: string;
  readonly task: string;
  readonly workspace: string;
  readonly from: string;
  readonly to: string;
  readonly requests: number;
  readonly verdicts: Readonly<Record<Verdict, number>>;
  readonly killed: boolean;
}

/** What became of the questions that one rule asked. */
export interface RuleActivity {
  /** `file:line`. */
  readonly place: string;
  readonly pointer: string;
  readonly asked: number;
  readonly approved: number;
  readonly denied: number;
  /** Timed out, withdrawn, or nobody there. */
  readonly unanswered: number;
  /** The operations that it asked about, the most frequent first. */
  readonly actions: readonly string[];
}

/** What happened in a stretch of the record. */
export interface ActivityReport {
  readonly from?: string;
  readonly to?: string;
  readonly requests: number;
  readonly verdicts: Readonly<Record<Verdict, number>>;
  /** Hours (of the clock) in which there were requests. */
  readonly activeHours: number;
  readonly sessions: readonly SessionActivity[];
  readonly rules: readonly RuleActivity[];
  readonly events: readonly NotableEvent[];
  /** Events beyond those that are listed. */
  readonly more: number;
}

const mostEvents = 500;
const mostActions = 5;
/** Answers that are needed before a rule that is always approved is called noise. */
const enoughAnswers = 5;

/** True for a rule whose questions are always answered with a yes: it interrupts people and stops nothing. */
export function isNoise({ approved, denied, asked }: RuleActivity): boolean {
  return approved >= enoughAnswers && denied === 0 && approved === asked;
}

type Counts = Record<Verdict, number>;

const noCounts = (): Counts => ({ allow: 0, ask: 0, deny: 0, kill: 0 });

interface RuleCounts {
  readonly pointer: string;
  asked: number;
  approved: number;
  denied: number;
  unanswered: number;
  readonly actions: Map<string, number>;
}

/** Counts entries in the order of the record. It holds counts and the last notable events, however long the record is. */
export class ActivityCount {
  readonly #verdicts = noCounts();
  readonly #hours = new Set<string>();
  readonly #sessions = new Map<string, { session: Omit<SessionActivity, "verdicts">; verdicts: Counts }>();
  readonly #rules = new Map<string, RuleCounts>();
  readonly #events: NotableEvent[] = [];
  #more = 0;
  #from: string | undefined;
  #to: string | undefined;
  #requests = 0;

  add(entry: AuditEntry): void {
    if (entry.kind === "decision") {
      this.#decision(entry);
      return;
    }
    const told = otherEvents[entry.kind];
    if (told !== undefined) {
      this.#note(entry, told, textIn(entry["headline"]) || textIn(entry["text"]) || textIn(entry["task"]));
    }
    const known = this.#sessions.get(textIn(entry["sessionId"]));
    if (known !== undefined && (entry.kind === "killed" || entry.kind === "reopened")) {
      known.session = { ...known.session, killed: entry.kind === "killed" };
    }
  }

  report(): ActivityReport {
    return {
      ...(this.#from === undefined ? {} : { from: this.#from }),
      ...(this.#to === undefined ? {} : { to: this.#to }),
      requests: this.#requests,
      verdicts: { ...this.#verdicts },
      activeHours: this.#hours.size,
      sessions: [...this.#sessions.values()].map(({ session, verdicts }) => ({ ...session, verdicts })),
      rules: [...this.#rules]
        .map(([place, { actions, ...counts }]) => ({
          place,
          ...counts,
          actions: [...actions]
            .toSorted((a, b) => b[1] - a[1])
            .slice(0, mostActions)
            .map(([action]) => action),
        }))
        .toSorted((a, b) => b.asked - a.asked),
      events: this.#events,
      more: this.#more,
    };
  }

  #decision(entry: AuditEntry): void {
    const verdict = verdictOf(entry);
    this.#from ??= entry.time;
    this.#to = entry.time;
    this.#requests += 1;
    this.#verdicts[verdict] += 1;
    this.#hours.add(entry.time.slice(0, 13));
    this.#session(entry, verdict);
    const approval = textIn(entry["approval"]);
    if (verdict === "ask") {
      this.#asked(entry, approval);
    }
    if (verdict !== "allow") {
      this.#note(entry, becameOf(verdict, textIn(entry["effect"]), approval), textIn(entry["headline"]));
    }
  }

  #session(entry: AuditEntry, verdict: Verdict): void {
    const id = textIn(entry["sessionId"]);
    const known = this.#sessions.get(id);
    const verdicts = known?.verdicts ?? noCounts();
    verdicts[verdict] += 1;
    this.#sessions.set(id, {
      session: {
        id,
        agent: textIn(entry["agent"]),
        task: textIn(entry["task"]) || (known?.session.task ?? ""),
        workspace: textIn(entry["workspace"]),
        from: known?.session.from ?? entry.time,
        to: entry.time,
        requests: (known?.session.requests ?? 0) + 1,
        killed: textIn(entry["effect"]) === "kill" || known?.session.killed === true,
      },
      verdicts,
    });
  }

  #asked(entry: AuditEntry, approval: string): void {
    const asking = objectsIn(entry["rules"]).filter((rule) => rule["verdict"] === "ask");
    // A rule that matches several actions of a request asked once.
    for (const [place, pointer] of new Map(
      asking.map((rule) => [placeOf(rule), textIn(rule["rule"] ?? rule["pointer"])]),
    )) {
      const counts = this.#rules.get(place) ?? {
        pointer,
        asked: 0,
        approved: 0,
        denied: 0,
        unanswered: 0,
        actions: new Map<string, number>(),
      };
      counts.asked += 1;
      counts[
        /^(?:approved|granted)$/.test(approval)
          ? "approved"
          : /^(?:denied|killed)$/.test(approval)
            ? "denied"
            : "unanswered"
      ] += 1;
      for (const action of objectsIn(entry["actions"])) {
        const name = textIn(action["action"]);
        counts.actions.set(name, (counts.actions.get(name) ?? 0) + 1);
      }
      this.#rules.set(place, counts);
    }
  }

  #note(entry: AuditEntry, what: string, headline: string): void {
    const rule = objectsIn(entry["rules"]).find((each) => each["verdict"] === entry["verdict"]);
    const reason = textIn(entry["reason"]) || textIn(entry["why"]);
    this.#events.push({
      seq: entry.seq,
      time: entry.time,
      session: textIn(entry["sessionId"]),
      what,
      headline,
      reason: rule === undefined ? reason : `${textIn(rule["because"]) || reason} (${placeOf(rule)})`,
    });
    if (this.#events.length > mostEvents) {
      this.#events.shift();
      this.#more += 1;
    }
  }
}

const otherEvents: Readonly<Record<string, string | undefined>> = {
  killed: "killed by hand",
  reopened: "reopened",
  gap: "ran without a decision",
  policy_approved: "policy approved",
  task_bound: "bound to a task",
  enrolled: "approver enrolled",
  repaired: "record repaired",
};

function becameOf(verdict: Verdict, effect: string, approval: string): string {
  switch (verdict) {
    case "kill":
      return "killed";
    case "deny":
      return "denied";
    default:
      return approval === "" ? (effect === "pass" ? "let through" : "denied") : approval.replaceAll("_", " ");
  }
}

function verdictOf(entry: AuditEntry): Verdict {
  const verdict = entry["verdict"];
  return verdict === "ask" || verdict === "deny" || verdict === "kill" ? verdict : "allow";
}

function placeOf(rule: Readonly<Record<string, unknown>>): string {
  return `${textIn(rule["file"])}:${typeof rule["line"] === "number" ? rule["line"] : 0}`;
}
