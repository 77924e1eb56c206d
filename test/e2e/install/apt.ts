import { existsSync } from "node:fs";
import { runCommand } from "../harness/process.ts";
import { withLock } from "./lock.ts";

/** A program of one of Debian's packages. */
export interface SystemProgram {
  readonly name: string;
  readonly path: string;
}

/** Returns the program's path, installing its package when it is missing. Throws with what to do where that is not possible. */
export async function installProgram(
  { name, path }: SystemProgram,
  progress: (line: string) => void,
): Promise<string> {
  return withLock(`install-${name}`, async () => {
    if (existsSync(path)) {
      return path;
    }
    progress(`installing ${name} with apt-get`);
    const startedAt = Date.now();
    await apt(name, ["update"]);
    await apt(name, ["install", "-y", "--no-install-recommends", name]);
    if (!existsSync(path)) {
      throw new Error(
        `apt-get installed ${name}, but ${path} is not there; install it by hand and run again`,
      );
    }
    progress(`installed ${name} in ${Math.round((Date.now() - startedAt) / 1000)} s`);
    return path;
  });
}

async function apt(name: string, args: readonly string[]): Promise<void> {
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
      `${name} is missing and cannot be installed (${error instanceof Error ? error.message : String(error)}); run \`sudo apt-get install ${name}\` and try again`,
      { cause: error },
    );
  }
}
