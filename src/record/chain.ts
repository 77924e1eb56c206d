import {
  closeSync,
  constants,
  fdatasync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
} from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  genesisHash,
  headFile,
  parseEntry,
  parseHead,
  recordFile,
  sealEntry,
  type AuditEvent,
  type ChainHead,
} from "./entry.ts";
import { segmentFile, segmentsOf } from "./segments.ts";
import { readOwnFile, replaceFile, syncFolder, writeDurably, writeWhole } from "./durable-file.ts";

/** The record while it is open for writing. One process at a time holds it; the broker's instance lock sees to that. */
export interface Chain {
  /** What had to be mended when it was opened, in words; empty where all was well. */
  readonly repairs: readonly string[];
  head(): ChainHead;
  /** Resolves once the entry is on disk; rejects where it could not be written, and then nothing of it is there. */
  append(event: AuditEvent): Promise<ChainHead>;
  close(): Promise<void>;
}

interface Waiting {
  readonly event: AuditEvent;
  readonly resolve: (head: ChainHead) => void;
  readonly reject: (error: unknown) => void;
}

/** No entry is longer, in bytes. */
const longestEntry = 32 * 1024 * 1024;
const syncData = promisify(fdatasync);
/** How far the saved head may lag behind, in ms. Its sync and the next entry's share one disk, so it is not saved more often. */
const headDelayMs = 1000;

/** How large a record grows. */
export interface RecordBounds {
  /** Size in bytes at which a file is full and the next one is begun. */
  readonly fileBytes: number;
  /** Full files that are kept; the oldest goes first, and the record says so. */
  readonly files: number;
}

/** Two gigabytes at most: months of work. */
export const usualBounds: RecordBounds = { fileBytes: 64 * 1024 * 1024, files: 32 };

/**
 * Opens `audit.jsonl` in a folder, makes both where they are missing, and mends what a crash left behind: a torn last
 * line is cut off and that is told in an entry. Damage of other kinds stays as it is, for `audit verify` to find; the
 * chain goes on after it. Throws where the folder cannot be written.
 */
export function openChain(
  folder: string,
  now: () => Date,
  bounds: RecordBounds = usualBounds,
): Promise<Chain> {
  return OpenChain.open(folder, now, bounds);
}

class OpenChain implements Chain {
  readonly repairs: string[] = [];
  private readonly folder: string;
  private readonly now: () => Date;
  private readonly bounds: RecordBounds;
  private descriptor = -1;
  private closed = false;
  /** True while a failed batch may have left a part of itself at the end of the file. */
  private torn = false;
  private durable: ChainHead = { seq: 0, hash: genesisHash };
  private size = 0;
  /** Number of the first entry in the file that grows, where this process wrote it. */
  private firstHere: number | undefined;
  private queue: Waiting[] = [];
  private flushing: Promise<void> | undefined;
  private headTimer: NodeJS.Timeout | undefined;
  private savingHead: Promise<void> = Promise.resolve();
  private headWritten = -1;

  private constructor(folder: string, now: () => Date, bounds: RecordBounds) {
    this.folder = folder;
    this.now = now;
    this.bounds = bounds;
  }

  static async open(folder: string, now: () => Date, bounds: RecordBounds): Promise<OpenChain> {
    const chain = new OpenChain(folder, now, bounds);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chain.openFile();
    try {
      chain.recover();
      for (const repair of chain.repairs) {
        await chain.append({ kind: "repaired", what: repair });
      }
      chain.writeHead();
    } catch (error) {
      chain.closed = true;
      chain.closeFile();
      throw error;
    }
    return chain;
  }

  head(): ChainHead {
    return this.durable;
  }

  append(event: AuditEvent): Promise<ChainHead> {
    return new Promise((resolve, reject) => {
      if (this.closed) {
        reject(new Error("the record is closed"));
        return;
      }
      this.queue.push({ event, resolve, reject });
      this.flushing ??= this.flush();
    });
  }

  async close(): Promise<void> {
    await this.flushing;
    clearTimeout(this.headTimer);
    await this.savingHead;
    if (!this.closed) {
      this.closed = true;
      this.tryWriteHead();
      this.closeFile();
    }
  }

  /** Everything that came in while the disk was busy goes out with the next sync: one sync for many. */
  private async flush(): Promise<void> {
    // One turn of the queue lets requests that arrived together share a sync.
    await Promise.resolve();
    while (this.queue.length > 0) {
      const batch = this.queue;
      this.queue = [];
      await this.writeBatch(batch);
    }
    this.flushing = undefined;
    this.headTimer ??= setTimeout(() => this.saveHeadSoon(), headDelayMs).unref();
  }

  private async writeBatch(batch: readonly Waiting[]): Promise<void> {
    let head = this.durable;
    const heads: ChainHead[] = [];
    try {
      this.reopenWhenGone();
      const time = this.now().toISOString();
      let text = "";
      for (const { event } of batch) {
        const sealed = sealEntry(event, head, time);
        head = sealed.head;
        heads.push(head);
        text += `${sealed.line}\n`;
      }
      const joint = this.joint();
      const begins = this.size === 0;
      const written = writeWhole(this.descriptor, `${joint}${text}`);
      await syncData(this.descriptor);
      this.size += written;
      this.durable = head;
      this.firstHere = begins ? heads[0]?.seq : this.firstHere;
    } catch (error) {
      this.torn = true;
      for (const { reject } of batch) {
        reject(error);
      }
      return;
    }
    batch.forEach(({ resolve }, index) => resolve(heads[index] ?? head));
    this.beginNextWhenFull();
  }

  /** Full files are never written again. Where one cannot be put aside, the next entry tries again. */
  private beginNextWhenFull(): void {
    if (this.size < this.bounds.fileBytes) {
      return;
    }
    try {
      const first = this.firstHere ?? this.firstEntry()?.seq;
      if (first === undefined || fstatSync(this.descriptor).nlink === 0) {
        return;
      }
      renameSync(join(this.folder, recordFile), join(this.folder, segmentFile(first)));
      this.closeFile();
      this.openFile();
      this.size = 0;
      this.firstHere = undefined;
      this.dropOldest();
    } catch {
      // The entries are on disk in any case; the file only grows on.
    }
  }

  /** INVARIANT: what is taken away is told before it goes, so that `verify` can tell it from what somebody else took. */
  private dropOldest(): void {
    const full = segmentsOf(this.folder);
    for (const name of full.slice(0, Math.max(0, full.length - this.bounds.files))) {
      const path = join(this.folder, name);
      const through = lastEntryOf(path);
      if (through !== undefined) {
        this.append({ kind: "dropped", file: name, through }).then(
          () => rmSync(path, { force: true }),
          // It is tried again when the next file is full.
          () => undefined,
        );
      }
    }
  }

  /** The first entry of the file that grows; it may be one of an earlier process. */
  private firstEntry(): ChainHead | undefined {
    const bytes = Buffer.alloc(Math.min(this.size, longestEntry));
    const count = readSync(this.descriptor, bytes, 0, bytes.length, 0);
    const end = bytes.subarray(0, count).indexOf(0x0a);
    return end < 0 ? undefined : headOf(bytes.subarray(0, end));
  }

  /**
   * Makes the end of the file fit for the next entry. What a failed batch of ours left behind is cut off; what anybody
   * else did to the file stays, for `verify` to find. Returns what has to stand before the next entry.
   */
  private joint(): string {
    const found = fstatSync(this.descriptor).size;
    if (this.torn) {
      ftruncateSync(this.descriptor, Math.min(found, this.size));
      this.torn = false;
    }
    if (found === this.size) {
      return "";
    }
    this.size = fstatSync(this.descriptor).size;
    return lastNewlineBefore(this.descriptor, this.size) === this.size - 1 ? "" : "\n";
  }

  /** A record that was deleted under us goes on in a new file; the gap stays visible to `verify`. */
  private reopenWhenGone(): void {
    if (this.descriptor >= 0 && fstatSync(this.descriptor).nlink > 0) {
      return;
    }
    this.closeFile();
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    this.openFile();
    this.size = fstatSync(this.descriptor).size;
  }

  private closeFile(): void {
    const descriptor = this.descriptor;
    // Forgotten before it is closed: the number will soon be another file's.
    this.descriptor = -1;
    if (descriptor >= 0) {
      closeSync(descriptor);
    }
  }

  private openFile(): void {
    const path = join(this.folder, recordFile);
    const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;
    this.descriptor = openSync(path, flags, 0o600);
    if (!fstatSync(this.descriptor).isFile()) {
      this.closeFile();
      throw new Error(`\`${path}\` is not a regular file`);
    }
    syncFolder(this.folder);
  }

  private recover(): void {
    const known = this.savedHead();
    const total = fstatSync(this.descriptor).size;
    const lastNewline = lastNewlineBefore(this.descriptor, total);
    this.size = lastNewline + 1;
    if (this.size < total) {
      ftruncateSync(this.descriptor, this.size);
      this.repairs.push(`a torn last line of ${total - this.size} bytes was cut off`);
    }
    const last = this.size === 0 ? this.lastOfFull() : this.lastEntry(lastNewline);
    if (last !== undefined && (known === undefined || last.seq >= known.seq)) {
      this.durable = last;
    } else if (known !== undefined && known.seq > 0) {
      this.durable = known;
      this.repairs.push(`the record ends before entry ${known.seq}, which was written earlier`);
    } else if (this.size > 0) {
      this.repairs.push("the last line is not an entry of the record");
    }
  }

  private savedHead(): ChainHead | undefined {
    const text = readOwnFile(join(this.folder, headFile));
    return text.ok && text.value !== undefined ? parseHead(text.value) : undefined;
  }

  private lastEntry(end: number): ChainHead | undefined {
    return entryBefore(this.descriptor, end);
  }

  /** Where the growing file was only just begun. */
  private lastOfFull(): ChainHead | undefined {
    const newest = segmentsOf(this.folder).at(-1);
    return newest === undefined ? undefined : lastEntryOf(join(this.folder, newest));
  }

  private saveHeadSoon(): void {
    this.headTimer = undefined;
    this.savingHead = this.savingHead.then(() => this.saveHead());
  }

  /** While the record is in use: a sync in this thread would hold up every request that comes in meanwhile. */
  private async saveHead(): Promise<void> {
    const head = this.durable;
    if (this.closed || this.headWritten === head.seq) {
      return;
    }
    try {
      await replaceFile(join(this.folder, headFile), headText(head));
      this.headWritten = head.seq;
    } catch {
      // The head only serves to find a cut; a later one will be written.
    }
  }

  private tryWriteHead(): void {
    try {
      this.writeHead();
    } catch {
      // As above.
    }
  }

  private writeHead(): void {
    if (this.headWritten !== this.durable.seq) {
      writeDurably(join(this.folder, headFile), headText(this.durable));
      this.headWritten = this.durable.seq;
    }
  }
}

function headText(head: ChainHead): string {
  return `${JSON.stringify(head)}\n`;
}

/** The entry whose line ends at this offset. */
function entryBefore(descriptor: number, end: number): ChainHead | undefined {
  const start = lastNewlineBefore(descriptor, end) + 1;
  const bytes = Buffer.alloc(end - start);
  readSync(descriptor, bytes, 0, bytes.length, start);
  return headOf(bytes);
}

function headOf(bytes: Buffer): ChainHead | undefined {
  const entry = parseEntry(bytes.toString("utf8"));
  return entry.ok ? { seq: entry.value.seq, hash: entry.value.hash } : undefined;
}

/** The last whole entry of a file; undefined where it cannot be read. */
function lastEntryOf(path: string): ChainHead | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const end = lastNewlineBefore(descriptor, fstatSync(descriptor).size);
    return end < 0 ? undefined : entryBefore(descriptor, end);
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) {
      closeSync(descriptor);
    }
  }
}

/** Offset of the last newline in the first `end` bytes, or -1. */
function lastNewlineBefore(descriptor: number, end: number): number {
  const chunk = Buffer.alloc(65_536);
  for (let to = end; to > 0;) {
    const from = Math.max(0, to - chunk.length);
    const count = readSync(descriptor, chunk, 0, to - from, from);
    const found = chunk.subarray(0, count).lastIndexOf(0x0a);
    if (found >= 0) {
      return from + found;
    }
    to = from;
  }
  return -1;
}
