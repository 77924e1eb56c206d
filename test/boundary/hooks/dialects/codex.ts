import { stopsByExitCode, type Dialect } from "./dialect.ts";

export const dialects: Readonly<Record<string, Dialect>> = {
  codex: {
    recorded: "codex-0.169.0",
    forms: [
      ["PreToolUse", "pass", "tool", "abstain"],
      // A plain `allow` is no valid reply there: the tool would run, and the hook count as failed.
      ["PreToolUse", "approved", "tool", "abstain"],
      ["PreToolUse", "deny", "tool", "deny"],
      ["PreToolUse", "kill", "tool", "deny"],
      ["PermissionRequest", "pass", "tool", "abstain"],
      ["PermissionRequest", "deny", "permission", "deny"],
      ["PermissionRequest", "kill", "permission", "deny"],
      ["UserPromptSubmit", "pass", "tool", "abstain"],
      ["UserPromptSubmit", "deny", "prompt", "deny"],
      ["UserPromptSubmit", "kill", "prompt", "kill"],
      ["SessionStart", "deny", "session", "deny"],
      ["SessionStart", "kill", "session", "deny"],
    ],
    refusal: ["tool", "denyFallback"],
    gates: ["PreToolUse", "PermissionRequest", "UserPromptSubmit", "SessionStart"],
    live: {
      hook: "codex",
      shell: (command, { conversation, workspace, home }) => ({
        session_id: conversation,
        turn_id: `turn-${command.length}`,
        transcript_path: `${home}/.codex/sessions/2026/11/20/rollout-2026-11-20T11-54-20-${conversation}.jsonl`,
        cwd: workspace,
        hook_event_name: "PreToolUse",
        model: "m",
        permission_mode: "bypassPermissions",
        tool_name: "Bash",
        tool_input: { command },
        tool_use_id: "call_1",
      }),
    },
    // As strictly as Codex reads: one member too many, and the tool runs.
    stops: (reply, event) => {
      if (reply.exit === 2) {
        return stopsByExitCode(reply);
      }
      const value = JSON.parse(reply.stdout) as Record<string, unknown>;
      const shape = (object: unknown): string => Object.keys(object as object).join(" ");
      const isReason = (reason: unknown): boolean => typeof reason === "string" && reason !== "";
      const output = value["hookSpecificOutput"] as Record<string, unknown> | undefined;
      switch (event) {
        case "PreToolUse":
          return (
            shape(value) === "hookSpecificOutput" &&
            shape(output) === "hookEventName permissionDecision permissionDecisionReason" &&
            output?.["permissionDecision"] === "deny" &&
            isReason(output["permissionDecisionReason"])
          );
        case "PermissionRequest": {
          const decision = output?.["decision"] as Record<string, unknown> | undefined;
          return (
            shape(value) === "hookSpecificOutput" &&
            shape(output) === "hookEventName decision" &&
            shape(decision) === "behavior message" &&
            decision?.["behavior"] === "deny" &&
            isReason(decision["message"])
          );
        }
        default:
          return (
            (shape(value) === "decision reason" &&
              value["decision"] === "block" &&
              isReason(value["reason"])) ||
            (shape(value) === "continue stopReason" &&
              value["continue"] === false &&
              isReason(value["stopReason"]))
          );
      }
    },
  },
};
