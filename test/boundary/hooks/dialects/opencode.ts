import type { Dialect } from "./dialect.ts";

/** What our own plugin reads: anything but `{}` with exit code 0 stops; the rest of that is the plugin's own test. */
export const dialects: Readonly<Record<string, Dialect>> = {
  opencode: {
    recorded: "opencode-1.18.33",
    forms: ["tool.execute.before", "chat.message"].flatMap((event): Dialect["forms"] => [
      [event, "pass", "tool", "abstain"],
      [event, "approved", "tool", "abstain"],
      [event, "deny", "tool", "deny"],
      [event, "kill", "tool", "kill"],
    ]),
    refusal: ["tool", "deny"],
    gates: ["tool.execute.before", "chat.message"],
    stops: ({ exit, stdout, stderr }) => (exit === 0 ? stdout !== "{}" && stdout !== "" : stderr !== ""),
    live: {
      hook: "opencode",
      shell: (command, { conversation, workspace }) => ({
        cwd: workspace,
        rootSessionID: conversation,
        hook_event_name: "tool.execute.before",
        tool: "bash",
        sessionID: conversation,
        callID: `call_${command.length}`,
        args: { command, description: "x" },
      }),
    },
  },
};
