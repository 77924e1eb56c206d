import type { Answer, Question } from "../broker/protocol.ts";
import { isNamed, summaryBlocks } from "../approve/question-text.ts";
import { cutInside, makePlainLine, makeVisibleLine } from "../base/visible-text.ts";

/** What a modal shows. The first button is what Enter does; closing the box any other way is the answer `deny`. */
export interface ModalContent {
  readonly headline: string;
  readonly detail: string;
  readonly buttons: readonly string[];
}

/** What the window knows besides the question. */
export interface ModalSurroundings {
  /** Further questions that wait for this one. */
  readonly waiting: number;
  /** Local time of day at which silence becomes a denial, as people write it (`14:05:12`). */
  readonly until: string;
}

/** An answer, or the wish to read first: the question stays open meanwhile. */
export type Reply = Answer | "details";

type Kind = Question["kind"];

interface Choice {
  readonly title: string;
  readonly answer: Reply;
}

const deny: Choice = { title: "Deny", answer: "deny" };
const details: Choice = { title: "Show details", answer: "details" };

/** INVARIANT: denying comes first everywhere, because Enter picks the first button. */
const choices: { readonly [K in Kind]: readonly Choice[] } = {
  request: [
    deny,
    { title: "Allow once", answer: "allow_once" },
    { title: "Deny and kill session", answer: "kill" },
    details,
  ],
  reopen: [{ title: "Keep it killed", answer: "deny" }, { title: "Reopen", answer: "allow_once" }, details],
  uninstall: [
    { title: "Keep Signalbox", answer: "deny" },
    { title: "Uninstall", answer: "allow_once" },
    details,
  ],
  policy_approval: [
    { title: "Do not approve", answer: "deny" },
    { title: "Approve", answer: "allow_once" },
    details,
  ],
  bind_task: [
    { title: "Not this task", answer: "deny" },
    { title: "Work at this task", answer: "allow_once" },
    details,
  ],
  enroll: [
    { title: "Keep it out", answer: "deny" },
    { title: "Let it approve", answer: "allow_once" },
    details,
  ],
};

const forSession: Choice = { title: "Allow until the session ends", answer: "allow_session" };

function choicesOf({ kind, grant }: Pick<Question, "kind" | "grant">): readonly Choice[] {
  const [first, second, ...others] = choices[kind];
  return grant === "session" && first !== undefined && second !== undefined
    ? [first, second, forSession, ...others]
    : choices[kind];
}

const headlineBudget = 240;
const headlineEnd = 90;
const textBudget = 1400;

/** The dialog for one question: first what it would do, then who and why, then the text with nothing hidden in it. */
export function modalContent(question: Question, surroundings: ModalSurroundings): ModalContent {
  const blocks = [...summaryBlocks(question, textBudget), footer(surroundings)];
  return {
    // Whether it can be undone stands at the end: a name that fills the line must not push it out.
    headline: cutInside(makeVisibleLine(question.headline), headlineBudget, headlineEnd),
    detail: blocks.join("\n\n"),
    buttons: choicesOf(question).map((choice) => choice.title),
  };
}

/** The reply for a button's title. Anything else, and a box that was closed, denies. */
export function replyOf(question: Pick<Question, "kind" | "grant">, title: string | undefined): Reply {
  return choicesOf(question).find((choice) => choice.title === title)?.answer ?? "deny";
}

/** `agent: headline` for notifications. */
export function questionLine(question: Question): string {
  const who = isNamed(question.agent) ? `${makePlainLine(question.agent)}: ` : "";
  return cutInside(`${who}${makePlainLine(question.headline)}`, headlineBudget, headlineEnd);
}

function footer({ waiting, until }: ModalSurroundings): string {
  const more =
    waiting === 0
      ? ""
      : waiting === 1
        ? "1 more question is waiting. "
        : `${waiting} more questions are waiting. `;
  return `${more}Without an answer it is denied at ${until}.`;
}
