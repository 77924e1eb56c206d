import { join } from "node:path";
import type { InstallOptions } from "../boundary/hooks/install-plan.ts";
import { placesOf, stateDirectory } from "../broker/places.ts";

/** How this extension installs an agent's hooks for its user: they call the broker of `extensionPath`, under the editor's own Node. */
export function userInstall(extensionPath: string, agent: string, home: string): InstallOptions {
  const stateDir = stateDirectory(home);
  return {
    agent,
    scope: "user",
    home,
    stateDir,
    nodePath: process.execPath,
    brokerPath: join(extensionPath, "dist", "broker.js"),
    askSocket: placesOf(stateDir).askSocket,
  };
}
