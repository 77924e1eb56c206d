import { stopsLikeClaude, type Dialect } from "./dialect.ts";

export const dialects: Readonly<Record<string, Dialect>> = {
  auggie: {
    recorded: "auggie-0.36.0",
    forms: [
      ["PreToolUse", "pass", "tool", "abstain"],
      ["PreToolUse", "approved", "tool", "abstain"],
      ["PreToolUse", "deny", "tool", "deny"],
      ["PreToolUse", "kill", "tool", "deny"],
    ],
    refusal: ["tool", "denyFallback"],
    gates: ["PreToolUse"],
    stops: stopsLikeClaude,
    live: {
      hook: "auggie",
      shell: (command, { conversation, workspace }) => ({
        hook_event_name: "PreToolUse",
        conversation_id: conversation,
        workspace_roots: [workspace],
        tool_name: "launch-process",
        tool_input: { command, cwd: workspace, wait: true, max_wait_seconds: 60 },
        is_mcp_tool: false,
      }),
    },
  },
};
