import type { Answer, Question } from "../broker/protocol.ts";
import { grantWords } from "../approve/grants.ts";
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
export type Reply = Answer | "details" | "rule" | "review";

/** What a button of the dialog stands for: a reply, or the list of further ones. */
export type ButtonReply = Reply | "more";

type Kind = Question["kind"];

interface Choice {
  readonly title: string;
  readonly answer: ButtonReply;
}

const deny: Choice = { title: "Deny", answer: "deny" };
const details: Choice = { title: "Show details", answer: "details" };

/** INVARIANT: denying comes first everywhere, because Enter picks the first button. */
const choices: { readonly [K in Kind]: readonly Choice[] } = {
  request: [
    deny,
    { title: "Allow once", answer: "allow_once" },
    { title: "More…", answer: "more" },
    { title: "Deny and kill session", answer: "kill" },
    details,
  ],
  pause: [
    { title: "Deny them all", answer: "deny" },
    { title: "Show me each", answer: "allow_once" },
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

/** One of the further replies, for a list. */
export interface MoreChoice {
  readonly label: string;
  readonly detail: string;
  readonly reply: Reply | "back";
}

/** INVARIANT: the first line, which Enter picks, answers nothing. */
const back: MoreChoice = { label: "Back to the question", detail: "Answers nothing", reply: "back" };

/**
 * What `More…` offers: the wider answers that this question takes, a rule in their place, and the list of all that wait.
 * `waiting` counts further questions.
 */
export function moreChoices(
  { grants = [] }: Pick<Question, "grants">,
  waiting: number,
): readonly MoreChoice[] {
  return [
    back,
    ...grants.map((answer) => ({
      label: `Allow ${grantWords[answer]}`,
      detail: "Listed among the approvals, where it can be taken back at any time",
      reply: answer,
    })),
    {
      label: "Make a rule from this…",
      detail:
        grants.length === 0
          ? "This is allowed only once at a time; a rule of the policy decides it for good"
          : "Shows the narrowest change of the policy that decides this without you; the question stays open",
      reply: "rule" as const,
    },
    ...(waiting === 0
      ? []
      : [
          {
            label: `Review all ${waiting + 1} questions…`,
            detail: "One list of everything that waits, to answer in any order or to deny at once",
            reply: "review" as const,
          },
        ]),
  ];
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
    buttons: choices[question.kind].map((choice) => choice.title),
  };
}

/** The reply for a button's title. Anything else, and a box that was closed, denies. */
export function replyOf(question: Pick<Question, "kind">, title: string | undefined): ButtonReply {
  return choices[question.kind].find((choice) => choice.title === title)?.answer ?? "deny";
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
