import { readFileSync, renameSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { withLock } from "../install/lock.ts";
import { nodePath, repository } from "../install/place.ts";
import { processesAtHome, runCommand } from "./process.ts";

/** What a user gets: the bundles and the package, built from the present sources. */
export interface Product {
  readonly cli: string;
  readonly vsix: string;
}

const inputs = ["src", "policies", "media", "package.json", "esbuild.mjs", ".vscodeignore", "README.md"];

/** Builds and packages unless a package newer than every source is there. */
export async function buildProduct(progress: (line: string) => void): Promise<Product> {
  return withLock("build", async () => {
    const manifest = JSON.parse(await readFile(join(repository, "package.json"), "utf8")) as {
      version: string;
    };
    const product: Product = {
      cli: join(repository, "dist", "cli.js"),
      vsix: join(repository, `signalbox-${manifest.version}.vsix`),
    };
    const builtAt = await newest([product.cli, product.vsix], Math.min);
    const changedAt = await newest(
      inputs.map((name) => join(repository, name)),
      Math.max,
    );
    if (builtAt <= changedAt) {
      progress("building and packaging");
      await runCommand({
        command: nodePath,
        args: ["esbuild.mjs", "--vsix"],
        cwd: repository,
        env: {
          PATH: `${join(repository, "node_modules", ".bin")}:/usr/local/bin:/usr/bin:/bin`,
          HOME: process.env["HOME"],
        },
        timeoutMs: 180_000,
      });
    }
    return product;
  });
}

/** Modification time over files and everything below folders; 0 where `pick` is `Math.min` and one is missing. */
async function newest(paths: readonly string[], pick: (a: number, b: number) => number): Promise<number> {
  let result: number | undefined;
  for (const path of paths) {
    const info = await stat(path).catch(() => undefined);
    if (info === undefined) {
      result = pick === Math.min ? 0 : result;
      continue;
    }
    const below = info.isDirectory() ? (await readdir(path)).map((name) => join(path, name)) : [];
    const value = below.length > 0 ? await newest(below, pick) : info.mtimeMs;
    result = result === undefined ? value : pick(result, value);
  }
  return result ?? 0;
}

/** Process id of the broker that runs in the temporary home, when one does. */
export function findBroker(home: string): number | undefined {
  return processesAtHome(home).find((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "latin1")
        .split("\0")
        .some((part) => part.endsWith("/broker.js"));
    } catch {
      return false;
    }
  });
}

/**
 * Ends the broker of a home and keeps another from starting, by taking its program away. Returns what brings it back.
 * At once, so that it can happen between two steps of an agent.
 */
export function removeBroker(home: string, program: string): () => void {
  renameSync(program, `${program}.away`);
  const pid = findBroker(home);
  if (pid !== undefined) {
    process.kill(pid, "SIGKILL");
  }
  return () => {
    renameSync(`${program}.away`, program);
  };
}

/** Path of the broker's program inside the extension that is installed below `root`. */
export async function installedBroker(root: string): Promise<string> {
  const extensions = join(root, "extensions");
  const folder = (await readdir(extensions)).find((name) => name.startsWith("signalbox.signalbox-"));
  return join(extensions, folder ?? "missing", "dist", "broker.js");
}
