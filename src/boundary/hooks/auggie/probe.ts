import { readLikeClaude, type AgentProbe } from "../probe.ts";

export const auggieProbe: AgentProbe = {
  agent: "auggie",
  adapter: "auggie",
  title: "Auggie",
  programs: ["auggie"],
  traces: [".augment/session.json", ".augment/sessions", ".augment/checkpoints"],
  event: "PreToolUse",
  payload: ({ command, conversation, workspace }) => ({
    hook_event_name: "PreToolUse",
    conversation_id: conversation,
    workspace_roots: [workspace],
    tool_name: "launch-process",
    tool_input: { command, cwd: workspace, wait: true, max_wait_seconds: 60 },
    is_mcp_tool: false,
  }),
  reads: readLikeClaude,
};
