import { openSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { ReadStream, WriteStream } from "node:tty";
import { LineInput } from "./line-input.ts";

/** The terminal that a human sits at, whatever the standard streams are connected to. */
export interface HumanTerminal {
  /** Aborted once the human pressed Ctrl-C or Ctrl-D, or the terminal is gone. Nothing is asked any more from then on. */
  readonly left: AbortSignal;
  readonly columns: number;
  readonly rows: number;
  write(text: string): void;
  /** One line as typed; undefined where the human has left or `until` was aborted. */
  ask(prompt: string, options?: AskOptions): Promise<string | undefined>;
  close(): void;
}

export interface AskOptions {
  /** A secret: nothing of it is shown, and pasting it is fine. All else is an answer, which is only what was typed. */
  readonly hidden?: boolean;
  /** The question is void once this is aborted. */
  readonly until?: AbortSignal;
}

/** Somebody who has to know that the human is away while the process is stopped (Ctrl-Z). */
export interface Absence {
  away(): void;
  back(): void;
}

/**
 * How long the keys must have rested, in ms, before one counts as an answer: what was typed before a question could be read
 * was meant for something else.
 */
const restMs = 400;
/** How long a stop signal takes to arrive, in ms. */
const stopMs = 50;

const ctrlC = "\u0003";
const ctrlD = "\u0004";
const ctrlZ = "\u001a";
const startBracketing = "\u001b[?2004h";
const endBracketing = "\u001b[?2004l";

/** Opens the controlling terminal; undefined where there is none (a pipe, a service, an agent's tool). */
export function openTerminal(): TtyTerminal | undefined {
  try {
    return new TtyTerminal(
      new ReadStream(openSync("/dev/tty", "r")),
      new WriteStream(openSync("/dev/tty", "w")),
    );
  } catch {
    return undefined;
  }
}

interface Asked {
  readonly prompt: string;
  readonly line: LineInput;
  readonly finish: (line: string | undefined) => void;
}

/** In raw mode from the beginning to the end, so that nothing typed is echoed by the terminal itself or kept for later. */
export class TtyTerminal implements HumanTerminal {
  absence: Absence | undefined;
  private readonly input: ReadStream;
  private readonly output: WriteStream;
  private readonly leaving = new AbortController();
  private readonly decoder = new StringDecoder("utf8");
  private readonly continued = (): void => this.restore();
  private asked: Asked | undefined;
  /** When keys count as an answer, as `performance.now()`. */
  private restedAt = 0;
  private stopped = false;
  private ignored: NodeJS.Timeout | undefined;

  constructor(input: ReadStream, output: WriteStream) {
    this.input = input;
    this.output = output;
    const gone = (): void => this.leave();
    input.on("data", (chunk) => this.take(this.decoder.write(chunk)));
    input.on("end", gone).on("error", gone).on("close", gone);
    output.on("error", gone);
    process.on("SIGCONT", this.continued);
    input.setRawMode(true);
    this.write(startBracketing);
  }

  get left(): AbortSignal {
    return this.leaving.signal;
  }

  get columns(): number {
    return Math.max(this.output.columns || 80, 20);
  }

  get rows(): number {
    return Math.max(this.output.rows || 24, 10);
  }

  write(text: string): void {
    if (!this.output.destroyed) {
      this.output.write(text);
    }
  }

  ask(prompt: string, { hidden = false, until }: AskOptions = {}): Promise<string | undefined> {
    if (this.left.aborted || until?.aborted === true) {
      return Promise.resolve(undefined);
    }
    return new Promise((resolve) => {
      const finish = (line: string | undefined): void => {
        this.asked = undefined;
        this.left.removeEventListener("abort", drop);
        until?.removeEventListener("abort", drop);
        this.write("\n");
        resolve(line);
      };
      const drop = (): void => finish(undefined);
      this.left.addEventListener("abort", drop);
      until?.addEventListener("abort", drop);
      this.asked = { prompt, line: new LineInput(hidden), finish };
      this.restedAt = hidden ? 0 : performance.now() + restMs;
      this.write(prompt);
    });
  }

  close(): void {
    process.off("SIGCONT", this.continued);
    this.write(endBracketing);
    if (!this.input.destroyed) {
      this.input.setRawMode(false);
    }
    this.input.destroy();
    this.output.destroy();
  }

  private take(text: string): void {
    if (text.includes(ctrlC) || text === ctrlD) {
      this.leave();
    } else if (text.includes(ctrlZ)) {
      this.stop();
    } else if (this.asked !== undefined && performance.now() >= this.restedAt) {
      const { line, prompt, finish } = this.asked;
      const taken = line.take(text);
      this.write(taken.echo);
      if (taken.kind === "line") {
        finish(taken.line);
      } else if (taken.kind === "pasted") {
        this.restedAt = performance.now() + restMs;
        this.write(`\npasted text is no answer; type it\n${prompt}`);
      }
    } else if (this.restedAt > 0) {
      this.restedAt = performance.now() + restMs;
    }
  }

  private leave(): void {
    this.leaving.abort();
  }

  /** What Ctrl-Z does in any other program, with the terminal as it was found. */
  private stop(): void {
    this.stopped = true;
    this.absence?.away();
    this.write(`${endBracketing}\nstopped; nothing is answered until \`fg\`\n`);
    this.input.setRawMode(false);
    process.kill(0, "SIGTSTP");
    // Where nobody could continue it, the system ignores the signal: then this is not stopped at all.
    this.ignored = setTimeout(this.continued, stopMs);
  }

  /** A shell gives the terminal back in its own mode, whoever stopped this process. */
  private restore(): void {
    clearTimeout(this.ignored);
    if (this.input.destroyed) {
      return;
    }
    this.input.setRawMode(false);
    this.input.setRawMode(true);
    this.write(startBracketing);
    if (this.stopped) {
      this.stopped = false;
      this.absence?.back();
      this.write(this.asked?.prompt ?? "");
    }
  }
}
