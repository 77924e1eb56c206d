import { randomBytes } from "node:crypto";
import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { logsFolder } from "../install/place.ts";
import type { Sandbox } from "./editor.ts";
import { killMarked } from "./process.ts";

/**
 * A temporary folder with a home and a workspace of its own. The path is short because unix socket paths end at 107
 * bytes, and editors and brokers put their sockets below the home.
 */
export async function createSandbox(name: string): Promise<Sandbox> {
  const root = await mkdtemp("/tmp/sbx-");
  const sandbox: Sandbox = {
    root,
    home: join(root, "home"),
    workspace: join(root, "work"),
    logs: join(root, "logs"),
    marker: `${name}-${randomBytes(6).toString("hex")}`,
  };
  for (const folder of [sandbox.home, sandbox.workspace, sandbox.logs]) {
    await mkdir(folder, { recursive: true });
  }
  return sandbox;
}

/** Ends every process of the sandbox and removes its folder; after a failure its logs are kept under `.cache/e2e-logs`. */
export async function destroySandbox(sandbox: Sandbox, name: string, failed: boolean): Promise<void> {
  await killMarked(sandbox.marker);
  if (failed) {
    const kept = join(logsFolder, name);
    await rm(kept, { recursive: true, force: true });
    await mkdir(kept, { recursive: true });
    await cp(sandbox.logs, kept, { recursive: true }).catch(() => undefined);
  }
  await rm(sandbox.root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
