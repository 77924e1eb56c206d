import { realpath } from "node:fs/promises";
import { commands, window, workspace } from "vscode";
import {
  checklistActions,
  checklistDocument,
  needsCanary,
  resultWords,
  type ChecklistReport,
} from "./checklist-text.ts";
import type { Host } from "./host.ts";
import { showPage } from "./page-view.ts";
import { withProgress } from "./what-would-change.ts";

/** Goes through the checklist of a folder, shows what it found, and offers what can be done from here. */
export async function runChecklist(host: Host): Promise<void> {
  const folders = workspace.workspaceFolders ?? [];
  const folder = folders.length > 1 ? await window.showWorkspaceFolderPick() : folders[0];
  if (folder === undefined) {
    if (folders.length === 0) {
      throw new Error("no folder is open; the checklist is about a folder");
    }
    return;
  }
  await look(host, await realpath(folder.uri.fsPath), []);
}

const canaries = "Run Canaries";

async function look(host: Host, cwd: string, more: readonly string[]): Promise<void> {
  const found = await withProgress(
    (signal, progress) =>
      host.cli({ args: ["doctor", "--json", "--progress", ...more], cwd, signal, progress }),
    "Signalbox: going through the checklist",
  );
  if (found === undefined) {
    return;
  }
  // Printed by the program of this package.
  const report = found as unknown as ChecklistReport;
  await showPage("Checklist", checklistDocument(report));
  const actions = checklistActions(report.points);
  const offered = [...(needsCanary(report.points) ? [canaries] : []), ...actions.map(({ title }) => title)];
  if (offered.length === 0) {
    return;
  }
  const picked = await window.showInformationMessage(`Signalbox: ${resultWords(report.points)}.`, ...offered);
  if (picked === canaries) {
    await look(host, cwd, ["--live"]);
  }
  const action = actions.find(({ title }) => title === picked);
  if (action !== undefined) {
    await commands.executeCommand(action.command);
  }
}
