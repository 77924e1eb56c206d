import type { Readable, Writable } from "node:stream";

/** What a command may touch: handed in, so that tests run commands without a process. */
export interface CommandContext {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly cwd: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** Whole help text: usage lines, options, exit codes. */
  readonly help: string;
  /** Resolves to the exit code. A `UsageError` becomes exit code 2 with the help's address. */
  run(args: readonly string[], context: CommandContext): Promise<number>;
}

/** Exit codes of DESIGN.md 5. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  allow: 0,
  ask: 10,
  deny: 11,
  kill: 12,
} as const;

/** The caller used the command wrongly, or handed it a policy that does not load. Exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";

  static is(error: unknown): error is UsageError {
    return error instanceof UsageError;
  }
}

export function print(stream: Writable, text: string): void {
  stream.write(text.endsWith("\n") ? text : `${text}\n`);
}

export function printJson(stream: Writable, value: unknown): void {
  stream.write(`${JSON.stringify(value, null, 2)}\n`);
}
