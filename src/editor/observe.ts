import { realpath } from "node:fs/promises";
import { Range, Uri, window, workspace } from "vscode";
import type { Host } from "./host.ts";
import { askRate, observeDocument, observeWord, type ObservedHere } from "./observe-text.ts";
import { showPage } from "./page-view.ts";
import { localTime } from "./record-view.ts";
import { withProgress } from "./what-would-change.ts";

/** Shows what policies that only observe would have stopped, and proposes the switch. */
export async function observeReport({ cli }: Host): Promise<void> {
  const folders = workspace.workspaceFolders ?? [];
  const folder = folders.length > 1 ? await window.showWorkspaceFolderPick() : folders[0];
  if (folder === undefined) {
    if (folders.length === 0) {
      throw new Error("no folder is open; a report is about a folder");
    }
    return;
  }
  const cwd = await realpath(folder.uri.fsPath);
  const found = await withProgress((signal) =>
    cli({ args: ["audit", "observe-report", "--json"], cwd, signal }),
  );
  if (found === undefined) {
    return;
  }
  // Printed by the program of this package.
  const report = found as unknown as ObservedHere;
  await showPage("Observe Mode Report", observeDocument(report, { workspace: cwd, clock: localTime }));
  const [policy] = report.observing;
  if (policy !== undefined) {
    await proposeSwitch(policy, report);
  }
}

async function proposeSwitch(policy: string, report: ObservedHere): Promise<void> {
  const { kill, deny, ask } = report.would;
  const picked = await window.showInformationMessage(
    `Signalbox: enforced, this policy would have killed ${kill}, denied ${deny} and asked about ${ask} requests${askRate(report)}.`,
    "Switch to Enforce…",
  );
  if (picked === undefined) {
    return;
  }
  const document = await workspace.openTextDocument(Uri.file(policy));
  const editor = await window.showTextDocument(document);
  const word = observeWord(document.getText());
  if (word === undefined) {
    throw new Error(`\`${policy}\` does not say \`enforcement: observe\` itself; look at what it builds on`);
  }
  // Written, not saved: the human reads it where it stands, and saving is what switches.
  const range = new Range(document.positionAt(word.start), document.positionAt(word.end));
  await editor.edit((edit) => edit.replace(range, "enforce"));
  editor.revealRange(range);
}
