import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  realpathSync,
  statSync,
} from "node:fs";
import { basename, dirname, isAbsolute, join } from "node:path";
import type { FileLookup, Lookups } from "../../model/lookups.ts";
import { digestOf } from "../../record/digest.ts";
import { errorCode } from "../../record/durable-file.ts";
import { gitNames } from "./git-names.ts";
import { HardLinks } from "./hard-links.ts";
import { filesBelow } from "./tree-lookup.ts";

/** Longest content in bytes that is read to judge a request; a longer script or payload is opaque. */
const contentLimit = 1024 * 1024;
/** Most names of a directory that are looked at. */
const listLimit = 10_000;

export interface LookupOptions {
  readonly home: string;
  /** The folder whose files are told by their other names, too. */
  readonly workspace?: string;
  env(name: string): string | undefined;
  credentialsIn(text: string): readonly string[];
  credentialFile?(name: string): string | undefined;
}

/**
 * The file system as the pure steps may see it: read-only, bounded, and never waiting on a pipe, a device or a
 * terminal. Made anew for each request, so that one request sees one state of a file however often it is named.
 */
export function fileLookups(options: LookupOptions): Lookups {
  const contents = new Map<string, FileLookup>();
  const realPaths = new Map<string, string>();
  const folders = new Map<string, string>();
  const links = new HardLinks(options.home, options.workspace);
  return {
    home: options.home,
    caseSensitive: process.platform === "linux",
    readFile: (path) => remembered(contents, path, readRegularFile),
    realPath: (path) => remembered(realPaths, path, (each) => links.guardedName(resolvedPath(each, folders))),
    kind: kindOf,
    list: listDirectory,
    below: filesBelow,
    gitNames,
    env: (name) => options.env(name),
    credentialsIn: (text) => options.credentialsIn(text),
    credentialFile: (name) => options.credentialFile?.(name),
  };
}

function remembered<T>(known: Map<string, T>, path: string, look: (path: string) => T): T {
  const before = known.get(path);
  if (before !== undefined) {
    return before;
  }
  const answer = look(path);
  known.set(path, answer);
  return answer;
}

function readRegularFile(path: string): FileLookup {
  let descriptor: number;
  try {
    // O_NONBLOCK: opening a FIFO that nobody writes to must not stop the broker.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    return ["ENOENT", "ENOTDIR"].includes(errorCode(error))
      ? { kind: "missing" }
      : { kind: "unreadable", reason: `it cannot be opened (${errorCode(error)})` };
  }
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) {
      return { kind: "unreadable", reason: "it is not a regular file" };
    }
    if (stats.size > contentLimit) {
      return { kind: "unreadable", reason: `it is larger than ${contentLimit / 1024} kB` };
    }
    return contentOf(readAtMost(descriptor, contentLimit + 1));
  } catch (error) {
    return { kind: "unreadable", reason: `it cannot be read (${errorCode(error)})` };
  } finally {
    closeSync(descriptor);
  }
}

function contentOf(bytes: Buffer): FileLookup {
  if (bytes.length > contentLimit) {
    return { kind: "unreadable", reason: `it is larger than ${contentLimit / 1024} kB` };
  }
  const text = bytes.toString("utf8");
  return { kind: "text", text, digest: digestOf(bytes), ...(text.includes("\ufffd") ? { bytes } : {}) };
}

/** The size that `fstat` told may lie (`/proc`), so it is read to the end or to the limit. */
function readAtMost(descriptor: number, limit: number): Buffer {
  const chunks: Buffer[] = [];
  for (let total = 0; total < limit;) {
    const chunk = Buffer.allocUnsafe(Math.min(65_536, limit - total));
    const count = readSync(descriptor, chunk, 0, chunk.length, null);
    if (count === 0) {
      break;
    }
    chunks.push(chunk.subarray(0, count));
    total += count;
  }
  return Buffer.concat(chunks);
}

/** Most symbolic links that are followed by hand, as many as Linux follows itself. */
const linkLimit = 40;

/**
 * The path with every symlink resolved; the parts that do not exist are kept as written. A `..` is taken as the system takes it:
 * behind a symlink it leads out of the folder that the link names. A link to what does not exist yet is followed, too: writing
 * there makes the file that it names.
 */
export function resolvedPath(
  path: string,
  folders: Map<string, string> = new Map(),
  links: number = linkLimit,
): string {
  const absolute = isAbsolute(path) ? path : `${process.cwd()}/${path}`;
  const parent = dirname(absolute);
  if (parent === absolute) {
    return absolute;
  }
  const there = mayExist(absolute);
  if (there) {
    try {
      return realpathSync.native(absolute);
    } catch {
      // It leads to what does not exist, or nobody may look.
    }
  }
  const folder = remembered(folders, parent, (each) => resolvedPath(each, folders, links));
  const here = join(folder, basename(absolute));
  const target = links > 0 && (there || here !== absolute) ? linkTarget(here) : undefined;
  return target === undefined
    ? here
    : resolvedPath(isAbsolute(target) ? target : `${folder}/${target}`, folders, links - 1);
}

/** False only where nothing is there, not even a link that leads nowhere. An exception would cost ten times as much. */
function mayExist(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}

function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function kindOf(path: string): "file" | "directory" | "missing" | "other" {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats === undefined
      ? "missing"
      : stats.isFile()
        ? "file"
        : stats.isDirectory()
          ? "directory"
          : "other";
  } catch {
    return "missing";
  }
}

function listDirectory(path: string): readonly string[] {
  try {
    return readdirSync(path).slice(0, listLimit);
  } catch {
    return [];
  }
}
