import { ampReports } from "./amp/report.ts";
import { claudeCodeReports } from "./claude-code/report.ts";
import { clineExtensionReports, clineReports } from "./cline/report.ts";
import { codexReports } from "./codex/report.ts";
import { cursorReports } from "./cursor/report.ts";
import { geminiReports } from "./gemini-cli/report.ts";
import { opencodeReports } from "./opencode/report.ts";
import { claudeReports, reportsOf, type ReportDialect } from "./report.ts";
import { copilotPascalReports, copilotReports, localReports } from "./vscode/report.ts";
import { windsurfReports } from "./windsurf/report.ts";

/** How dialects report what has run, by the adapter's id. One that is missing here tells nothing afterwards. */
export const reports: Readonly<Record<string, ReportDialect>> = {
  "claude-code": claudeCodeReports,
  vscode: localReports,
  copilot: copilotReports,
  "copilot-pascal": copilotPascalReports,
  cursor: cursorReports,
  codex: codexReports,
  "gemini-cli": geminiReports,
  "qwen-code": reportsOf(claudeReports),
  opencode: opencodeReports,
  cline: clineReports,
  "cline-vscode": clineExtensionReports,
  windsurf: windsurfReports,
  devin: reportsOf(claudeReports),
  kiro: reportsOf({
    ...claudeReports,
    events: { PostToolUse: { asked: "PreToolUse" }, postToolUse: { asked: "preToolUse" } },
  }),
  droid: reportsOf(claudeReports),
  auggie: reportsOf(claudeReports),
  amp: ampReports,
  "kimi-code": reportsOf(claudeReports),
};
