import { stopsByExitCode, type Dialect } from "./dialect.ts";

/** Agents that read nothing but the exit code: what they take, and the events before something happens. */
function exitCodes(recorded: string, gates: readonly string[], live?: Dialect["live"]): Dialect {
  return {
    recorded,
    forms: gates.flatMap((event): Dialect["forms"] => [
      [event, "pass", "tool", "abstain"],
      [event, "approved", "tool", "abstain"],
      [event, "deny", "tool", "deny"],
      [event, "kill", "tool", "deny"],
    ]),
    refusal: ["tool", "deny"],
    gates,
    stops: stopsByExitCode,
    ...(live === undefined ? {} : { live }),
  };
}

export const dialects: Readonly<Record<string, Dialect>> = {
  windsurf: exitCodes(
    "windsurf-2026",
    ["pre_run_command", "pre_read_code", "pre_write_code", "pre_mcp_tool_use", "pre_user_prompt"],
    {
      hook: "windsurf",
      shell: (command, { conversation, workspace }) => ({
        agent_action_name: "pre_run_command",
        trajectory_id: conversation,
        execution_id: "ex-1",
        timestamp: "2026-11-20T12:00:00Z",
        tool_info: { command_line: command, cwd: workspace },
      }),
    },
  ),
  devin: exitCodes("devin-2026", ["PreToolUse", "PermissionRequest", "UserPromptSubmit"], {
    hook: "devin",
    shell: (command, { conversation, workspace }) => ({
      hook_event_name: "PreToolUse",
      session_id: conversation,
      cwd: workspace,
      tool_name: "exec",
      tool_input: { command, shell_id: "main" },
    }),
  }),
  "kimi-code": exitCodes("kimi-code-2026", ["PreToolUse", "UserPromptSubmit"], {
    hook: "kimi-code",
    shell: (command, { conversation, workspace }) => ({
      hook_event_name: "PreToolUse",
      session_id: conversation,
      client_type: "kimi_code_cli",
      cwd: workspace,
      tool_name: "Bash",
      tool_input: { command },
      tool_call_id: `Bash:${command.length}`,
    }),
  }),
  kiro: exitCodes("kiro-2", ["preToolUse", "userPromptSubmit", "PreToolUse", "UserPromptSubmit"], {
    hook: "kiro",
    shell: (command, { conversation, workspace }) => ({
      hook_event_name: "preToolUse",
      session_id: conversation,
      cwd: workspace,
      tool_name: "execute_bash",
      tool_input: { command },
    }),
  }),
};
