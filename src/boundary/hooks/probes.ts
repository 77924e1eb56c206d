import { ampProbe } from "./amp/probe.ts";
import { antigravityProbe } from "./antigravity/probe.ts";
import { auggieProbe } from "./auggie/probe.ts";
import { claudeCodeProbe } from "./claude-code/probe.ts";
import { clineExtensionProbe, clineProbe } from "./cline/probe.ts";
import { codexProbe } from "./codex/probe.ts";
import { copilotProbe } from "./copilot/probe.ts";
import { crushProbe } from "./crush/probe.ts";
import { cursorProbe } from "./cursor/probe.ts";
import { devinProbe } from "./devin/probe.ts";
import { droidProbe } from "./droid/probe.ts";
import { geminiCliProbe } from "./gemini-cli/probe.ts";
import { grokProbe } from "./grok/probe.ts";
import { kimiProbe } from "./kimi-code/probe.ts";
import { kiroProbe } from "./kiro/probe.ts";
import { opencodeProbe } from "./opencode/probe.ts";
import { qwenCodeProbe } from "./qwen-code/probe.ts";
import { vscodeProbe } from "./vscode/probe.ts";
import { windsurfProbe } from "./windsurf/probe.ts";
import type { AgentProbe } from "./probe.ts";

/** Every agent that a machine is searched for, in the order of the installers. */
export const probes: readonly AgentProbe[] = [
  claudeCodeProbe,
  vscodeProbe,
  copilotProbe,
  cursorProbe,
  codexProbe,
  geminiCliProbe,
  qwenCodeProbe,
  opencodeProbe,
  clineProbe,
  clineExtensionProbe,
  windsurfProbe,
  devinProbe,
  kiroProbe,
  droidProbe,
  auggieProbe,
  crushProbe,
  antigravityProbe,
  grokProbe,
  ampProbe,
  kimiProbe,
];

export function probeOf(agent: string): AgentProbe | undefined {
  return probes.find((probe) => probe.agent === agent);
}
