import { window } from "vscode";
import type { Question } from "../broker/protocol.ts";
import { reviewLines, reviewTitle } from "./review-text.ts";

/** Who holds the questions of this window. */
interface Reviewed {
  readonly questions: readonly Question[];
  raise(id: string): boolean;
  deny(question: Question): void;
}

/** One list of everything that waits for the human; a single question comes up at once. */
export async function reviewQuestions({ approver }: { readonly approver: Reviewed }): Promise<void> {
  const { questions } = approver;
  const [only, ...more] = questions;
  if (only === undefined) {
    await window.showInformationMessage("Signalbox: no question is waiting.");
    return;
  }
  if (more.length === 0) {
    approver.raise(only.id);
    return;
  }
  const picked = await window.showQuickPick(reviewLines(questions, Date.now()), {
    title: reviewTitle(questions.length),
    placeHolder: "Answer which one?",
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (picked === undefined) {
    return;
  }
  if (picked.question === undefined) {
    // Only what stood in the list: what has come since was not read.
    for (const question of questions) {
      approver.deny(question);
    }
  } else if (!approver.raise(picked.question)) {
    await window.showInformationMessage("Signalbox: that question has been settled already.");
  }
}
