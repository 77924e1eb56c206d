import { createHash } from "node:crypto";
import { chmodSync, lstatSync, mkdirSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { err, ok, type Result } from "../base/result.ts";
import { errorCode } from "../record/durable-file.ts";

/** Where the broker keeps what it knows, and where it is reached. All absolute. */
export interface Places {
  readonly stateDir: string;
  /** `run` in the state directory: the lock and the loopback endpoint. */
  readonly runDir: string;
  /** Where the sockets are: `runDir`, or a short folder in `/tmp` where that name is too long for a socket. */
  readonly socketDir: string;
  readonly askSocket: string;
  readonly approverSocket: string;
  /** `<port> <token> <pid>` of the loopback listener. */
  readonly endpoint: string;
  readonly lock: string;
  readonly sessions: string;
  readonly approvers: string;
  readonly pins: string;
  readonly record: string;
  /** What an organisation's policies said last. */
  readonly organisation: string;
  /** Key of the keyed hashes by which credentials are recognised. */
  readonly hashKey: string;
}

/** Longest socket path in bytes that every supported system takes (the limits are 104 and 108, with the final zero). */
const socketPathLimit = 100;

/** The state directory of the user with that home directory. */
export function stateDirectory(home: string): string {
  return join(home, ".signalbox");
}

export function placesOf(stateDir: string): Places {
  const runDir = join(stateDir, "run");
  const longest = join(runDir, "approver.sock");
  const socketDir = Buffer.byteLength(longest) > socketPathLimit ? shortFolder(stateDir) : runDir;
  return {
    stateDir,
    runDir,
    socketDir,
    askSocket: join(socketDir, "ask.sock"),
    approverSocket: join(socketDir, "approver.sock"),
    endpoint: join(runDir, "endpoint"),
    lock: join(runDir, "broker.lock"),
    sessions: join(stateDir, "sessions.json"),
    approvers: join(stateDir, "approvers.json"),
    pins: join(stateDir, "policies"),
    record: join(stateDir, "record"),
    organisation: join(stateDir, "organisation"),
    hashKey: join(stateDir, "hash-key"),
  };
}

/** Makes the folders, private to the user. The error is one sentence for the user. */
export function preparePlaces(places: Places): Result<void> {
  for (const folder of new Set([
    places.stateDir,
    places.runDir,
    places.socketDir,
    places.pins,
    places.record,
    places.organisation,
  ])) {
    const made = privateFolder(folder);
    if (!made.ok) {
      return made;
    }
  }
  return ok(undefined);
}

function shortFolder(stateDir: string): string {
  const hash = createHash("sha256").update(stateDir).digest("hex").slice(0, 16);
  // Not the temporary folder of the environment: client and broker must find the same one.
  const base = process.platform === "win32" ? tmpdir() : "/tmp";
  return join(base, `signalbox-${userInfo().uid}-${hash}`);
}

/**
 * Makes a folder, or takes the one that is there when it is a real folder of the user's own. In `/tmp` anybody may have
 * been there first, with a symbolic link or a folder of theirs.
 */
function privateFolder(folder: string): Result<void> {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const stats = lstatSync(folder);
    if (!stats.isDirectory()) {
      return err(`\`${folder}\` is not a folder; remove it`);
    }
    if (process.getuid !== undefined && stats.uid !== process.getuid()) {
      return err(`\`${folder}\` belongs to another user; remove it`);
    }
    if ((stats.mode & 0o077) !== 0) {
      chmodSync(folder, 0o700);
    }
    return ok(undefined);
  } catch (error) {
    return err(
      `\`${folder}\` cannot be made private (${errorCode(error)}); check its owner, its rights and the disk`,
    );
  }
}
