import { window } from "vscode";
import type { Question } from "../broker/protocol.ts";
import { modalContent, moreChoices, questionLine, replyOf, type Reply } from "./modal-text.ts";

/**
 * Raises the dialog and waits for the human. Deny is the first button: Enter picks it; Escape, the cross and the editor's
 * own Cancel come back as undefined, which denies as well. Who leaves the list of further answers is back at the dialog.
 */
export async function askHuman(question: Question, waiting: () => number): Promise<Reply> {
  const until = new Date(question.expiresAt).toLocaleTimeString();
  for (;;) {
    const { headline, detail, buttons } = modalContent(question, { waiting: waiting(), until });
    const picked = await window.showWarningMessage(headline, { modal: true, detail }, ...buttons);
    const reply = replyOf(question, picked);
    if (reply !== "more") {
      return reply;
    }
    const more = await window.showQuickPick([...moreChoices(question, waiting())], {
      title: questionLine(question),
      placeHolder: "Answer in another way, or press Escape to go back",
      ignoreFocusOut: true,
    });
    if (more !== undefined && more.reply !== "back") {
      return more.reply;
    }
  }
}
