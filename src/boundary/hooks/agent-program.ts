import { execFile } from "node:child_process";
import { accessSync, constants, existsSync, realpathSync, statSync } from "node:fs";
import { delimiter, isAbsolute, join, relative } from "node:path";
import type { AgentProbe } from "./probe.ts";

/** Where programs are looked for, and what they get to see. */
export interface ProgramPlace {
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A folder that agents may write to, where that is known. */
  readonly workspace?: string;
}

const versionMs = 5000;

/**
 * The path of the agent's own program; undefined where none is installed. INVARIANT: it is none of a workspace's, because an agent
 * could put one there that we would start; npm puts such folders into the PATH of everything that it runs.
 */
export function programOf({ programs }: AgentProbe, place: ProgramPlace): string | undefined {
  return programs.map((name) => onPath(name, place)).find((path) => path !== undefined);
}

/** The version as the program says it; undefined where it says nothing that looks like one. */
export function versionOf(program: string, { home, env }: ProgramPlace): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(
      program,
      ["--version"],
      { timeout: versionMs, killSignal: "SIGKILL", env: { HOME: home, PATH: env["PATH"] ?? "" }, cwd: "/" },
      (_error, stdout) => {
        resolve(/\d+\.\d+(?:\.\d+)?(?:-[\w.]+)?/.exec(stdout)?.[0]);
      },
    );
  });
}

function onPath(name: string, { env, workspace }: ProgramPlace): string | undefined {
  return (env["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => isAbsolute(folder) && !/[\\/]node_modules[\\/]\.bin[\\/]*$/.test(folder))
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        const real = realpathSync(file);
        return (
          statSync(real).isFile() &&
          (workspace === undefined || [file, real].every((each) => !isWithin(each, workspace)))
        );
      } catch {
        return false;
      }
    });
}

function isWithin(file: string, folder: string): boolean {
  const inside = relative(folder, file);
  return !inside.startsWith("..") && !isAbsolute(inside);
}

/** Whether the agent is on this machine: by its program, or by what it leaves at home when it is used. Looks at files only. */
export function isOnMachine(probe: AgentProbe, place: ProgramPlace): boolean {
  return (
    programOf(probe, place) !== undefined || probe.traces.some((name) => existsSync(join(place.home, name)))
  );
}
