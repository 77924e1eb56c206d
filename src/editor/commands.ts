import { commands, window, type Disposable } from "vscode";
import { runChecklist } from "./checklist.ts";
import { commandList, type CommandId } from "./command-list.ts";
import { chooseAgents } from "./agent-offer.ts";
import { createPolicy, approvePolicy } from "./policy-commands.ts";
import type { Host } from "./host.ts";
import { observeReport } from "./observe.ts";
import { reasonOf } from "./reason.ts";
import { showRecord } from "./record-view.ts";
import { repair } from "./repair.ts";
import { reviewQuestions } from "./review-list.ts";
import { killSession, reopenSession } from "./session-commands.ts";
import { chooseTask } from "./task-picker.ts";
import { showStatus } from "./status-view.ts";
import { whatWouldChange } from "./what-would-change.ts";

type Run = (host: Host) => Promise<void>;

const runs: { readonly [C in CommandId]: Run } = {
  "signalbox.showRecord": () => showRecord(),
  "signalbox.showStatus": showStatus,
  "signalbox.reviewQuestions": reviewQuestions,
  "signalbox.killSession": killSession,
  "signalbox.reopenSession": reopenSession,
  "signalbox.chooseTask": chooseTask,
  "signalbox.createPolicy": createPolicy,
  "signalbox.approvePolicy": approvePolicy,
  "signalbox.whatWouldChange": whatWouldChange,
  "signalbox.observeReport": observeReport,
  "signalbox.runChecklist": runChecklist,
  "signalbox.governAgents": chooseAgents,
  "signalbox.repair": repair,
};

/** Registers every command of the list; a failing one tells the human why. */
export function registerCommands(host: Host): Disposable[] {
  return commandList.map(({ id }) =>
    commands.registerCommand(id, async () => {
      try {
        await runs[id](host);
      } catch (error) {
        host.log.error(`${id}: ${reasonOf(error)}`);
        void window.showErrorMessage(`Signalbox: ${reasonOf(error)}`);
      }
    }),
  );
}
