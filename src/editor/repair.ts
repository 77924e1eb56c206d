import { window } from "vscode";
import type { Host } from "./host.ts";
import { repairSwitches } from "./switch-watch.ts";

/** Puts right what keeps this window from being armed, and says what it could not. */
export async function repair(host: Host): Promise<void> {
  const left = await repairSwitches();
  const hooks = await host.hooks.repair();
  const link = await host.connection.retry();
  const failures = [...left.map((finding) => finding.message), ...hooks, ...link];
  if (failures.length === 0) {
    await window.showInformationMessage("Signalbox is armed.");
    return;
  }
  await window.showErrorMessage(`Signalbox is not fully armed: ${failures.join("; ")}.`);
}
