import { stringField } from "../../../base/json.ts";
import { readExitCode, readReply, type AgentProbe } from "../probe.ts";

export const grokProbe: AgentProbe = {
  agent: "grok",
  adapter: "grok",
  title: "Grok Build",
  programs: ["grok"],
  traces: [".grok/sessions", ".grok/auth.json", ".grok/logs"],
  event: "PreToolUse",
  payload: ({ command, conversation, workspace }) => ({
    hookEventName: "pre_tool_use",
    sessionId: conversation,
    cwd: workspace,
    workspaceRoot: workspace,
    toolName: "run_terminal_command",
    toolInput: { command },
    timestamp: "2026-01-01T00:00:00Z",
  }),
  // `allow` only means there that nobody objects.
  reads: (reply) =>
    reply.exit === 0 && reply.stdout === '{"decision":"allow"}'
      ? "passes"
      : reply.exit === 2
        ? readExitCode({ ...reply, stdout: "" })
        : readReply(reply, (answer) => stringField(answer, "decision") === "deny"),
};
