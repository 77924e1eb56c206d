import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";

/** One line of a file. `whole` is false for a last line without its newline. `number` counts from 1. */
export interface Line {
  readonly number: number;
  readonly text: string;
  readonly whole: boolean;
}

/** Longest line in bytes that is held in memory; what is longer is handed on cut, and so is no valid entry. */
const lineLimit = 32 * 1024 * 1024;

/**
 * The lines of a file, one at a time, split at `\n` alone: JSON text may hold other line separators. A missing file has
 * no lines; other errors are thrown.
 */
export async function* readLines(path: string): AsyncGenerator<Line> {
  const file = await openIfThere(path);
  if (file === undefined) {
    return;
  }
  let number = 0;
  let parts: Buffer[] = [];
  let held = 0;
  try {
    for await (const chunk of file.createReadStream({ highWaterMark: 262_144 }) as AsyncIterable<Buffer>) {
      let start = 0;
      for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, start)) {
        parts.push(chunk.subarray(start, end));
        yield { number: ++number, text: Buffer.concat(parts).toString("utf8"), whole: true };
        parts = [];
        held = 0;
        start = end + 1;
      }
      if (held < lineLimit && start < chunk.length) {
        parts.push(chunk.subarray(start));
        held += chunk.length - start;
      }
    }
  } finally {
    await file.close().catch(() => undefined);
  }
  if (held > 0) {
    yield { number: ++number, text: Buffer.concat(parts).toString("utf8"), whole: false };
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      return undefined;
    }
    throw error;
  }
}
