import { join } from "node:path";
import { readOwnFile } from "./durable-file.ts";
import {
  genesisHash,
  hashOf,
  headFile,
  parseEntry,
  parseHead,
  recordFile,
  type AuditEntry,
} from "./entry.ts";
import { recordLines, type RecordLine } from "./segments.ts";

/** One thing that is wrong with the record. `line` counts from 1 in its file; 0 where it is about the record as a whole. */
export interface Finding {
  readonly line: number;
  /** Where it is not the file that grows. */
  readonly file?: string;
  readonly kind: "changed" | "removed" | "reordered" | "repeated" | "truncated" | "unreadable" | "head";
  readonly message: string;
}

export interface VerifyReport {
  /** True where there is no finding. Notes do not count. */
  readonly intact: boolean;
  readonly entries: number;
  readonly lastSeq: number;
  readonly lastHash: string;
  readonly findings: readonly Finding[];
  /** What is worth saying without being damage: a torn last line that the next start of the broker mends. */
  readonly notes: readonly string[];
}

/** Findings beyond this are counted, not listed. */
const findingLimit = 1000;

/** Reads the record of a folder from end to end and tells everything that was removed, changed, moved or cut. */
export async function verifyRecord(folder: string): Promise<VerifyReport> {
  const check = new RecordCheck();
  for await (const line of recordLines(folder)) {
    check.line(line);
  }
  const head = readOwnFile(join(folder, headFile));
  return check.finish(head.ok ? head.value : undefined);
}

class RecordCheck {
  private readonly findings: Finding[] = [];
  private readonly notes: string[] = [];
  /** Ranges of numbers that were skipped so far, with the line where the gap shows. */
  private missing: { from: number; to: number; line: number; file: string }[] = [];
  private readonly hashes = new Map<number, string>();
  private next = 1;
  private entries = 0;
  private previous: { seq: number; hash: string } | undefined = { seq: 0, hash: genesisHash };
  private last = { seq: 0, hash: genesisHash };
  private unlisted = 0;
  private file: string = recordFile;
  private first: { readonly seq: number; readonly prev: string } | undefined;
  /** What the record says of itself that was taken away because it had grown too large. */
  private readonly dropped: { readonly seq: number; readonly hash: string }[] = [];

  line(line: RecordLine): void {
    this.file = line.file;
    if (!line.whole) {
      this.notes.push(`line ${line.number} is torn; the broker mends it when it starts`);
      return;
    }
    const parsed = parseEntry(line.text);
    if (!parsed.ok) {
      this.add(line.number, "unreadable", `line ${line.number} is ${parsed.error}`);
      this.previous = undefined;
      return;
    }
    this.entries++;
    this.entry(parsed.value, line.number);
  }

  private entry(entry: AuditEntry, line: number): void {
    const { seq } = entry;
    this.first ??= { seq, prev: entry.prev };
    const through = entry.kind === "dropped" ? parseHead(JSON.stringify(entry["through"] ?? {})) : undefined;
    if (through !== undefined) {
      this.dropped.push(through);
    }
    if (hashOf(entry) !== entry.hash) {
      this.add(line, "changed", `entry ${seq} was changed: its hash does not fit its content`);
    } else if (this.previous?.seq === seq - 1 && entry.prev !== this.previous.hash) {
      this.add(line, "changed", `entry ${seq - 1} was replaced: entry ${seq} was chained to another one`);
    }
    this.place(seq, line);
    this.previous = { seq, hash: entry.hash };
    if (seq > this.last.seq) {
      this.last = { seq, hash: entry.hash };
    }
    this.hashes.set(seq, entry.hash);
    // Only the newest hashes can be the head's: the head file lags behind by less than this.
    this.hashes.delete(seq - 4096);
  }

  private place(seq: number, line: number): void {
    if (seq === this.next) {
      this.next++;
    } else if (seq > this.next) {
      this.missing.push({ from: this.next, to: seq - 1, line, file: this.file });
      this.next = seq + 1;
    } else if (this.fill(seq)) {
      this.add(line, "reordered", `entry ${seq} stands after entry ${this.previous?.seq ?? "unknown"}`);
    } else {
      this.add(line, "repeated", `entry ${seq} is there a second time`);
    }
  }

  /** Takes a number out of the gaps; false where it was in none. */
  private fill(seq: number): boolean {
    const index = this.missing.findIndex((gap) => gap.from <= seq && seq <= gap.to);
    const gap = this.missing[index];
    if (gap === undefined) {
      return false;
    }
    const rest = [
      { ...gap, to: seq - 1 },
      { ...gap, from: seq + 1 },
    ].filter(({ from, to }) => from <= to);
    this.missing.splice(index, 1, ...rest);
    return true;
  }

  finish(headText: string | undefined): VerifyReport {
    const bounded = this.droppedThrough();
    for (const { from, to, line, file } of this.missing) {
      if (from === 1 && to === bounded) {
        this.notes.push(`entries 1 to ${to} were dropped, as the record had reached its size`);
        continue;
      }
      this.file = file;
      const what = from === to ? `entry ${from} was` : `entries ${from} to ${to} were`;
      this.add(line, "removed", `${what} removed before line ${line}`);
    }
    this.checkHead(headText);
    if (this.unlisted > 0) {
      this.notes.push(`${this.unlisted} more findings are not listed`);
    }
    // Names of full files sort before that of the growing one, in the order of their entries.
    const findings = this.findings.toSorted(
      (a, b) => (a.file ?? recordFile).localeCompare(b.file ?? recordFile) || a.line - b.line,
    );
    return {
      intact: findings.length === 0,
      entries: this.entries,
      lastSeq: this.last.seq,
      lastHash: this.last.hash,
      findings,
      notes: this.notes,
    };
  }

  /** The number up to which entries may be missing at the beginning: what was dropped must be what the first one is chained to. */
  private droppedThrough(): number | undefined {
    const { first } = this;
    return this.dropped.find(
      ({ seq, hash }) => first !== undefined && seq === first.seq - 1 && hash === first.prev,
    )?.seq;
  }

  private checkHead(text: string | undefined): void {
    const head = text === undefined ? undefined : parseHead(text);
    if (head === undefined) {
      if (this.entries > 0 || text !== undefined) {
        this.add(0, "head", `\`${headFile}\` is missing or damaged, so a cut at the end cannot be ruled out`);
      }
      return;
    }
    if (head.seq > this.last.seq) {
      this.add(
        0,
        "truncated",
        `the end was cut off: entry ${head.seq} was written, the last one here is ${this.last.seq}`,
      );
      return;
    }
    const hash = this.hashes.get(head.seq);
    if (hash !== undefined && hash !== head.hash) {
      this.add(0, "changed", `entry ${head.seq} is not the one that was written`);
    }
  }

  private add(line: number, kind: Finding["kind"], message: string): void {
    if (this.findings.length < findingLimit) {
      const { file } = this;
      this.findings.push({ line, kind, message, ...(line === 0 || file === recordFile ? {} : { file }) });
    } else {
      this.unlisted++;
    }
  }
}
