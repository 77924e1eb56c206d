import { stopsByExitCode, type Dialect } from "./dialect.ts";

const permissions = [
  "preToolUse",
  "beforeShellExecution",
  "beforeMCPExecution",
  "beforeReadFile",
  "beforeTabFileRead",
  "subagentStart",
];

export const dialects: Readonly<Record<string, Dialect>> = {
  cursor: {
    recorded: "cursor-3.15",
    forms: [
      ...permissions.flatMap((event): Dialect["forms"] => [
        [event, "pass", "tool", "abstain"],
        [event, "approved", "tool", "allow"],
        [event, "deny", "tool", "deny"],
        [event, "kill", "tool", "deny"],
      ]),
      ["beforeSubmitPrompt", "pass", "tool", "abstain"],
      ["beforeSubmitPrompt", "approved", "tool", "abstain"],
      ["beforeSubmitPrompt", "deny", "prompt", "deny"],
      ["beforeSubmitPrompt", "kill", "prompt", "deny"],
      ["sessionStart", "deny", "session", "deny"],
    ],
    refusal: ["tool", "denyFallback"],
    gates: [...permissions, "beforeSubmitPrompt", "sessionStart"],
    live: {
      hook: "cursor",
      shell: (command, { conversation, workspace }) => ({
        conversation_id: conversation,
        generation_id: `g-${command.length}`,
        model: "m",
        session_id: conversation,
        hook_event_name: "beforeShellExecution",
        cursor_version: "3.15.6",
        workspace_roots: [workspace],
        user_email: null,
        transcript_path: null,
        command,
        cwd: workspace,
        sandbox: false,
      }),
    },
    stops: (reply, event) => {
      if (reply.exit === 2) {
        return stopsByExitCode(reply);
      }
      const { permission, user_message, ...rest } = JSON.parse(reply.stdout) as Record<string, unknown>;
      const stopped = permissions.includes(event) ? permission === "deny" : rest["continue"] === false;
      return stopped && typeof user_message === "string" && user_message !== "";
    },
  },
};
