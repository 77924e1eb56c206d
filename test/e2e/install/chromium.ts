import { installProgram } from "./apt.ts";

/** Returns chromium's path, installing Debian's package when it is missing. Throws with what to do where that is not possible. */
export async function installChromium(progress: (line: string) => void): Promise<string> {
  return installProgram({ name: "chromium", path: "/usr/bin/chromium" }, progress);
}
