import type { AgentInstaller } from "./installer.ts";
import { ampInstaller } from "./amp/install.ts";
import { antigravityInstaller } from "./antigravity/install.ts";
import { auggieInstaller } from "./auggie/install.ts";
import { claudeCodeInstaller } from "./claude-code/install.ts";
import { clineExtensionInstaller, clineInstaller } from "./cline/install.ts";
import { codexInstaller } from "./codex/install.ts";
import { copilotInstaller } from "./copilot/install.ts";
import { crushInstaller } from "./crush/install.ts";
import { cursorInstaller } from "./cursor/install.ts";
import { devinInstaller } from "./devin/install.ts";
import { droidInstaller } from "./droid/install.ts";
import { grokInstaller } from "./grok/install.ts";
import { kimiInstaller } from "./kimi-code/install.ts";
import { kiroInstaller } from "./kiro/install.ts";
import { geminiCliInstaller } from "./gemini-cli/install.ts";
import { opencodeInstaller } from "./opencode/install.ts";
import { qwenCodeInstaller } from "./qwen-code/install.ts";
import { vscodeInstaller } from "./vscode/install.ts";
import { windsurfInstaller } from "./windsurf/install.ts";

/** Every agent whose hooks can be installed. */
export const installers: readonly AgentInstaller[] = [
  claudeCodeInstaller,
  vscodeInstaller,
  copilotInstaller,
  cursorInstaller,
  codexInstaller,
  geminiCliInstaller,
  qwenCodeInstaller,
  opencodeInstaller,
  clineInstaller,
  clineExtensionInstaller,
  windsurfInstaller,
  devinInstaller,
  kiroInstaller,
  droidInstaller,
  auggieInstaller,
  crushInstaller,
  antigravityInstaller,
  grokInstaller,
  ampInstaller,
  kimiInstaller,
];
