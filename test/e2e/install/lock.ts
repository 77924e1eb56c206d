import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cacheFolder } from "./place.ts";

const longestInstallMs = 10 * 60_000;

/**
 * Runs `work` while nobody else on this machine runs work under the same name in the same cache.
 * A lock whose owner has died is taken over. Throws after ten minutes of waiting.
 */
export async function withLock<Value>(name: string, work: () => Promise<Value>): Promise<Value> {
  const folder = join(cacheFolder, `${name}.lock`);
  await mkdir(cacheFolder, { recursive: true });
  const deadline = Date.now() + longestInstallMs;
  while (!(await take(folder))) {
    if (Date.now() > deadline) {
      throw new Error(`another install holds ${folder} for more than ten minutes; remove it if nothing runs`);
    }
    await sleep(250);
  }
  try {
    return await work();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function take(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
    await writeFile(join(folder, "pid"), String(process.pid));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
      throw error;
    }
    const owner = Number(await readFile(join(folder, "pid"), "utf8").catch(() => "0"));
    if (owner > 0 ? !isAlive(owner) : await isOld(folder)) {
      await rm(folder, { recursive: true, force: true });
    }
    return false;
  }
}

/** A lock without an owner's number is one that is being taken, unless its taker died in the middle. */
async function isOld(folder: string): Promise<boolean> {
  const info = await stat(folder).catch(() => undefined);
  return info !== undefined && Date.now() - info.mtimeMs > 10_000;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
