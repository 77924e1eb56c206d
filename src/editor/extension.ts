import { homedir, hostname } from "node:os";
import { join } from "node:path";
import { Disposable, env, window, type ExtensionContext, type LogOutputChannel } from "vscode";
import { alarm } from "./alarm.ts";
import { agentOffer } from "./agent-offer.ts";
import { Approver } from "./approver.ts";
import { brokerAccess } from "./broker-access.ts";
import { registerCommands } from "./commands.ts";
import { Connection } from "./connection.ts";
import { detailsView } from "./details-view.ts";
import { Folders } from "./folders.ts";
import { HooksGuard } from "./hooks-guard.ts";
import { ownVersion, type Host } from "./host.ts";
import { makeRule } from "./make-rule.ts";
import { reasonOf } from "./reason.ts";
import { killNotice } from "./kill-notice.ts";
import { onOrganisationPolicy, organisationPolicy } from "./organisation-setting.ts";
import { ownCli } from "./own-cli.ts";
import { pageView } from "./page-view.ts";
import { pendingPolicy } from "./pending-policy.ts";
import { policyLanguage } from "./policy-language.ts";
import { recordView } from "./record-view.ts";
import { statusBar } from "./status-bar.ts";
import { Store } from "./store.ts";
import { taskPrompt } from "./task-picker.ts";
import { terminalWatch } from "./terminal-watch.ts";
import { testExplorer } from "./test-explorer.ts";
import { switchWatch } from "./switch-watch.ts";

interface Part {
  readonly name: string;
  start(host: Host): Disposable;
}

/** In the order of starting: what the human sees first, then what governs, then comfort. */
const parts: readonly Part[] = [
  { name: "status bar", start: statusBar },
  { name: "commands", start: (host) => Disposable.from(...registerCommands(host)) },
  { name: "kill notice", start: killNotice },
  { name: "task prompt", start: taskPrompt },
  { name: "alarm", start: alarm },
  { name: "switch watch", start: switchWatch },
  { name: "hooks", start: ({ hooks }) => hooks.start() },
  { name: "approver", start: ({ connection }) => connection.start() },
  { name: "terminals", start: terminalWatch },
  { name: "record", start: recordView },
  { name: "details", start: detailsView },
  { name: "policy language", start: policyLanguage },
  { name: "reports", start: pageView },
  { name: "pending policy", start: pendingPolicy },
  { name: "test explorer", start: testExplorer },
  { name: "agent offer", start: agentOffer },
];

/** Starts every part by itself: one that fails is logged and shown, the others go on. */
export function activate(context: ExtensionContext): void {
  const began = performance.now();
  const log = window.createOutputChannel("Signalbox", { log: true });
  context.subscriptions.push(log);
  const host = makeHost(context, log);
  for (const part of parts) {
    startPart(part, host);
  }
  log.info(`activated in ${(performance.now() - began).toFixed(1)} ms`);
}

function startPart(part: Part, host: Host): void {
  const began = performance.now();
  try {
    host.context.subscriptions.push(part.start(host));
    host.log.debug(`${part.name}: started in ${(performance.now() - began).toFixed(1)} ms`);
  } catch (error) {
    host.log.error(`${part.name}: ${reasonOf(error)}`);
    void window.showErrorMessage(`Signalbox: the ${part.name} could not start: ${reasonOf(error)}`);
  }
}

function makeHost(context: ExtensionContext, log: LogOutputChannel): Host {
  const store = new Store();
  const folders = new Folders(() => {
    store.update({});
    connection.foldersChanged();
  });
  const report = (error: unknown): void => log.error(reasonOf(error));
  const broker = brokerAccess(join(context.extensionPath, "dist", "broker.js"), homedir());
  const cli = ownCli(join(context.extensionPath, "dist", "cli.js"));
  const approver: Approver = new Approver({
    store,
    folders,
    report,
    makeRule: (question) => makeRule({ cli, approver: () => approver }, question),
  });
  const connection = new Connection({
    secrets: context.secrets,
    version: ownVersion(context),
    surface: `${env.appName} on ${hostname()}`,
    log,
    store,
    approver,
    broker,
    folders: () => folders.paths,
    organisation: organisationPolicy,
  });
  const hooks = new HooksGuard({ context, log, store });
  context.subscriptions.push(
    folders,
    approver,
    onOrganisationPolicy(() => connection.organisationChanged()),
  );
  return { context, log, store, folders, approver, broker, connection, hooks, cli };
}
