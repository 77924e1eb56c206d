import { readLikeClaude, type AgentProbe } from "../probe.ts";

/** The command line, which reads VS Code's file as well; its own hooks are the managed ones. */
export const copilotProbe: AgentProbe = {
  agent: "copilot",
  adapter: "copilot",
  title: "GitHub Copilot CLI",
  programs: ["copilot"],
  traces: [".copilot/session-state", ".copilot/config.json", ".copilot/logs"],
  event: "preToolUse",
  sharesHooksOf: "vscode",
  payload: ({ event, command, conversation, workspace }) =>
    event === "preToolUse"
      ? {
          sessionId: conversation,
          timestamp: 1_795_177_384_000,
          cwd: workspace,
          toolName: "bash",
          toolArgs: JSON.stringify({ command, description: "canary" }),
        }
      : {
          hook_event_name: event,
          session_id: conversation,
          timestamp: "2026-01-01T00:00:00.000Z",
          cwd: workspace,
          tool_name: "Bash",
          tool_input: { command, description: "canary" },
        },
  reads: readLikeClaude,
};
