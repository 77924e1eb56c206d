import { window, type Disposable } from "vscode";
import { isJsonObject, stringField } from "../base/json.ts";
import { makePlainLine } from "../base/visible-text.ts";
import type { Host } from "./host.ts";
import { boundText, newlyUnbound, nowBound, taskPicks, taskPrompt as promptText } from "./task-text.ts";
import { pickSession } from "./session-commands.ts";

/** Where this window remembers which task was chosen last, by workspace. */
const lastChosen = "signalbox.lastTask";

/** How long a status line stays, in ms. */
const boundTextMs = 8000;

/** Asks for the task of each conversation that starts in this window's folders, once. */
export function taskPrompt(host: Host): Disposable {
  const asked = new Set<string>();
  const chosen = new Map<string, string>();
  const choose = async ({ session, workspace }: { session: string; workspace: string }): Promise<void> => {
    const task = await bind(host, session, workspace);
    if (task !== undefined) {
      chosen.set(session, task);
    }
  };
  const subscription = host.store.onChange(({ broker }) => {
    for (const [session, task] of nowBound(broker, chosen)) {
      chosen.delete(session);
      window.setStatusBarMessage(boundText(session, task), boundTextMs);
    }
    for (const unbound of newlyUnbound(broker, host.folders.paths, asked)) {
      asked.add(unbound.session);
      window.showInformationMessage(promptText(unbound), "Choose Task…", "Later").then(
        (picked) => (picked === "Choose Task…" ? choose(unbound) : undefined),
        (error: unknown) => host.log.error(`task: ${String(error)}`),
      );
    }
  });
  return { dispose: () => subscription.dispose() };
}

/** Binds a session to another task, or to its first one. */
export async function chooseTask(host: Host): Promise<void> {
  const session = await pickSession(host.broker, "active", "Choose the task of which session?");
  if (session === undefined) {
    return;
  }
  const { sessions } = await host.broker.request("GET", "/v1/sessions");
  const found = (Array.isArray(sessions) ? (sessions as readonly unknown[]) : [])
    .filter(isJsonObject)
    .find((known) => known["id"] === session);
  await bind(host, session, (found === undefined ? undefined : stringField(found, "workspace")) ?? "");
}

/** Resolves with the task that was chosen; undefined where the human left the list. */
async function bind(host: Host, session: string, workspace: string): Promise<string | undefined> {
  const policy = host.store.state.broker?.policies.find((known) => known.workspace === workspace);
  const tasks = policy?.tasks ?? [];
  if (tasks.length === 0) {
    throw new Error("the policy of this session's folder declares no tasks; add them under `sessions:`");
  }
  const memory = host.context.workspaceState;
  const picked = await window.showQuickPick([...taskPicks(tasks, memory.get<string>(lastChosen))], {
    placeHolder: `Which task is ${makePlainLine(session)} at?`,
    matchOnDescription: true,
    matchOnDetail: true,
    ignoreFocusOut: true,
  });
  if (picked !== undefined) {
    await memory.update(lastChosen, picked.task);
    host.approver.propose({ kind: "bind_task", session, task: picked.task });
  }
  return picked?.task;
}
