import { join } from "node:path";
import { detailsText } from "../approve/question-text.ts";
import { makeVisibleLine } from "../base/visible-text.ts";
import { placesOf, preparePlaces, stateDirectory } from "../broker/places.ts";
import type { Question } from "../broker/protocol.ts";
import { readOwnFile, writeDurably } from "../record/durable-file.ts";
import { exitCodes, print, printJson, UsageError, type Command, type CommandContext } from "./command.ts";
import { onlyPositional, parseOptions } from "./options.ts";
import { answerPrompt, questionScreen, toldAnswer, typedOf } from "./question-screen.ts";
import { takeSeat, whoHoldsTerminal, type TerminalSeat } from "./terminal-approver.ts";
import { newTerminalKey, openTerminalKey, passphraseMinimum } from "./terminal-key.ts";
import { openTerminal, type HumanTerminal, type TtyTerminal } from "./terminal.ts";

/** What keeps a human from answering here; one sentence, with the remedy. */
class NoSeatError extends Error {
  override readonly name = "NoSeatError";
}

const tries = 3;
const letIn =
  "this key is not enrolled, and another one is: let it in there (an editor's window, or `signalbox approve`); Ctrl-C gives up\n";
/** Asks for the human's attention. */
const bell = "\u0007";

export const approverCommand: Command = {
  name: "approver",
  summary: "make a key for this terminal, so that questions can be answered without an editor",
  help: `usage: signalbox approver create [--replace]
       signalbox approver show [--json]

create makes an Ed25519 key, sealed with a passphrase that you type, and enrols it: as the first one where nobody is
enrolled, otherwise once an enrolled approver (your editor) has let it in. Answer with \`signalbox approve\`.
An agent runs as you and may read files as you: what it does not have is the passphrase.

exit codes: 0 done, 1 not enrolled`,
  async run(args, context) {
    const parsed = parseOptions(args, { replace: "flag", json: "flag" });
    switch (onlyPositional(parsed, "create or show")) {
      case "create":
        return create(context, parsed.flags.has("replace"));
      case "show":
        return show(context, parsed.flags.has("json"));
      default:
        throw new UsageError("there are `create` and `show`");
    }
  },
};

export const approveCommand: Command = {
  name: "approve",
  summary: "answer, on this terminal, what waits for a human",
  help: `usage: signalbox approve [QUESTION]

Stays, shows each question as it comes and takes your answer, until you press Ctrl-C; with QUESTION (an id that
\`signalbox approvals\` shows) only that one. Enter denies. It needs a key of this terminal: \`signalbox approver create\`.

exit codes: 0 the question was answered or left, 1 there is no key or no terminal, or the answer was not taken`,
  async run(args, context) {
    const parsed = parseOptions(args, {});
    const [wanted, ...more] = parsed.positionals;
    if (more.length > 0) {
      throw new UsageError(`unexpected argument \`${more[0] ?? ""}\``);
    }
    return atTerminal(context, async (terminal, seat) => {
      if (wanted === undefined) {
        return watch(terminal, seat);
      }
      const question = seat.pending().find(({ id }) => id === wanted);
      if (question === undefined) {
        terminal.write(`no question \`${makeVisibleLine(wanted)}\` waits\n`);
        return exitCodes.failed;
      }
      return (await answerHere(terminal, seat, question)) ? exitCodes.done : exitCodes.failed;
    });
  },
};

/** Until the human leaves, or the broker does not let this key in any more. */
async function watch(terminal: HumanTerminal, seat: TerminalSeat): Promise<number> {
  const shown = new Set<string>();
  const over = new Promise<number>((resolve) => {
    terminal.left.addEventListener("abort", () => resolve(exitCodes.done), { once: true });
    seat.onConnection((sentence, hope) => {
      terminal.write(`${makeVisibleLine(sentence)}\n`);
      if (!hope) {
        resolve(exitCodes.failed);
      }
    });
  });
  while (!terminal.left.aborted) {
    terminal.write("waiting for questions; Ctrl-C leaves\n");
    const question = await Promise.race([seat.next(shown), over]);
    if (typeof question === "number") {
      return question;
    }
    shown.add(question.id);
    terminal.write(bell);
    await answerHere(terminal, seat, question);
  }
  return exitCodes.done;
}

/** Runs `work` with a human at a terminal that no agent holds, and an enrolled key. */
export async function atTerminal(
  context: CommandContext,
  work: (terminal: HumanTerminal, seat: TerminalSeat) => Promise<number>,
): Promise<number> {
  const terminal = terminalOf();
  try {
    const stored = readOwnFile(keyFile(context));
    if (!stored.ok || stored.value === undefined) {
      throw new NoSeatError(
        stored.ok
          ? "this terminal has no key yet\n  help: `signalbox approver create` makes one; or answer in the editor"
          : stored.error,
      );
    }
    const seat = await seated(context, terminal, stored.value);
    terminal.absence = seat;
    try {
      return await work(terminal, seat);
    } finally {
      terminal.absence = undefined;
      seat.leave();
    }
  } finally {
    terminal.close();
  }
}

/** Shows one question and takes the answer. False where it was over before, or the broker did not take the answer. */
export async function answerHere(
  terminal: HumanTerminal,
  seat: TerminalSeat,
  question: Question,
): Promise<boolean> {
  const ended = seat.ended(question);
  const { kind } = question;
  terminal.write(`\n${questionScreen(question, terminal, seat.pending().length - 1)}\n`);
  for (;;) {
    const line = await terminal.ask(answerPrompt(question), { until: ended });
    if (ended.aborted) {
      terminal.write(`nothing to answer any more: ${makeVisibleLine(String(ended.reason))}\n`);
      return false;
    }
    const typed = line === undefined ? "later" : typedOf(line, question);
    switch (typed) {
      case "view":
        terminal.write(`\n${detailsText(question)}\n`);
        break;
      case "unknown":
        terminal.write(`\`${makeVisibleLine(line ?? "")}\` is no answer; type one of the letters\n`);
        break;
      case "later":
        terminal.write(`left as it is; \`signalbox approve ${question.id}\` comes back to it\n`);
        return true;
      default: {
        const taken = await seat.answer(question, typed);
        terminal.write(
          taken.ok ? `${toldAnswer(typed, kind)}\n` : `not taken: ${makeVisibleLine(taken.error)}\n`,
        );
        return taken.ok;
      }
    }
  }
}

async function create(context: CommandContext, replace: boolean): Promise<number> {
  const terminal = terminalOf();
  try {
    const file = keyFile(context);
    const stored = readOwnFile(file);
    if (stored.ok && stored.value !== undefined && !replace) {
      throw new NoSeatError(`there is a key already: \`${file}\`\n  help: \`--replace\` makes another`);
    }
    const passphrase = await newPassphrase(terminal);
    const prepared = preparePlaces(placesOf(stateDirectory(context.home)));
    if (!prepared.ok) {
      throw new NoSeatError(prepared.error);
    }
    const text = newTerminalKey(passphrase);
    // A key that works is given up only for one that does: until then, it may be what lets the other in.
    const replaced = stored.ok && stored.value !== undefined;
    if (!replaced) {
      writeDurably(file, text);
    }
    const key = openTerminalKey(text, passphrase);
    if (!key.ok) {
      throw new NoSeatError(key.error);
    }
    const seat = await takeSeat(context.home, key.value, {
      left: terminal.left,
      waiting: () => terminal.write(letIn),
    });
    if (!seat.ok) {
      throw new NoSeatError(
        `${replaced ? "the key there is stays, because the new one" : "the key was made, but"} is not enrolled: ${seat.error}`,
      );
    }
    if (replaced) {
      writeDurably(file, text);
    }
    terminal.write(`enrolled as ${seat.value.keyId}; \`signalbox approve\` answers what waits\n`);
    seat.value.leave();
    return exitCodes.done;
  } finally {
    terminal.close();
  }
}

function show(context: CommandContext, json: boolean): number {
  const stored = readOwnFile(keyFile(context));
  const exists = stored.ok && stored.value !== undefined;
  if (json) {
    printJson(context.stdout, { file: keyFile(context), exists });
  } else {
    print(
      context.stdout,
      exists ? keyFile(context) : "this terminal has no key; `signalbox approver create` makes one",
    );
  }
  return exists ? exitCodes.done : exitCodes.failed;
}

async function newPassphrase(terminal: HumanTerminal): Promise<string> {
  for (let attempt = 0; attempt < tries; attempt++) {
    const first = await typed(terminal, `new passphrase (at least ${passphraseMinimum} characters): `);
    if (first.length < passphraseMinimum) {
      terminal.write("too short\n");
    } else if (first === (await typed(terminal, "once more: "))) {
      return first;
    } else {
      terminal.write("they differ\n");
    }
  }
  throw new NoSeatError("no key was made");
}

async function seated(
  context: CommandContext,
  terminal: HumanTerminal,
  stored: string,
): Promise<TerminalSeat> {
  for (let attempt = 0; attempt < tries; attempt++) {
    const key = openTerminalKey(stored, await typed(terminal, "passphrase: "));
    if (!key.ok) {
      terminal.write(`${key.error}\n`);
      continue;
    }
    const seat = await takeSeat(context.home, key.value, {
      left: terminal.left,
      waiting: () => terminal.write(letIn),
    });
    if (!seat.ok) {
      throw new NoSeatError(seat.error);
    }
    return seat.value;
  }
  throw new NoSeatError("nothing was answered");
}

async function typed(terminal: HumanTerminal, prompt: string): Promise<string> {
  const line = await terminal.ask(prompt, { hidden: true });
  if (line === undefined) {
    throw new NoSeatError("broken off; nothing was answered");
  }
  return line;
}

function terminalOf(): TtyTerminal {
  const holder = whoHoldsTerminal(process.pid);
  if (holder !== undefined) {
    throw new NoSeatError(holder);
  }
  const terminal = openTerminal();
  if (terminal === undefined) {
    throw new NoSeatError(
      "there is no terminal to type at; run this in a terminal of your own, or answer in the editor",
    );
  }
  return terminal;
}

function keyFile({ home }: CommandContext): string {
  return join(stateDirectory(home), "terminal-key.json");
}
