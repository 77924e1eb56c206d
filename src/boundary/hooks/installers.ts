import type { AgentInstaller } from "./installer.ts";
import { claudeCodeInstaller } from "./claude-code/install.ts";
import { codexInstaller } from "./codex/install.ts";
import { cursorInstaller } from "./cursor/install.ts";
import { vscodeInstaller } from "./vscode/install.ts";

/** Every agent whose hooks can be installed. */
export const installers: readonly AgentInstaller[] = [
  claudeCodeInstaller,
  vscodeInstaller,
  cursorInstaller,
  codexInstaller,
];
