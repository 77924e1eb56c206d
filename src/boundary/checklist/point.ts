/**
 * How a check turned out. `not_measured` is neither good nor bad: nobody could look, and so nobody may say `pass`.
 * `not_applicable`: there is nothing here that the check is about.
 */
export type CheckState = "pass" | "fail" | "warn" | "not_applicable" | "not_measured";

/** One thing that was looked at. `what` is one line with lower-case start; `file` is absolute, `line` counts from 1. */
export interface Finding {
  readonly state: CheckState;
  readonly what: string;
  /** Of the diagnostic that it is, where it is one. */
  readonly code?: string;
  readonly file?: string;
  readonly line?: number;
  /** What to do about it, in one line; where `command` is given, that alone does it. */
  readonly fix?: string;
  readonly command?: string;
}

/** The points of the checklist, by number from 1. The keys are stable: other tools may name them. */
export const points = [
  ["policy", "policy valid, approved and pinned"],
  ["secrets", "secret-bearing files out of Signal"],
  ["credentials", "credentials registered and scoped"],
  ["blanket_credentials", "no blanket-scope credential in reach of a session"],
  ["apis", "APIs of the workspace mapped in the catalogue"],
  ["irreversible", "irreversible operations killed or controlled"],
  ["kill", "kill policies assigned"],
  ["control", "control policies assigned, with a route"],
  ["approver", "an approver reachable, time-outs and default set"],
  ["agents", "agents registered with task and scope"],
  ["boundaries", "boundaries armed and proved by canary"],
  ["record", "record verified, exported where required"],
] as const;

export type PointKey = (typeof points)[number][0];

/** What one point of the checklist found. */
export interface Point {
  readonly number: number;
  readonly key: PointKey;
  readonly title: string;
  readonly state: CheckState;
  /** The finding that decides the state, in one line. */
  readonly summary: string;
  readonly findings: readonly Finding[];
}

/** The worst finding first: what failed, then what nobody could look at. */
const order: readonly CheckState[] = ["fail", "not_measured", "warn", "pass", "not_applicable"];

/**
 * A point is as good as its worst finding. INVARIANT: a point without findings was not measured; only a finding that says so can
 * make it pass.
 */
export function pointOf(key: PointKey, found: readonly Finding[]): Point {
  const index = points.findIndex(([name]) => name === key);
  const findings = found.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
  const [worst] = findings;
  const alike = findings.filter(({ state }) => state === worst?.state).length;
  return {
    number: index + 1,
    key,
    title: points[index]?.[1] ?? key,
    state: worst?.state ?? "not_measured",
    summary: worst === undefined ? "nothing was looked at" : summaryOf(worst, alike, findings.length),
    findings,
  };
}

function summaryOf({ state, what }: Finding, alike: number, all: number): string {
  const more = state === "pass" || state === "not_applicable" ? all - 1 : alike - 1;
  return more === 0 ? what : `${what} (and ${more} more)`;
}

export function passed(what: string, at: Partial<Finding> = {}): Finding {
  return { ...at, state: "pass", what };
}

export function failed(what: string, fix: string, at: Partial<Finding> = {}): Finding {
  return { ...at, state: "fail", what, fix };
}

export function notMeasured(why: string, fix?: string): Finding {
  return { state: "not_measured", what: why, ...(fix === undefined ? {} : { fix }) };
}

export function notApplicable(why: string): Finding {
  return { state: "not_applicable", what: why };
}
