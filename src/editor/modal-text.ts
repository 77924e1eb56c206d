import type { Answer, Question } from "../broker/protocol.ts";
import { actionLine, isNamed, textTitles, titled, whoBlock } from "../approve/question-text.ts";
import { cutMiddle, firstLines, makePlainLine, makeVisibleLine, shorten } from "../base/visible-text.ts";

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

const headlineBudget = 240;
const textBudget = 1400;
const policyBudget = { lines: 24, width: 240 };
const mostRules = 6;
const mostActions = 6;

/** The dialog for one question: first what it would do, then who and why, then the text with nothing hidden in it. */
export function modalContent(question: Question, surroundings: ModalSurroundings): ModalContent {
  const blocks = [
    whoBlock(question),
    rulesBlock(question),
    actionsBlock(question),
    textBlock(question),
    footer(surroundings),
  ];
  return {
    headline: shorten(makeVisibleLine(question.headline), headlineBudget),
    detail: blocks.filter((block) => block !== "").join("\n\n"),
    buttons: choices[question.kind].map((choice) => choice.title),
  };
}

/** The reply for a button's title. Anything else, and a box that was closed, denies. */
export function replyOf(kind: Kind, title: string | undefined): Reply {
  return choices[kind].find((choice) => choice.title === title)?.answer ?? "deny";
}

/** `agent: headline` for notifications. */
export function questionLine(question: Question): string {
  const who = isNamed(question.agent) ? `${makePlainLine(question.agent)}: ` : "";
  return shorten(`${who}${makePlainLine(question.headline)}`, headlineBudget);
}

function rulesBlock(question: Question): string {
  const lines = question.rules.map(
    (rule) =>
      `• ${shorten(makeVisibleLine(rule.because), 200)} (${placeOf(rule.file, rule.line, question.workspace)})`,
  );
  return titled("Asked because", capped(lines, mostRules, "more rules"));
}

function actionsBlock(question: Question): string {
  return titled("It would do", capped(question.actions.map(actionLine), mostActions, "more actions"));
}

function textBlock(question: Question): string {
  if (question.text === "") {
    return "";
  }
  // What becomes possible stands first, and nothing may push it out of view; the rest is in the details.
  return question.kind === "policy_approval"
    ? firstLines(question.text, policyBudget)
    : titled(textTitles[question.kind], [cutMiddle(question.text, dangerousParts(question), textBudget)]);
}

/** Texts that stay in view when the request is too long to show whole: targets, and the operations' own names. */
function dangerousParts(question: Question): readonly string[] {
  return question.actions.flatMap((action) => {
    const operation = action.id.slice(action.id.lastIndexOf(":") + 1);
    const camel = operation.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    return [action.target, ...action.target.split(/\s+/), operation, camel];
  });
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

/** `.governance/policy.yaml:12`: relative to the workspace where the file is inside it, by name where it is our own. */
export function placeOf(file: string, line: number, workspace: string): string {
  const base = workspace.endsWith("/") ? workspace : `${workspace}/`;
  const builtIn = /[\\/]policies[\\/](baseline\.yaml)$/.exec(file)?.[1];
  const outside = builtIn === undefined ? file : `built-in ${builtIn}`;
  return `${makeVisibleLine(file.startsWith(base) ? file.slice(base.length) : outside)}:${line}`;
}

function capped(lines: readonly string[], most: number, what: string): readonly string[] {
  return lines.length <= most ? lines : [...lines.slice(0, most), `• and ${lines.length - most} ${what}`];
}
