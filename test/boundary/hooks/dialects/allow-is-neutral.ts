import type { WireReply } from "../../../../src/boundary/hooks/adapter.ts";
import type { Dialect } from "./dialect.ts";

const neutral = '{"decision":"allow"}';

function denies(reply: WireReply): boolean {
  const value = JSON.parse(reply.stdout === "" ? "{}" : reply.stdout) as Record<string, unknown>;
  return value["decision"] === "deny" && typeof value["reason"] === "string" && value["reason"] !== "";
}

/** Agents that want to hear `allow` where there is nothing to say, and still ask their human as ever. */
export const dialects: Readonly<Record<string, Dialect>> = {
  grok: {
    recorded: "grok-1.0",
    forms: [
      ["pre_tool_use", "pass", "tool", "abstain"],
      ["pre_tool_use", "approved", "tool", "abstain"],
      ["pre_tool_use", "deny", "tool", "deny"],
      ["pre_tool_use", "kill", "tool", "deny"],
    ],
    refusal: ["tool", "deny"],
    neutral,
    gates: ["pre_tool_use"],
    stops: (reply) => reply.exit === 2 && reply.stderr !== "" && (reply.stdout === "" || denies(reply)),
    live: {
      hook: "grok",
      shell: (command, { conversation, workspace }) => ({
        hookEventName: "pre_tool_use",
        sessionId: conversation,
        cwd: workspace,
        workspaceRoot: workspace,
        toolName: "run_terminal_command",
        toolInput: { command },
        timestamp: "2026-11-20T12:00:00Z",
      }),
    },
  },
  antigravity: {
    recorded: "antigravity-1.1.2",
    forms: [
      ["PreToolUse", "pass", "tool", "abstain"],
      ["PreToolUse", "approved", "tool", "abstain"],
      ["PreToolUse", "deny", "tool", "deny"],
      ["PreToolUse", "kill", "tool", "deny"],
    ],
    refusal: ["tool", "deny"],
    neutral,
    gates: ["PreToolUse"],
    stops: (reply) => reply.exit === 0 && denies(reply),
  },
};
