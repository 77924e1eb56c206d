import { readExitCode, type AgentProbe } from "../probe.ts";

/** The plugin is called as opencode calls it; what that throws is told like an exit code. */
export const opencodeProbe: AgentProbe = {
  agent: "opencode",
  adapter: "opencode",
  title: "opencode",
  programs: ["opencode"],
  traces: [".local/share/opencode", ".cache/opencode", ".local/state/opencode"],
  event: "tool.execute.before",
  payload: ({ command, conversation, workspace }) => ({
    directory: workspace,
    input: { tool: "bash", sessionID: conversation, callID: `call_${command.length}` },
    output: { args: { command, description: "canary" } },
  }),
  reads: readExitCode,
};
