import { window, type Disposable, type Terminal } from "vscode";
import { commandToReport } from "./agent-terminal.ts";
import { chatAgents } from "./chat-agents.ts";
import type { Host } from "./host.ts";

/**
 * What the editor's own agents run in their terminals is told to the broker, which knows what it has decided. The event comes some
 * 40 ms after the command has begun: this notices what went round the hooks, and prevents nothing.
 */
export function terminalWatch({ approver, folders, log }: Host): Disposable {
  return window.onDidStartTerminalShellExecution(({ terminal, execution }) => {
    const { value, confidence } = execution.commandLine;
    const started = {
      line: value,
      confidence,
      variables: variablesOf(terminal),
      folder: execution.cwd?.fsPath,
    };
    const run = commandToReport(started, folders.paths);
    if (run !== undefined) {
      log.debug("terminal: a command of an agent's has started");
      approver.link?.send({ type: "ran", agents: chatAgents, ...run });
    }
  });
}

function variablesOf({ creationOptions }: Terminal): Readonly<Record<string, string | null | undefined>> {
  return "env" in creationOptions ? (creationOptions.env ?? {}) : {};
}
