import type { Dialect } from "./dialect.ts";

/** What our own plugin reads: anything but `{}` with exit code 0 stops; the rest of that is the plugin's own test. */
export const dialects: Readonly<Record<string, Dialect>> = {
  amp: {
    recorded: "amp-0.0.1790142911",
    forms: ["tool.call"].flatMap((event): Dialect["forms"] => [
      [event, "pass", "tool", "abstain"],
      [event, "approved", "tool", "abstain"],
      [event, "deny", "tool", "deny"],
      [event, "kill", "tool", "kill"],
    ]),
    refusal: ["tool", "deny"],
    gates: ["tool.call"],
    stops: ({ exit, stdout, stderr }) => (exit === 0 ? stdout !== "{}" && stdout !== "" : stderr !== ""),
    live: {
      hook: "amp",
      shell: (command, { conversation, workspace }) => ({
        cwd: workspace,
        threadID: conversation,
        rootThreadID: conversation,
        hook_event_name: "tool.call",
        tool: "Bash",
        toolUseID: `toolu_${command.length}`,
        input: { cmd: command },
      }),
    },
  },
};
