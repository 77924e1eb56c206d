import type { ChildProcess } from "node:child_process";
import { constants } from "node:os";
import { makeVisibleLine } from "../base/visible-text.ts";
import { print, type CommandContext } from "./command.ts";

/**
 * Waits for a command and gives its exit code, 128 and the signal's number where a signal ended it. This process stays
 * meanwhile: it is how the broker knows what belongs to a task.
 */
export function follow(child: ChildProcess, program: string, context: CommandContext): Promise<number> {
  // A terminal sends Ctrl-C to both of us: the agent decides what it means.
  const deaf = (): void => undefined;
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on("SIGINT", deaf);
  process.on("SIGTERM", forward);
  process.on("SIGHUP", forward);
  return new Promise((resolve) => {
    const finish = (code: number): void => {
      process.off("SIGINT", deaf);
      process.off("SIGTERM", forward);
      process.off("SIGHUP", forward);
      resolve(code);
    };
    child.on("error", (error: NodeJS.ErrnoException) => {
      print(
        context.stderr,
        `signalbox run: \`${makeVisibleLine(program)}\` cannot be started (${error.code ?? "unknown"})`,
      );
      finish(127);
    });
    child.on("exit", (code, signal) => {
      finish(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
