import { readLikeClaude, type AgentProbe } from "../probe.ts";

export const vscodeProbe: AgentProbe = {
  agent: "vscode",
  adapter: "vscode",
  title: "VS Code agent mode",
  programs: ["code", "code-insiders", "codium", "code-server"],
  traces: [".vscode/extensions", ".config/Code", ".local/share/code-server"],
  event: "PreToolUse",
  payload: ({ command, conversation, workspace, home }) => ({
    timestamp: "2026-01-01T00:00:00.000Z",
    hook_event_name: "PreToolUse",
    session_id: conversation,
    transcript_path: `${home}/.config/Code/User/workspaceStorage/canary/transcripts/${conversation}.jsonl`,
    cwd: workspace,
    tool_name: "run_in_terminal",
    tool_input: { command, explanation: "canary", isBackground: false },
    tool_use_id: `call_${command.length}`,
  }),
  reads: readLikeClaude,
};
