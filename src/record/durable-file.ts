import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { err, ok, type Result } from "../base/result.ts";

/**
 * Replaces a file as a whole: readers see the old text or the new one, never a mixture, also after a power cut.
 * The file is private to its user (0600). Throws the file system's error.
 */
export function writeDurably(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.new`;
  try {
    const descriptor = openSync(temporary, "w", 0o600);
    try {
      writeWhole(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncFolder(dirname(path));
}

/** The same without holding up this thread. After a power cut the old text may be back. One call at a time per path. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.next`;
  try {
    const file = await open(temporary, "w", 0o600);
    try {
      await file.writeFile(text);
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Makes the names in a folder durable. Not every file system offers it; the content is durable without. */
export function syncFolder(folder: string): void {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(folder, "r");
    fsyncSync(descriptor);
  } catch {
    // Some network file systems refuse to sync a directory.
  } finally {
    if (descriptor !== undefined) {
      closeSync(descriptor);
    }
  }
}

/**
 * The text of one of our own files; undefined where it does not exist. A pipe, a device or a directory in its place is
 * an error, and opening it never waits.
 */
export function readOwnFile(path: string, limit: number = 16 * 1024 * 1024): Result<string | undefined> {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    return errorCode(error) === "ENOENT"
      ? ok(undefined)
      : err(`\`${path}\` cannot be opened (${errorCode(error)})`);
  }
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) {
      return err(`\`${path}\` is not a regular file`);
    }
    if (stats.size > limit) {
      return err(`\`${path}\` is larger than ${limit} bytes`);
    }
    return ok(readFileSync(descriptor, "utf8"));
  } catch (error) {
    return err(`\`${path}\` cannot be read (${errorCode(error)})`);
  } finally {
    closeSync(descriptor);
  }
}

/** Writes all of it: a single `write` may stop short on a full disk without an error. */
export function writeWhole(descriptor: number, text: string): number {
  const bytes = Buffer.from(text, "utf8");
  let written = 0;
  while (written < bytes.length) {
    written += writeSync(descriptor, bytes, written, bytes.length - written);
  }
  return bytes.length;
}

/** The system's name of an error (`ENOSPC`), for messages. */
export function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string"
    ? error.code
    : "unknown error";
}
