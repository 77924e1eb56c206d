import { readLikeClaude, type AgentProbe } from "../probe.ts";

export const claudeCodeProbe: AgentProbe = {
  agent: "claude-code",
  adapter: "claude-code",
  title: "Claude Code",
  programs: ["claude"],
  traces: [".claude.json", ".claude/projects", ".claude/history.jsonl", ".claude/statsig"],
  event: "PreToolUse",
  payload: ({ command, conversation, workspace, home }) => ({
    session_id: conversation,
    transcript_path: `${home}/.claude/projects/-canary/${conversation}.jsonl`,
    cwd: workspace,
    permission_mode: "default",
    hook_event_name: "PreToolUse",
    tool_name: "Bash",
    tool_input: { command, description: "canary" },
    tool_use_id: `toolu_${command.length}`,
  }),
  reads: readLikeClaude,
};
