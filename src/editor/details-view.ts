import { EventEmitter, Uri, window, workspace, type Disposable } from "vscode";
import type { Question } from "../broker/protocol.ts";
import { detailsText } from "../approve/question-text.ts";

const scheme = "signalbox-question";
/** Pages stay readable while their tabs may be open; the oldest is forgotten first. */
const mostPages = 20;
const pages = new Map<string, string>();
const changed = new EventEmitter<Uri>();

/** Serves the read-only pages that `showDetails` opens. */
export function detailsView(): Disposable {
  return workspace.registerTextDocumentContentProvider(scheme, {
    onDidChange: changed.event,
    provideTextDocumentContent: (uri) => pages.get(uri.toString()) ?? "This question is over.\n",
  });
}

/** The address of a text as it was before a change, for the left half of a diff. */
export function showBefore(path: string, text: string): Uri {
  const address = Uri.from({ scheme, path: `/before ${path.slice(path.lastIndexOf("/") + 1)}` });
  remember(address, text);
  return address;
}

function remember(address: Uri, text: string): void {
  pages.delete(address.toString());
  pages.set(address.toString(), text);
  for (const oldest of [...pages.keys()].slice(0, -mostPages)) {
    pages.delete(oldest);
  }
  changed.fire(address);
}

/** Opens everything that is known of a question as a read-only document. */
export async function showDetails(question: Question): Promise<void> {
  const address = Uri.from({ scheme, path: "/Signalbox question", query: question.id });
  remember(address, detailsText(question));
  await window.showTextDocument(await workspace.openTextDocument(address), { preview: true });
}
