import { statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { recordFile, type AuditEntry } from "./entry.ts";
import { readRecord, type RecordFilter } from "./read.ts";

/** How often a record is looked at for new entries, in ms. */
const lookMs = 250;

/**
 * The entries of a record, and those that come in later, until the signal is aborted. Each is given once: a record that was
 * cut or replaced meanwhile goes on with what is newer than what was given.
 */
export async function* followRecord(
  folder: string,
  filter: RecordFilter,
  signal: AbortSignal,
): AsyncGenerator<AuditEntry> {
  let last = 0;
  let look = "";
  while (!signal.aborted) {
    const now = lookOf(folder);
    if (now !== look) {
      look = now;
      for await (const entry of readRecord(folder, filter)) {
        if (entry.seq > last) {
          last = entry.seq;
          yield entry;
        }
      }
    }
    await delay(lookMs, undefined, { signal }).catch(() => undefined);
  }
}

function lookOf(folder: string): string {
  const found = statSync(join(folder, recordFile), { throwIfNoEntry: false });
  return found === undefined ? "" : `${found.ino} ${found.size} ${found.mtimeMs}`;
}
