import { statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseEntry, recordFile, type AuditEntry } from "./entry.ts";
import { linesOf, openIfThere } from "./lines.ts";
import { passes, readRecord, type RecordFilter } from "./read.ts";
import { segmentsOf } from "./segments.ts";

/** How often a record is looked at for new entries, in ms. */
const lookMs = 250;

/** How far the growing file was read: bytes of whole lines, in the file with this inode. */
interface Place {
  readonly inode: number | undefined;
  readonly offset: number;
}

/**
 * The entries of a record, and those that come in later, until the signal is aborted. Each is given once: a record that was
 * cut or replaced meanwhile goes on with what is newer than what was given.
 */
export async function* followRecord(
  folder: string,
  filter: RecordFilter,
  signal: AbortSignal,
): AsyncGenerator<AuditEntry> {
  const growing = join(folder, recordFile);
  let place: Place = { inode: inodeOf(growing), offset: 0 };
  let last = 0;
  for await (const entry of readRecord(folder)) {
    last = Math.max(last, entry.seq);
    if (passes(entry, filter)) {
      yield entry;
    }
  }
  while (!signal.aborted) {
    for (const unread of unreadFiles(folder, place)) {
      const file = await openIfThere(unread.path);
      if (file === undefined || (await file.stat()).ino !== unread.inode) {
        // It was put aside meanwhile: the next look finds it under its new name.
        await file?.close();
        break;
      }
      let offset = unread.from;
      for await (const line of linesOf(file, offset)) {
        const entry = line.whole ? parseEntry(line.text) : undefined;
        offset += line.whole ? Buffer.byteLength(line.text) + 1 : 0;
        if (entry?.ok === true && entry.value.seq > last) {
          last = entry.value.seq;
          if (passes(entry.value, filter)) {
            yield entry.value;
          }
        }
      }
      place = { inode: unread.inode, offset };
    }
    await delay(lookMs, undefined, { signal }).catch(() => undefined);
  }
}

interface Unread {
  readonly path: string;
  readonly from: number;
  readonly inode: number;
}

/** What there is to read since then: the file that was read, under the name that it has by now, and those after it. */
function unreadFiles(folder: string, { inode, offset }: Place): readonly Unread[] {
  const growing = join(folder, recordFile);
  const found = statSync(growing, { throwIfNoEntry: false });
  if (found !== undefined && found.ino === inode) {
    // A file that became shorter was cut or written anew.
    return found.size === offset
      ? []
      : [{ path: growing, from: found.size < offset ? 0 : offset, inode: found.ino }];
  }
  const full = segmentsOf(folder).map((name) => join(folder, name));
  const at = full.findIndex((path) => inodeOf(path) === inode);
  return [...full.slice(Math.max(0, at)), growing].flatMap((path, index) => {
    const known = inodeOf(path);
    return known === undefined ? [] : [{ path, from: at >= 0 && index === 0 ? offset : 0, inode: known }];
  });
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}
