import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root. */
export const repository: string = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");

/** What is fetched or built for tests only; ignored by git, safe to delete at any time. */
export const cacheFolder: string = join(repository, ".cache");

/** Where a failed end-to-end test leaves its logs and screenshots. */
export const logsFolder: string = join(cacheFolder, "e2e-logs");

/** The Node that runs the tests is the one that runs the tools, so that nothing depends on the machine's own. */
export const nodePath: string = process.execPath;

/** Why the end-to-end tests cannot run on this machine; undefined when they can. */
export function whyNoEndToEnd(): string | undefined {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < 24) {
    return `they need Node 24 or newer and this is ${process.versions.node}; run them through npm, which puts node_modules/.bin first`;
  }
  if (process.platform !== "linux") {
    return `they drive a Linux build of the editor and this is ${process.platform}`;
  }
  if (!existsSync("/usr/bin/chromium") && !existsSync("/usr/bin/apt-get")) {
    return "they need /usr/bin/chromium, and there is no apt-get to install it with; install chromium there and run again";
  }
  return undefined;
}
