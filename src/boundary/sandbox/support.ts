import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { err, ok, type Result } from "../../base/result.ts";
import { systemCalls } from "./system-calls.ts";

/** Why no sandbox can be made here, and what to do about it. */
export interface Unsupported {
  readonly reason: string;
  readonly remedy: string;
}

const places = ["/usr/bin/bwrap", "/bin/bwrap", "/usr/local/bin/bwrap"];

/** The program that makes sandboxes, proved by making one. Never looked up in PATH, which an agent may have set. */
export function findBwrap(
  platform: NodeJS.Platform = process.platform,
  arch: string = process.arch,
): Result<string, Unsupported> {
  if (platform !== "linux") {
    return err({
      reason: `sandboxes are made on Linux only so far, and this is ${platform}`,
      remedy: "leave out `--sandbox`: the agent's hooks still hold (level L0)",
    });
  }
  if (!systemCalls.has(arch)) {
    return err({
      reason: `the system calls of ${arch} are not known here, so they could not be filtered`,
      remedy: "leave out `--sandbox`: the agent's hooks still hold (level L0)",
    });
  }
  const path = places.find((place) => existsSync(place));
  if (path === undefined) {
    return err({
      reason: "bubblewrap is not installed",
      remedy: "install it (`sudo apt install bubblewrap`, `sudo dnf install bubblewrap`)",
    });
  }
  const tried = spawnSync(
    path,
    ["--unshare-user", "--unshare-pid", "--ro-bind", "/", "/", "--proc", "/proc", "--", "/bin/true"],
    { encoding: "utf8", timeout: 10_000, stdio: ["ignore", "ignore", "pipe"], env: {} },
  );
  return tried.status === 0 ? ok(path) : err(whyRefused(tried.stderr ?? ""));
}

/** What bwrap says where the system refuses it is right, and says nothing to most people. */
export function whyRefused(said: string): Unsupported {
  const line = said.trim().split("\n")[0]?.slice(0, 200) ?? "";
  const namespaces = /namespace|uid map|Operation not permitted|loopback/i.test(line);
  return {
    reason: `bubblewrap is not allowed to make a sandbox here (${line === "" ? "it said nothing" : line})`,
    remedy: namespaces
      ? "on Ubuntu 24.04 and later an AppArmor profile for bwrap has to be in place (`bwrap-userns-restrict` of apparmor-profiles); inside a container it has to be started with user namespaces allowed"
      : "run `bwrap --unshare-user --ro-bind / / /bin/true` to see what is in its way",
  };
}
