import { readExitCode, type AgentProbe } from "../probe.ts";

export const kiroProbe: AgentProbe = {
  agent: "kiro",
  adapter: "kiro",
  title: "Kiro",
  programs: ["kiro", "kiro-cli"],
  traces: [".kiro/extensions", ".kiro/argv.json", ".config/Kiro", ".local/share/kiro-cli"],
  event: "PreToolUse",
  payload: ({ command, conversation, workspace }) => ({
    hook_event_name: "preToolUse",
    session_id: conversation,
    cwd: workspace,
    tool_name: "execute_bash",
    tool_input: { command },
  }),
  reads: readExitCode,
};
