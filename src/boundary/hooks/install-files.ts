import {
  chmodSync,
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, relative, isAbsolute } from "node:path";
import { err, ok, type Result } from "../../base/result.ts";

/**
 * The file that is really meant: people keep their settings elsewhere and link to them, and a rename over the link would cut it.
 * Refused where the link leads nowhere, or, within a `boundary`, out of it.
 */
export function targetOf(path: string, boundary: string | undefined): Result<string> {
  let target = path;
  try {
    target = lstatSync(path, { throwIfNoEntry: false }) === undefined ? newTarget(path) : realpathSync(path);
  } catch {
    return err(`\`${path}\` is a link that leads nowhere; it is left as it is`);
  }
  if (boundary !== undefined) {
    const inside = relative(realpathSync(boundary), target);
    if (inside.startsWith("..") || isAbsolute(inside)) {
      return err(`\`${path}\` leads out of the workspace; it is left as it is`);
    }
  }
  return ok(target);
}

/** A file that does not exist yet, below the nearest folder that does. */
function newTarget(path: string): string {
  const folder = dirname(path);
  return lstatSync(folder, { throwIfNoEntry: false }) === undefined && dirname(folder) !== folder
    ? join(newTarget(folder), basename(path))
    : join(realpathSync(folder), basename(path));
}

/** Makes the folder and says which ones had to be made, the deepest first. */
export function ensureFolder(folder: string, mode: number): readonly string[] {
  const made: string[] = [];
  for (let missing = folder; statSync(missing, { throwIfNoEntry: false }) === undefined;) {
    made.push(missing);
    missing = dirname(missing);
  }
  mkdirSync(folder, { recursive: true, mode });
  return made;
}

/** Replaces the file as a whole; one that is there keeps its mode, unless it has to be executable. */
export function writeWhole(
  path: string,
  text: string,
  { mode, executable }: { readonly mode: number; readonly executable: boolean },
): void {
  const present = statSync(path, { throwIfNoEntry: false });
  const temporary = `${path}.signalbox-${process.pid}.new`;
  try {
    writeFileSync(temporary, text, { mode: 0o600, flag: "wx" });
    chmodSync(temporary, executable || present === undefined ? mode : present.mode & 0o7777);
    const descriptor = openSync(temporary, "r");
    fsyncSync(descriptor);
    closeSync(descriptor);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

export function removeFile(path: string): void {
  rmSync(path, { force: true });
}

/** Somebody else's file in it keeps the folder. */
export function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Not empty, or gone already.
  }
}
