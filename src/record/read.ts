import { parseEntry, type AuditEntry } from "./entry.ts";
import { recordLines } from "./segments.ts";

/** Which entries to show. A missing member puts no condition. */
export interface RecordFilter {
  readonly session?: string;
  readonly verdict?: string;
  readonly agent?: string;
  readonly kind?: string;
  /** ISO 8601 time, or an age: `30s`, `15m`, `2h`, `7d`. */
  readonly since?: Date;
}

/** The entries of a record in order, one at a time. Lines that are no entries are passed over; `verify` tells of them. */
export async function* readRecord(folder: string, filter: RecordFilter = {}): AsyncGenerator<AuditEntry> {
  // Most lines are told apart by their text: parsing is what takes the time.
  const needles = [filter.session, filter.verdict, filter.agent, filter.kind]
    .filter((wanted) => wanted !== undefined)
    .map((wanted) => JSON.stringify(wanted));
  for await (const line of recordLines(folder)) {
    if (!needles.every((needle) => line.text.includes(needle))) {
      continue;
    }
    const entry = line.whole ? parseEntry(line.text) : undefined;
    if (entry?.ok === true && passes(entry.value, filter)) {
      yield entry.value;
    }
  }
}

/** `2h` before `now`, or an ISO 8601 time; undefined where it is neither. */
export function parseSince(text: string, now: Date): Date | undefined {
  const age = /^(\d{1,6})([smhd])$/.exec(text);
  if (age !== null) {
    const unit = { s: 1, m: 60, h: 3600, d: 86_400 }[age[2] as "s" | "m" | "h" | "d"];
    return new Date(now.getTime() - Number(age[1]) * unit * 1000);
  }
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : new Date(time);
}

/** True for an entry that a filter lets through. */
export function passes(entry: AuditEntry, filter: RecordFilter): boolean {
  return (
    (filter.session === undefined || entry["sessionId"] === filter.session) &&
    (filter.verdict === undefined || entry["verdict"] === filter.verdict) &&
    (filter.agent === undefined || entry["agent"] === filter.agent) &&
    (filter.kind === undefined || entry.kind === filter.kind) &&
    (filter.since === undefined || Date.parse(entry.time) >= filter.since.getTime())
  );
}
