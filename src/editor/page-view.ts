import {
  Disposable,
  DocumentLink,
  EventEmitter,
  Range,
  Uri,
  ViewColumn,
  languages,
  window,
  workspace,
  type TextDocument,
} from "vscode";
import type { PageDocument } from "./page.ts";

const scheme = "signalbox-report";
const pages = new Map<string, PageDocument>();
/** Pages stay readable while their tabs may be open; the oldest is forgotten first. */
const mostPages = 20;
const changed = new EventEmitter<Uri>();

/** Serves the read-only reports that `showPage` opens. */
export function pageView(): Disposable {
  return Disposable.from(
    workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: changed.event,
      provideTextDocumentContent: (uri) => pages.get(uri.toString())?.text ?? "Run the command again.\n",
    }),
    languages.registerDocumentLinkProvider(
      { scheme },
      { provideDocumentLinks: (document) => pageLinks(document, pages.get(document.uri.toString())) },
    ),
  );
}

/** Opens a report under a title beside what is edited; the same title is written anew. */
export async function showPage(title: string, page: PageDocument): Promise<void> {
  const address = Uri.from({ scheme, path: `/${title}` });
  pages.delete(address.toString());
  pages.set(address.toString(), page);
  for (const oldest of [...pages.keys()].slice(0, -mostPages)) {
    pages.delete(oldest);
  }
  changed.fire(address);
  const document = await workspace.openTextDocument(address);
  await window.showTextDocument(document, {
    preview: false,
    viewColumn: window.activeTextEditor === undefined ? ViewColumn.Active : ViewColumn.Beside,
    selection: new Range(0, 0, 0, 0),
  });
}

/** The page may be newer than what the editor shows by a moment; a link is offered only where its text still stands. */
export function pageLinks(document: TextDocument, page: PageDocument | undefined): DocumentLink[] {
  return (page?.links ?? [])
    .filter((link) => link.line < document.lineCount)
    .flatMap((link) => {
      const range = new Range(link.line, link.start, link.line, link.end);
      if (!document.getText(range).endsWith(`:${link.targetLine}`)) {
        return [];
      }
      const target = new DocumentLink(range, Uri.file(link.file).with({ fragment: `L${link.targetLine}` }));
      target.tooltip = "Open the policy line";
      return [target];
    });
}
