import { Disposable, EventEmitter, Range, Uri, languages, window, workspace } from "vscode";
import type { Host } from "./host.ts";
import { pageLinks } from "./page-view.ts";
import type { PageDocument } from "./page.ts";
import { recordDocument } from "./record-text.ts";

const scheme = "signalbox-record";
const address = Uri.from({ scheme, path: "/Signalbox Record" });
/** Decisions come in bursts; the page is written again at most this often. */
const refreshMs = 150;

/** The record of the last decisions as a read-only document whose policy lines are links. */
export function recordView({ store }: Host): Disposable {
  const changed = new EventEmitter<Uri>();
  let timer: NodeJS.Timeout | undefined;
  const refresh = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      changed.fire(address);
    }, refreshMs);
  };
  const page = (): PageDocument => recordDocument(store.state.decisions, localTime);
  return Disposable.from(
    changed,
    store.onChange(refresh),
    { dispose: () => clearTimeout(timer) },
    workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: changed.event,
      provideTextDocumentContent: () => page().text,
    }),
    languages.registerDocumentLinkProvider(
      { scheme },
      { provideDocumentLinks: (document) => pageLinks(document, page()) },
    ),
  );
}

/** Opens the record at its newest decision. */
export async function showRecord(): Promise<void> {
  const document = await workspace.openTextDocument(address);
  await window.showTextDocument(document, { preview: false, selection: new Range(0, 0, 0, 0) });
}

/** The time of day, with the date before it where that is not today's. */
export function localTime(at: string): string {
  const time = new Date(at);
  if (Number.isNaN(time.getTime())) {
    return "unknown time";
  }
  const date = time.toLocaleDateString();
  return date === new Date().toLocaleDateString()
    ? time.toLocaleTimeString()
    : `${date} ${time.toLocaleTimeString()}`;
}
