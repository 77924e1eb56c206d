import { Uri, window, workspace, type Disposable } from "vscode";
import type { Question } from "../broker/protocol.ts";
import { detailsText } from "../approve/question-text.ts";

const scheme = "signalbox-question";
/** Pages stay readable while their tabs may be open; the oldest is forgotten first. */
const mostPages = 20;
const pages = new Map<string, string>();

/** Serves the read-only pages that `showDetails` opens. */
export function detailsView(): Disposable {
  return workspace.registerTextDocumentContentProvider(scheme, {
    provideTextDocumentContent: (uri) => pages.get(uri.toString()) ?? "This question is over.\n",
  });
}

/** Opens everything that is known of a question as a read-only document. */
export async function showDetails(question: Question): Promise<void> {
  const address = Uri.from({ scheme, path: `/Signalbox question ${question.id}` });
  pages.delete(address.toString());
  pages.set(address.toString(), detailsText(question));
  for (const oldest of [...pages.keys()].slice(0, -mostPages)) {
    pages.delete(oldest);
  }
  await window.showTextDocument(await workspace.openTextDocument(address), { preview: true });
}
