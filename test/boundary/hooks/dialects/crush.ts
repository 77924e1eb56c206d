import { stopsByExitCode, type Dialect } from "./dialect.ts";

export const dialects: Readonly<Record<string, Dialect>> = {
  crush: {
    recorded: "crush-2026",
    forms: [
      ["PreToolUse", "pass", "tool", "abstain"],
      ["PreToolUse", "approved", "tool", "allow"],
      ["PreToolUse", "deny", "tool", "deny"],
      ["PreToolUse", "kill", "tool", "killJson"],
    ],
    refusal: ["tool", "deny"],
    gates: ["PreToolUse"],
    stops: (reply) => {
      if (reply.exit !== 0) {
        return stopsByExitCode(reply);
      }
      const value = JSON.parse(reply.stdout) as Record<string, unknown>;
      return value["decision"] === "deny" && typeof value["reason"] === "string" && value["reason"] !== "";
    },
    live: {
      hook: "crush",
      shell: (command, { conversation, workspace }) => ({
        event: "PreToolUse",
        session_id: conversation,
        cwd: workspace,
        tool_name: "bash",
        tool_input: { command },
      }),
    },
  },
};
