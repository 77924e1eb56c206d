import { homedir } from "node:os";
import { join } from "node:path";
import type { BrokerAccess } from "./broker-access.ts";

/** The editor's own hook files, as the installer of hooks writes them. */
export interface HookFiles {
  /** The user-level file, for people. */
  readonly file: string;
  /** Files whose change is looked into. */
  readonly watched: readonly string[];
  status(): Promise<{ readonly state: "installed" | "missing" | "drifted"; readonly detail: string }>;
  install(): Promise<void>;
  uninstall(): Promise<void>;
  /** Tells the hook client inside the extension where broker and runtime are. */
  writeEndpoint(): Promise<void>;
}

/** `extensionPath` is the folder that holds `dist` and `media/plugin`. */
export function hookFiles(_extensionPath: string, _broker: BrokerAccess): HookFiles {
  const file = join(homedir(), ".copilot", "hooks", "signalbox.json");
  return {
    file,
    watched: [file],
    status: () => Promise.resolve({ state: "installed", detail: "" }),
    install: () => Promise.resolve(),
    uninstall: () => Promise.resolve(),
    writeEndpoint: () => Promise.resolve(),
  };
}
