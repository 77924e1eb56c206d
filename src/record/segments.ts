import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { recordFile } from "./entry.ts";
import { linesOf, openIfThere, readLines, type Line } from "./lines.ts";

/**
 * Where a record is kept: the file that grows, and full ones before it, each named after its first entry. A full one is
 * renamed and never written again.
 */
const segmentName = /^audit\.(\d{12})\.jsonl$/;

/** The name of a full file that begins with this entry. */
export function segmentFile(first: number): string {
  return `audit.${String(first).padStart(12, "0")}.jsonl`;
}

/** Names of the full files of a record, the oldest first; none where the folder cannot be read. */
export function segmentsOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => segmentName.test(name))
      .toSorted();
  } catch {
    return [];
  }
}

/** A line of a record, and the file that it stands in. */
export interface RecordLine extends Line {
  readonly file: string;
}

/**
 * The lines of a record from its oldest file to the one that grows. A file that becomes full meanwhile is read to its end
 * once, under whichever name.
 */
export async function* recordLines(folder: string): AsyncGenerator<RecordLine> {
  const read = new Set<string>();
  const unread = (): string | undefined => segmentsOf(folder).find((name) => !read.has(name));
  for (;;) {
    for (let name = unread(); name !== undefined; name = unread()) {
      read.add(name);
      yield* linesFrom(folder, name, 0);
    }
    const growing = await openIfThere(join(folder, recordFile));
    const inode = (await growing?.stat())?.ino;
    // What became full before it was opened comes first.
    if (unread() !== undefined) {
      await growing?.close();
      continue;
    }
    let count = 0;
    let torn: Line | undefined;
    for await (const line of growing === undefined ? [] : linesOf(growing)) {
      if (line.whole) {
        count = line.number;
        yield { ...line, file: recordFile };
      } else {
        torn = line;
      }
    }
    const full = unread();
    if (full === undefined) {
      if (torn !== undefined) {
        yield { ...torn, file: recordFile };
      }
      return;
    }
    // It became full while it was read, and what came last may have come after this reader was at its end.
    if (statSync(join(folder, full), { throwIfNoEntry: false })?.ino === inode) {
      read.add(full);
      yield* linesFrom(folder, full, count);
    }
  }
}

async function* linesFrom(folder: string, file: string, behind: number): AsyncGenerator<RecordLine> {
  for await (const line of readLines(join(folder, file))) {
    if (line.number > behind) {
      yield { ...line, file };
    }
  }
}
