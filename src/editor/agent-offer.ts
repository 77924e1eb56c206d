import { homedir } from "node:os";
import { Disposable, window, workspace } from "vscode";
import { governedText, notOfferedYet, offerText, type FoundAgent } from "./agent-offer-text.ts";
import type { Host } from "./host.ts";
import { reasonOf } from "./reason.ts";

const offeredKey = "signalbox.offeredAgents";
/** Nobody is waiting for this, and starting an editor is work enough. */
const quietMs = 5000;

/** Offers once for each agent of this machine to govern it as well. */
export function agentOffer(host: Host): Disposable {
  const timer = setTimeout(() => {
    offer(host).catch((error: unknown) => host.log.error(`agents: ${reasonOf(error)}`));
  }, quietMs);
  return new Disposable(() => clearTimeout(timer));
}

/** The command: all agents that could be governed, whatever was answered before. */
export async function chooseAgents(host: Host): Promise<void> {
  const found = await find(host);
  if (found.length === 0) {
    await window.showInformationMessage("Signalbox: every agent found on this machine is governed.");
    return;
  }
  await choose(host, found);
}

async function offer(host: Host): Promise<void> {
  if (!workspace.getConfiguration().get<boolean>("signalbox.installHooks", true)) {
    return;
  }
  const offered = host.context.globalState.get<readonly string[]>(offeredKey, []);
  const found = notOfferedYet(await find(host), offered);
  if (found.length === 0) {
    return;
  }
  const picked = await window.showInformationMessage(offerText(found), "Govern", "Choose…", "Not Now");
  if (picked === undefined) {
    return;
  }
  await host.context.globalState.update(offeredKey, [...offered, ...found.map(({ agent }) => agent)]);
  if (picked === "Govern") {
    await govern(host, found);
  } else if (picked === "Choose…") {
    await choose(host, found);
  }
}

async function choose(host: Host, found: readonly FoundAgent[]): Promise<void> {
  const picked = await window.showQuickPick(
    found.map((each) => ({ label: each.title, picked: true, each })),
    {
      canPickMany: true,
      title: "Signalbox: Govern Agents",
      placeHolder: "Agents that shall ask before they act",
    },
  );
  if (picked !== undefined && picked.length > 0) {
    await govern(
      host,
      picked.map(({ each }) => each),
    );
  }
}

async function govern({ context, hooks, log }: Host, agents: readonly FoundAgent[]): Promise<void> {
  try {
    const { governAgents } = await import("./found-agents.ts");
    const steps = await governAgents(
      context.extensionPath,
      agents.map(({ agent }) => agent),
    );
    await hooks.repair();
    await window.showInformationMessage(governedText(agents, steps));
  } catch (error) {
    log.error(`agents: ${reasonOf(error)}`);
    await window.showErrorMessage(`Signalbox: ${reasonOf(error)}`);
  }
}

/** The table of agents comes with the installer; at start nobody needs it. */
async function find({ context }: Host): Promise<readonly FoundAgent[]> {
  const { ungovernedAgents } = await import("./found-agents.ts");
  return ungovernedAgents(context.extensionPath, { home: homedir(), env: process.env });
}
