import { readLikeClaude, type AgentProbe } from "../probe.ts";

export const qwenCodeProbe: AgentProbe = {
  agent: "qwen-code",
  adapter: "qwen-code",
  title: "Qwen Code",
  programs: ["qwen"],
  traces: [".qwen/tmp", ".qwen/projects", ".qwen/installation_id", ".qwen/oauth_creds.json"],
  event: "PreToolUse",
  payload: ({ command, conversation, workspace, home }) => ({
    session_id: conversation,
    transcript_path: `${home}/.qwen/projects/-canary/chats/${conversation}.jsonl`,
    cwd: workspace,
    hook_event_name: "PreToolUse",
    timestamp: "2026-01-01T00:00:00.000Z",
    permission_mode: "default",
    prompt_id: `${conversation}########0`,
    tool_name: "run_shell_command",
    tool_input: { command, description: "canary", is_background: false },
    tool_use_id: `toolu_${command.length}`,
    tool_call_id: `call_${command.length}`,
  }),
  reads: readLikeClaude,
};
