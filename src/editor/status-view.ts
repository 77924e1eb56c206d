import { commands, window, type QuickPickItem } from "vscode";
import type { CommandId } from "./command-list.ts";
import type { Host } from "./host.ts";
import { statusView } from "./status-text.ts";

interface Line extends QuickPickItem {
  readonly command?: CommandId;
}

/** Everything that the status bar's tooltip says, for keyboard and screen reader, with what can be done about it. */
export async function showStatus({ store, folders }: Host): Promise<void> {
  const view = statusView(store.state, folders.paths);
  const facts = view.tooltip
    .split("\n")
    .filter((line) => !line.startsWith("Click"))
    .map((line): Line => ({ label: line }));
  const actions: readonly Line[] = [
    { label: "$(list-flat) Show Record", command: "signalbox.showRecord" },
    ...(store.state.questions > 0
      ? [{ label: "$(question) Review Waiting Questions", command: "signalbox.reviewQuestions" as const }]
      : []),
    ...((store.state.broker?.unbound?.length ?? 0) > 0
      ? [{ label: "$(tasklist) Choose Task of a Session…", command: "signalbox.chooseTask" as const }]
      : []),
    { label: "$(checklist) Checklist", command: "signalbox.runChecklist" },
    { label: "$(tools) Repair", command: "signalbox.repair" },
    { label: "$(debug-stop) Kill Session…", command: "signalbox.killSession" },
    { label: "$(debug-restart) Reopen Session…", command: "signalbox.reopenSession" },
    { label: "$(pass) Approve Policy…", command: "signalbox.approvePolicy" },
    { label: "$(diff) What Would Change…", command: "signalbox.whatWouldChange" },
    ...(store.state.broker?.policies.some(({ observing }) => observing === true) === true
      ? [{ label: "$(eye) Observe Mode Report", command: "signalbox.observeReport" as const }]
      : []),
  ];
  const picked = await window.showQuickPick<Line>([...facts, ...actions], {
    placeHolder: "Signalbox status",
  });
  if (picked?.command !== undefined) {
    await commands.executeCommand(picked.command);
  }
}
