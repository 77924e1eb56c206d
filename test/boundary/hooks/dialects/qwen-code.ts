import { stopsByExitCode, stopsLikeClaude, type Dialect } from "./dialect.ts";

export const dialects: Readonly<Record<string, Dialect>> = {
  "qwen-code": {
    recorded: "qwen-code-0.24.4",
    forms: [
      ["PreToolUse", "pass", "tool", "abstain"],
      ["PreToolUse", "approved", "tool", "abstain"],
      ["PreToolUse", "deny", "tool", "deny"],
      ["PreToolUse", "kill", "tool", "deny"],
      ["UserPromptSubmit", "pass", "tool", "abstain"],
      // Without a prompt, which the hook of these forms is, every stop ends the session.
      ["UserPromptSubmit", "deny", "prompt", "kill"],
      ["UserPromptSubmit", "kill", "prompt", "kill"],
    ],
    refusal: ["tool", "denyFallback"],
    gates: ["PreToolUse", "UserPromptSubmit"],
    live: {
      hook: "qwen-code",
      shell: (command, { conversation, workspace, home }) => ({
        session_id: conversation,
        transcript_path: `${home}/.qwen/projects/-project/chats/${conversation}.jsonl`,
        cwd: workspace,
        hook_event_name: "PreToolUse",
        timestamp: "2026-11-20T12:15:16.850Z",
        permission_mode: "yolo",
        prompt_id: `${conversation}########0`,
        tool_name: "run_shell_command",
        tool_input: { command, description: "x", is_background: false },
        tool_use_id: `toolu_${command.length}`,
        tool_call_id: "call_1",
      }),
    },
    stops: (reply, event) => {
      if (reply.exit === 2) {
        return stopsByExitCode(reply);
      }
      if (event === "PreToolUse") {
        return stopsLikeClaude(reply);
      }
      const value = JSON.parse(reply.stdout) as Record<string, unknown>;
      const reason = value["continue"] === false ? value["stopReason"] : value["reason"];
      return (
        (value["continue"] === false || value["decision"] === "block") &&
        typeof reason === "string" &&
        reason !== ""
      );
    },
  },
};
