import { execFile } from "node:child_process";
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { AgentProbe } from "./probe.ts";

/** Where programs are looked for, and what they get to see. */
export interface ProgramPlace {
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const versionMs = 5000;

/** The path of the agent's own program; undefined where none is installed. */
export function programOf({ programs }: AgentProbe, { env }: ProgramPlace): string | undefined {
  return programs.map((name) => onPath(name, env["PATH"] ?? "")).find((path) => path !== undefined);
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

function onPath(name: string, path: string): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => folder.startsWith("/") || /^[A-Za-z]:\\/.test(folder))
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return statSync(file).isFile();
      } catch {
        return false;
      }
    });
}

/** Whether the agent is on this machine: by its program, or by what it leaves at home when it is used. Looks at files only. */
export function isOnMachine(probe: AgentProbe, place: ProgramPlace): boolean {
  return (
    programOf(probe, place) !== undefined || probe.traces.some((name) => existsSync(join(place.home, name)))
  );
}
