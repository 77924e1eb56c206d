/**
 * What the editor runs once the extension was removed: hooks that would call a program which is gone are taken out, so that
 * agents are not stopped for ever by a hook that can only refuse. Hooks that another installation serves stay.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { uninstall } from "../boundary/hooks/install.ts";
import { hookClientOf, installableAgents } from "../boundary/hooks/install-plan.ts";
import { endpointInClient } from "./hook-client-text.ts";
import { userOptions } from "./hook-files.ts";

const extensionPath = dirname(dirname(fileURLToPath(import.meta.url)));

if (servesHooks()) {
  for (const agent of installableAgents) {
    const removed = uninstall(userOptions(extensionPath, agent));
    if (!removed.ok) {
      process.stderr.write(`signalbox: the hooks of ${agent} stay: ${removed.error}\n`);
      process.exitCode = 1;
    }
  }
}

function servesHooks(): boolean {
  const options = userOptions(extensionPath, "vscode");
  const client = hookClientOf(options);
  const found = existsSync(client) ? endpointInClient(readFileSync(client, "utf8")) : undefined;
  return found === undefined || found.brokerPath === options.brokerPath || !existsSync(found.brokerPath);
}
