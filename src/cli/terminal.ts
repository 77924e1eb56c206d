import { closeSync, openSync, writeSync } from "node:fs";
import { ReadStream } from "node:tty";

/** The terminal that a human sits at, whatever the standard streams are connected to. */
export interface HumanTerminal {
  write(text: string): void;
  /** One line as typed; undefined where the human broke off. `hidden` shows nothing of it. */
  ask(prompt: string, options?: { readonly hidden?: boolean }): Promise<string | undefined>;
  close(): void;
}

const ctrlC = "\u0003";
const ctrlD = "\u0004";
const ctrlU = "\u0015";
const rubouts = new Set(["\u007f", "\b"]);
/** Longest line that is taken. */
const lineLimit = 1024;

/** Opens the controlling terminal; undefined where there is none (a pipe, a service, an agent's tool). */
export function openTerminal(): HumanTerminal | undefined {
  let descriptor: number;
  try {
    descriptor = openSync("/dev/tty", "r+");
  } catch {
    return undefined;
  }
  const input = new ReadStream(descriptor);
  return {
    write: (text) => void writeSync(descriptor, text),
    ask: (prompt, { hidden = false } = {}) => {
      const answer = readTyped(input, (text) => {
        if (!hidden) {
          writeSync(descriptor, text);
        }
      });
      // After raw mode is on: whoever types as soon as the prompt is there must not be echoed by the terminal itself.
      writeSync(descriptor, prompt);
      return answer.finally(() => writeSync(descriptor, "\n"));
    },
    close() {
      input.destroy();
      try {
        closeSync(descriptor);
      } catch {
        // The stream has closed it.
      }
    },
  };
}

/** Reads one line in raw mode, so that what is typed appears only where `echo` puts it. */
function readTyped(input: ReadStream, echo: (text: string) => void): Promise<string | undefined> {
  return new Promise((resolve) => {
    let line: readonly string[] = [];
    const finish = (result: string | undefined): void => {
      input.off("data", take);
      input.setRawMode(false);
      input.pause();
      resolve(result);
    };
    const take = (chunk: Buffer): void => {
      for (const character of chunk.toString("utf8")) {
        if (character === "\r" || character === "\n") {
          finish(line.join(""));
          return;
        }
        if (character === ctrlC || (character === ctrlD && line.length === 0)) {
          finish(undefined);
          return;
        }
        if (rubouts.has(character)) {
          echo(line.length === 0 ? "" : "\b \b");
          line = line.slice(0, -1);
        } else if (character === ctrlU) {
          echo("\b \b".repeat(line.length));
          line = [];
        } else if (character >= " " && line.length < lineLimit) {
          echo(character);
          line = [...line, character];
        }
      }
    };
    input.setRawMode(true);
    input.on("data", take);
    input.resume();
  });
}
