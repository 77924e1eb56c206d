import { window, type QuickPickItem } from "vscode";
import { isJsonObject, stringField, type JsonObject } from "../base/json.ts";
import type { Host } from "./host.ts";
import { makePlainLine } from "../base/visible-text.ts";

interface SessionPick extends QuickPickItem {
  readonly session: string;
}

/** Ends a session at once: its agent is stopped and everything it asks later is denied. */
export async function killSession({ broker }: Host): Promise<void> {
  const picked = await pickSession(broker, "active", "Kill which session?");
  if (picked !== undefined) {
    await broker.request("POST", "/v1/kill", { session: picked });
    await window.showInformationMessage(
      `Signalbox: session ${picked} is killed; it stays stopped until you reopen it.`,
    );
  }
}

/** Asks the broker to reopen a killed session; its dialog asks the human once more. */
export async function reopenSession({ broker, approver }: Host): Promise<void> {
  const picked = await pickSession(broker, "killed", "Reopen which session?");
  if (picked !== undefined) {
    approver.propose({ kind: "reopen", session: picked });
  }
}

/** Undefined where there is none, or the human left the list. */
export async function pickSession(
  broker: Host["broker"],
  state: "active" | "killed",
  placeHolder: string,
): Promise<string | undefined> {
  const { sessions } = await broker.request("GET", "/v1/sessions");
  const picks = (Array.isArray(sessions) ? (sessions as readonly unknown[]) : [])
    .filter(isJsonObject)
    .filter((session) => session["state"] === state)
    .toSorted((a, b) => lastSeen(b).localeCompare(lastSeen(a)))
    .map(pickOf);
  if (picks.length === 0) {
    await window.showInformationMessage(`Signalbox: there is no ${state} session.`);
    return undefined;
  }
  return (await window.showQuickPick(picks, { placeHolder, matchOnDescription: true, matchOnDetail: true }))
    ?.session;
}

function lastSeen(session: JsonObject): string {
  return stringField(session, "lastSeenAt") ?? "";
}

function pickOf(session: JsonObject): SessionPick {
  const id = stringField(session, "id") ?? "";
  const killed = session["killed"];
  const why = isJsonObject(killed) ? stringField(killed, "reason") : undefined;
  return {
    session: id,
    label: makePlainLine(id),
    description: makePlainLine(
      `${stringField(session, "agent") ?? ""} in ${stringField(session, "workspace") ?? ""}`,
    ),
    detail: makePlainLine(why ?? `last seen ${lastSeen(session)}`),
  };
}
