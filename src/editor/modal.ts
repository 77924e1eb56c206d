import { window } from "vscode";
import type { Question } from "../broker/protocol.ts";
import { modalContent, replyOf, type Reply } from "./modal-text.ts";

/**
 * Raises the dialog and waits for the human. Deny is the first button: Enter picks it; Escape, the cross and the editor's
 * own Cancel come back as undefined, which denies as well.
 */
export async function askHuman(question: Question, waiting: number): Promise<Reply> {
  const until = new Date(question.expiresAt).toLocaleTimeString();
  const { headline, detail, buttons } = modalContent(question, { waiting, until });
  const picked = await window.showWarningMessage(headline, { modal: true, detail }, ...buttons);
  return replyOf(question, picked);
}
