import { grantWords } from "../approve/grants.ts";
import { summaryBlocks } from "../approve/question-text.ts";
import { cutInside, makeVisibleLine } from "../base/visible-text.ts";
import type { Answer, Question, WiderAnswer } from "../broker/protocol.ts";

type Kind = Question["kind"];

/** What was typed: an answer, a wish, or nothing that counts. */
export type Typed = Answer | "later" | "view" | "unknown";

/** How big the terminal is, in characters. */
export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

const headlineBudget = 240;
const headlineEnd = 90;
const leastText = 1400;

/** What `a` does, and how it is told afterwards that it was done. */
const yes: { readonly [K in Kind]: { readonly offer: string; readonly done: string } } = {
  request: { offer: "allow once", done: "allowed, once" },
  pause: { offer: "show me each", done: "each is asked" },
  reopen: { offer: "reopen the session", done: "the session is open again" },
  uninstall: { offer: "uninstall", done: "uninstalled" },
  policy_approval: { offer: "approve the policy", done: "approved" },
  bind_task: { offer: "let it work at this task", done: "it works at this task" },
  enroll: { offer: "let it approve", done: "let in" },
};

/** What allows more than this once, where the question offers it. */
const widerChoices: readonly {
  readonly letter: string;
  readonly answer: WiderAnswer;
}[] = [
  { letter: "r", answer: "allow_request" },
  { letter: "15", answer: "allow_15m" },
  { letter: "60", answer: "allow_1h" },
  { letter: "s", answer: "allow_session" },
];

function mayKill(kind: Kind): boolean {
  return kind === "request" || kind === "pause";
}

/**
 * One question as a terminal shows it. The headline is on top, and once more at the end where the rest would push it out of
 * sight. `waiting` counts further questions.
 */
export function questionScreen(question: Question, { columns, rows }: ScreenSize, waiting: number): string {
  const headline = cutInside(makeVisibleLine(question.headline), headlineBudget, headlineEnd);
  const more = waiting === 0 ? "" : `${waiting} more ${waiting === 1 ? "waits" : "wait"}. `;
  const end = `${more}Without an answer it is denied at ${timeOf(question.expiresAt)}.`;
  const blocks = [headline, ...summaryBlocks(question, Math.max(leastText, (rows * columns) / 3)), end];
  const text = blocks.join("\n\n");
  const height = text.split("\n").reduce((sum, line) => sum + Math.ceil((line.length || 1) / columns), 0);
  const again = height + 4 > rows ? `\n\n${headline}` : "";
  return `${"─".repeat(Math.min(columns, 100) - 1)}\n${text}${again}\n`;
}

/** The line that the answer is typed behind. */
export function answerPrompt({ kind, grants = [] }: Pick<Question, "kind" | "grants">): string {
  const kill = mayKill(kind) ? ", k kill the session" : "";
  const wider = widerChoices.filter(({ answer }) => grants.includes(answer));
  const more = wider.map(({ letter, answer }) => `, ${letter} ${grantWords[answer]}`).join("");
  return `d deny (Enter), a ${yes[kind].offer}${more}${kill}, v view all, l later: `;
}

/** INVARIANT: only the whole word or its first letter allows; nothing typed denies, and what is not understood answers nothing. */
export function typedOf(line: string, { kind, grants = [] }: Pick<Question, "kind" | "grants">): Typed {
  const typed = line.trim().toLowerCase();
  const wider = widerChoices.find(({ letter }) => letter === typed);
  if (wider !== undefined) {
    return grants.includes(wider.answer) ? wider.answer : "unknown";
  }
  switch (typed) {
    case "a":
    case "allow":
    case "allow once":
      return "allow_once";
    case "":
    case "d":
    case "deny":
      return "deny";
    case "k":
    case "kill":
      return mayKill(kind) ? "kill" : "deny";
    case "l":
    case "later":
      return "later";
    case "v":
    case "view":
      return "view";
    default:
      return "unknown";
  }
}

/** What was done, for the one who answered. */
export function toldAnswer(answer: Answer, kind: Kind): string {
  switch (answer) {
    case "allow_once":
      return yes[kind].done;
    case "allow_request":
    case "allow_15m":
    case "allow_1h":
    case "allow_session":
      return `allowed: ${grantWords[answer]}`;
    case "deny":
      return "denied";
    case "kill":
      return "denied, and the session is killed";
  }
}

/** The local time of day, `14:05:12`. */
function timeOf(iso: string): string {
  const at = new Date(iso);
  return [at.getHours(), at.getMinutes(), at.getSeconds()]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
}
