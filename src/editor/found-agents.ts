import { execFile } from "node:child_process";
import { join } from "node:path";
import { isOnMachine, type ProgramPlace } from "../boundary/hooks/agent-program.ts";
import { status } from "../boundary/hooks/install.ts";
import { hookFilesOf } from "../boundary/hooks/install-plan.ts";
import { probes } from "../boundary/hooks/probes.ts";
import type { FoundAgent } from "./agent-offer-text.ts";
import { userInstall } from "./user-install.ts";

/** Agents that are on this machine and have no hooks of ours, although they could. Takes a few milliseconds. */
export function ungovernedAgents(extensionPath: string, place: ProgramPlace): readonly FoundAgent[] {
  return probes
    .filter((probe) => isOnMachine(probe, place))
    .filter(({ agent, sharesHooksOf = agent }) => {
      const options = userInstall(extensionPath, sharesHooksOf, place.home);
      return hookFilesOf(options).ok && status(options).state === "missing";
    })
    .map(({ agent, title }) => ({ agent, title }));
}

const installMs = 60_000;

/**
 * Installs hooks and rules by the bundled command line, in a process of its own. Resolves with what is left to do, one sentence each;
 * rejects with the command line's own words.
 */
export function governAgents(extensionPath: string, agents: readonly string[]): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const program = join(extensionPath, "dist", "cli.js");
    const { NODE_OPTIONS: _options, NODE_PATH: _path, ...env } = process.env;
    execFile(
      process.execPath,
      [program, "install", ...agents],
      { timeout: installMs, killSignal: "SIGKILL", env: { ...env, ELECTRON_RUN_AS_NODE: "1" } },
      (error, stdout, stderr) => {
        if (error === null) {
          resolve(stdout.split("\n").flatMap((line) => /: to do: (.+)$/.exec(line)?.[1] ?? []));
        } else {
          reject(new Error(stderr.trim().split("\n")[0] ?? "the command line could not be started"));
        }
      },
    );
  });
}
