import {
  MarkdownString,
  StatusBarAlignment,
  ThemeColor,
  window,
  type Disposable,
  type StatusBarItem,
} from "vscode";
import type { Host } from "./host.ts";
import { statusView, type StatusView } from "./status-text.ts";

const backgrounds: { readonly [L in StatusView["level"]]: ThemeColor | undefined } = {
  normal: undefined,
  warning: new ThemeColor("statusBarItem.warningBackground"),
  error: new ThemeColor("statusBarItem.errorBackground"),
};

/** What is armed, sessions and the last verdict; its click opens the record. */
export function statusBar({ store, folders }: Host): Disposable {
  const item = window.createStatusBarItem("signalbox.status", StatusBarAlignment.Left, 100);
  item.name = "Signalbox";
  item.command = "signalbox.showRecord";
  const show = (): void => draw(item, statusView(store.state, folders.paths));
  show();
  item.show();
  const subscription = store.onChange(show);
  return {
    dispose: () => {
      subscription.dispose();
      item.dispose();
    },
  };
}

function draw(item: StatusBarItem, view: StatusView): void {
  item.text = view.text;
  // Plain text: what agents wrote must not be read as Markdown.
  item.tooltip = new MarkdownString().appendText(view.tooltip);
  item.accessibilityInformation = { label: view.accessible, role: "button" };
  item.backgroundColor = backgrounds[view.level];
}
