import { stopsByExitCode, type Dialect } from "./dialect.ts";

export const dialects: Readonly<Record<string, Dialect>> = {
  "gemini-cli": {
    recorded: "gemini-cli-0.61.0",
    forms: [
      ["BeforeTool", "pass", "tool", "abstain"],
      ["BeforeTool", "approved", "tool", "allow"],
      ["BeforeTool", "deny", "tool", "deny"],
      ["BeforeTool", "kill", "tool", "kill"],
      ["BeforeAgent", "approved", "tool", "abstain"],
      ["BeforeAgent", "deny", "prompt", "deny"],
      ["BeforeAgent", "kill", "prompt", "kill"],
      ["BeforeModel", "deny", "prompt", "deny"],
      ["BeforeModel", "kill", "prompt", "kill"],
    ],
    refusal: ["tool", "denyFallback"],
    gates: ["BeforeTool", "BeforeAgent", "BeforeModel"],
    live: {
      hook: "gemini-cli",
      shell: (command, { conversation, workspace, home }) => ({
        session_id: conversation,
        transcript_path: `${home}/.gemini/tmp/project/chats/session-2026-11-20T11-55-x.jsonl`,
        cwd: workspace,
        hook_event_name: "BeforeTool",
        timestamp: "2026-11-20T11:55:18.349Z",
        tool_name: "run_shell_command",
        tool_input: { command, description: "x" },
      }),
    },
    stops: (reply) => {
      if (reply.exit === 2) {
        return stopsByExitCode(reply);
      }
      const { decision, reason, stopReason, ...rest } = JSON.parse(reply.stdout) as Record<string, unknown>;
      const isReason = (text: unknown): boolean => typeof text === "string" && text !== "";
      return (
        (decision === "deny" && isReason(reason)) || (rest["continue"] === false && isReason(stopReason))
      );
    },
  },
};
