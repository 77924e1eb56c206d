import { existsSync, readFileSync } from "node:fs";
import { uninstallAllRules } from "../boundary/files/rules/keep-rules.ts";
import { uninstall } from "../boundary/hooks/install.ts";
import { hookClientOf, hookFilesOf } from "../boundary/hooks/install-plan.ts";
import { installers } from "../boundary/hooks/installers.ts";
import { endpointInClient } from "./hook-client-text.ts";
import { userInstall } from "./user-install.ts";

/**
 * Takes out the hooks and rules of all agents that call this extension's broker, or one that is gone. Hooks that another installation
 * serves stay. Returns what could not be removed, one sentence each.
 */
export function removeHooks(extensionPath: string, home: string): readonly string[] {
  const options = userInstall(extensionPath, "vscode", home);
  const client = hookClientOf(options);
  const found = existsSync(client) ? endpointInClient(readFileSync(client, "utf8")) : undefined;
  if (found !== undefined && found.brokerPath !== options.brokerPath && existsSync(found.brokerPath)) {
    return [];
  }
  // Rules first: they may stand in the same files.
  const rules = uninstallAllRules(options.stateDir);
  const hooks = installers
    .map(({ agent }) => userInstall(extensionPath, agent, home))
    .filter((each) => hookFilesOf(each).ok)
    .map(uninstall)
    .flatMap((removed) => (removed.ok ? [] : [removed.error]));
  return [...rules, ...hooks];
}
