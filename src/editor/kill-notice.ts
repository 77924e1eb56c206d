import { commands, window, type Disposable } from "vscode";
import type { DecidedNotice } from "../broker/protocol.ts";
import { chatAgents } from "./chat-agents.ts";
import type { Host } from "./host.ts";
import { reasonOf } from "./reason.ts";
import { showRecord } from "./record-view.ts";
import { related } from "../base/folder-relation.ts";
import { makePlainLine, shorten } from "../base/visible-text.ts";

const cancelChat = "workbench.action.chat.cancel";

/** After a kill: the editor's own chat stops at once, and the human hears of it. */
export function killNotice(host: Host): Disposable {
  return host.approver.onDecided((decision) => {
    if (decision.effect !== "kill" || !concernsWindow(decision, host.folders.paths)) {
      return;
    }
    // An agent on a command line is ended by the broker.
    if (chatAgents.includes(decision.agent)) {
      commands.executeCommand(cancelChat).then(undefined, (error: unknown) => {
        host.log.error(`kill: the chat request could not be cancelled (${reasonOf(error)})`);
      });
    }
    tell(host, decision).catch((error: unknown) => host.log.error(`kill: ${reasonOf(error)}`));
  });
}

function concernsWindow(decision: DecidedNotice, folders: readonly string[]): boolean {
  return folders.length === 0 || folders.some((folder) => related(folder, decision.workspace));
}

async function tell({ approver }: Host, decision: DecidedNotice): Promise<void> {
  const what = shorten(makePlainLine(decision.headline), 160);
  const why = shorten(makePlainLine(decision.reason), 140);
  const picked = await window.showErrorMessage(
    `Signalbox killed session ${decision.sessionId} of ${decision.agent}: ${what} ${why}`,
    "Show Record",
    "Reopen Session…",
  );
  if (picked === "Show Record") {
    await showRecord();
  } else if (picked === "Reopen Session…") {
    approver.propose({ kind: "reopen", session: decision.sessionId });
  }
}
