import { isNamed } from "../approve/question-text.ts";
import { cutInside, makePlainLine, shorten } from "../base/visible-text.ts";
import type { Question } from "../broker/protocol.ts";

/** One line of the list of what waits. `question` is undefined for what denies all of them. */
export interface ReviewLine {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
  readonly question?: string;
}

const labelLimit = 160;

/** What waits for the human, in the order given, and at the end a line that denies it all. `now` in ms since the epoch. */
export function reviewLines(questions: readonly Question[], now: number): readonly ReviewLine[] {
  const lines = questions.map((question) => ({
    label: cutInside(makePlainLine(question.headline), labelLimit, 60),
    description: [question.agent, question.task ?? ""].filter(isNamed).map(makePlainLine).join(" · "),
    detail: [leftOf(question, now), whereOf(question), firstReason(question)]
      .filter((part) => part !== "")
      .join(" · "),
    question: question.id,
  }));
  return questions.length < 2
    ? lines
    : [
        ...lines,
        {
          label: `Deny all ${questions.length}`,
          description: "",
          detail: "Each agent is told that a human denied it",
        },
      ];
}

/** `2 questions wait for you`. */
export function reviewTitle(count: number): string {
  return `${count} ${count === 1 ? "question waits" : "questions wait"} for you`;
}

function leftOf({ expiresAt }: Question, now: number): string {
  const seconds = Math.max(0, Math.round((Date.parse(expiresAt) - now) / 1000));
  return seconds >= 120 ? `denied in ${Math.round(seconds / 60)} min` : `denied in ${seconds} s`;
}

function whereOf({ workspace }: Question): string {
  return isNamed(workspace) ? shorten(makePlainLine(workspace), 60) : "";
}

function firstReason({ rules }: Question): string {
  return rules[0] === undefined ? "" : shorten(makePlainLine(rules[0].because), 80);
}
