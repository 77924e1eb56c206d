import { readExitCode, type AgentProbe } from "../probe.ts";

/** The plugin is called as Amp calls it; any other answer than `allow` is told like an exit code. */
export const ampProbe: AgentProbe = {
  agent: "amp",
  adapter: "amp",
  title: "Amp",
  programs: ["amp"],
  traces: [".local/share/amp", ".cache/amp", ".config/amp/settings.json"],
  event: "tool.call",
  payload: ({ command, conversation, workspace }) => ({
    directory: workspace,
    input: {
      tool: "Bash",
      toolUseID: `toolu_${command.length}`,
      input: { cmd: command },
      thread: { id: conversation },
    },
    output: {},
  }),
  reads: readExitCode,
};
