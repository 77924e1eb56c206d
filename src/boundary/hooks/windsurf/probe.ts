import { readExitCode, type AgentProbe } from "../probe.ts";

export const windsurfProbe: AgentProbe = {
  agent: "windsurf",
  adapter: "windsurf",
  title: "Windsurf / Devin Desktop",
  programs: ["windsurf"],
  traces: [".codeium/windsurf/memories", ".windsurf/extensions", ".config/Windsurf"],
  event: "pre_run_command",
  payload: ({ command, conversation, workspace }) => ({
    agent_action_name: "pre_run_command",
    trajectory_id: conversation,
    execution_id: `ex-${command.length}`,
    timestamp: "2026-01-01T00:00:00Z",
    tool_info: { command_line: command, cwd: workspace },
  }),
  reads: readExitCode,
};
