import { stopsLikeClaude, type Dialect } from "./dialect.ts";

export const dialects: Readonly<Record<string, Dialect>> = {
  droid: {
    recorded: "droid-0.225.2",
    forms: [
      ["PreToolUse", "pass", "tool", "abstain"],
      ["PreToolUse", "approved", "tool", "allow"],
      ["PreToolUse", "deny", "tool", "deny"],
      ["PreToolUse", "kill", "tool", "kill"],
      ["UserPromptSubmit", "pass", "tool", "abstain"],
      ["UserPromptSubmit", "deny", "prompt", "deny"],
      ["UserPromptSubmit", "kill", "prompt", "kill"],
    ],
    refusal: ["tool", "denyFallback"],
    gates: ["PreToolUse"],
    stops: stopsLikeClaude,
    live: {
      hook: "droid",
      shell: (command, { conversation, workspace, home }) => ({
        session_id: conversation,
        transcript_path: `${home}/.factory/sessions/${conversation}.jsonl`,
        cwd: workspace,
        permission_mode: "auto-low",
        hook_event_name: "PreToolUse",
        tool_name: "Execute",
        tool_input: { command },
      }),
    },
  },
};
