import { print, type CommandContext } from "./command.ts";
import type { ParsedOptions } from "./options.ts";

/** What is being looked at, for whoever waits. */
export interface Progress {
  readonly say: (what: string) => void;
  readonly done: () => void;
}

/** One line that is written over, on a terminal; a line each where somebody asked for it. */
export function progressTo({ flags }: ParsedOptions, { stderr }: CommandContext): Progress {
  const onTerminal = "isTTY" in stderr && stderr.isTTY === true;
  if (onTerminal) {
    return {
      say: (what) => stderr.write(`\r\u001b[Klooking at ${what} …`),
      done: () => stderr.write("\r\u001b[K"),
    };
  }
  return {
    say: (what) => (flags.has("progress") ? print(stderr, `looking at ${what} …`) : undefined),
    done: () => undefined,
  };
}
