import { readLikeClaude, type AgentProbe } from "../probe.ts";

export const droidProbe: AgentProbe = {
  agent: "droid",
  adapter: "droid",
  title: "Factory droid",
  programs: ["droid"],
  traces: [".factory/sessions", ".factory/logs", ".factory/auth.json", ".factory/auth.encrypted"],
  event: "PreToolUse",
  payload: ({ command, conversation, workspace, home }) => ({
    session_id: conversation,
    transcript_path: `${home}/.factory/sessions/${conversation}.jsonl`,
    cwd: workspace,
    permission_mode: "auto-low",
    hook_event_name: "PreToolUse",
    tool_name: "Execute",
    tool_input: { command },
  }),
  reads: readLikeClaude,
};
