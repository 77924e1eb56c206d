import { readExitCode, type AgentProbe } from "../probe.ts";

export const devinProbe: AgentProbe = {
  agent: "devin",
  adapter: "devin",
  title: "Devin CLI",
  programs: ["devin"],
  traces: [".config/devin", ".local/share/devin"],
  event: "PreToolUse",
  payload: ({ command, conversation, workspace }) => ({
    hook_event_name: "PreToolUse",
    session_id: conversation,
    cwd: workspace,
    tool_name: "exec",
    tool_input: { command, shell_id: "main" },
  }),
  reads: readExitCode,
};
