import { existsSync } from "node:fs";
import { runCommand } from "../harness/process.ts";
import { withLock } from "./lock.ts";

const chromium = "/usr/bin/chromium";

/** Returns chromium's path, installing Debian's package when it is missing. Throws with what to do where that is not possible. */
export async function installChromium(progress: (line: string) => void): Promise<string> {
  return withLock("install-chromium", async () => {
    if (existsSync(chromium)) {
      return chromium;
    }
    progress("installing chromium with apt-get");
    const startedAt = Date.now();
    await apt(["update"]);
    await apt(["install", "-y", "--no-install-recommends", "chromium"]);
    if (!existsSync(chromium)) {
      throw new Error(
        `apt-get installed chromium, but ${chromium} is not there; install it by hand and run again`,
      );
    }
    progress(`installed chromium in ${Math.round((Date.now() - startedAt) / 1000)} s`);
    return chromium;
  });
}

async function apt(args: readonly string[]): Promise<void> {
  const isRoot = process.getuid?.() === 0;
  const command = ["apt-get", "-o", "DPkg::Lock::Timeout=300", ...args];
  // sudo must not stop for a password: nobody sits in front of a test.
  const [program, ...rest] = isRoot ? command : ["sudo", "-n", ...command];
  try {
    await runCommand({
      command: program ?? "apt-get",
      args: rest,
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" },
      timeoutMs: 8 * 60_000,
    });
  } catch (error) {
    throw new Error(
      `chromium is missing and cannot be installed (${error instanceof Error ? error.message : String(error)}); run \`sudo apt-get install chromium\` and try again`,
      { cause: error },
    );
  }
}
