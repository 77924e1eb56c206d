import { readLikeClaude, type AgentProbe } from "../probe.ts";

export const kimiProbe: AgentProbe = {
  agent: "kimi-code",
  adapter: "kimi-code",
  title: "Kimi Code",
  programs: ["kimi"],
  traces: [".kimi-code/sessions", ".kimi-code/credentials", ".kimi-code/logs"],
  event: "PreToolUse",
  payload: ({ command, conversation, workspace }) => ({
    hook_event_name: "PreToolUse",
    session_id: conversation,
    client_type: "kimi_code_cli",
    cwd: workspace,
    tool_name: "Bash",
    tool_input: { command },
    tool_call_id: `Bash:${command.length}`,
  }),
  reads: readLikeClaude,
};
