import { claudeCode } from "./claude-code.ts";
import { cline } from "./cline.ts";
import { codex } from "./codex.ts";
import { copilotCli } from "./copilot-cli.ts";
import { geminiCli } from "./gemini-cli.ts";
import type { LiveAgent } from "./live-agent.ts";
import { opencode } from "./opencode.ts";
import { qwenCode } from "./qwen-code.ts";

const everyRun: readonly LiveAgent[] = [claudeCode, codex, geminiCli, opencode, copilotCli];
/** They take minutes, so only `SIGNALBOX_E2E_ALL=1` runs them. */
const onDemand: readonly LiveAgent[] = [qwenCode, cline];

/** Every agent that is run for real. */
export const liveAgents: readonly LiveAgent[] =
  process.env["SIGNALBOX_E2E_ALL"] === "1" ? [...everyRun, ...onDemand] : everyRun;
