import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { logsFolder } from "../install/place.ts";
import { cleanUpAtExit, killAtHome, temporaryPrefix } from "./process.ts";

/** Everything that one test leaves on disk, below one temporary folder. */
export interface Sandbox {
  readonly name: string;
  readonly root: string;
  /** Also what the test's processes are found by. */
  readonly home: string;
  readonly workspace: string;
  /** Logs and pictures that are worth keeping when the test fails. */
  readonly logs: string;
}

/**
 * Makes a temporary folder with a home and a workspace of its own. The path is short because unix socket paths end at
 * 107 bytes, and editors and brokers put their sockets below the home.
 */
export async function createSandbox(name: string): Promise<Sandbox> {
  const root = await mkdtemp(temporaryPrefix);
  const sandbox: Sandbox = {
    name,
    root,
    home: join(root, "home"),
    workspace: join(root, "shop"),
    logs: join(root, "logs"),
  };
  cleanUpAtExit(sandbox.home);
  for (const folder of [sandbox.home, sandbox.workspace, sandbox.logs]) {
    await mkdir(folder, { recursive: true });
  }
  return sandbox;
}

/** Ends every process of the sandbox and removes it; after a failure its logs are kept under `.cache/e2e-logs`. */
export async function destroySandbox(sandbox: Sandbox, failed: boolean): Promise<void> {
  await killAtHome(sandbox.home);
  const kept = join(logsFolder, sandbox.name);
  await rm(kept, { recursive: true, force: true });
  if (failed) {
    await mkdir(kept, { recursive: true });
    await cp(sandbox.logs, kept, { recursive: true }).catch(() => undefined);
  }
  await rm(sandbox.root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
