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
  if (file !== undefined) {
    yield* linesOf(file);
  }
}

/** The same of a file that is open, from an offset in bytes on. It is closed at the end. */
export async function* linesOf(file: FileHandle, start = 0): AsyncGenerator<Line> {
  let number = 0;
  let parts: Buffer[] = [];
  let held = 0;
  try {
    for await (const chunk of file.createReadStream({
      start,
      highWaterMark: 262_144,
    }) as AsyncIterable<Buffer>) {
      let from = 0;
      for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, from)) {
        parts.push(chunk.subarray(from, end));
        yield { number: ++number, text: Buffer.concat(parts).toString("utf8"), whole: true };
        parts = [];
        held = 0;
        from = end + 1;
      }
      if (held < lineLimit && from < chunk.length) {
        parts.push(chunk.subarray(from));
        held += chunk.length - from;
      }
    }
  } finally {
    await file.close().catch(() => undefined);
  }
  if (held > 0) {
    yield { number: ++number, text: Buffer.concat(parts).toString("utf8"), whole: false };
  }
}

/** Undefined where there is none; other errors are thrown. Never waits for a pipe. */
export async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      return undefined;
    }
    throw error;
  }
}
