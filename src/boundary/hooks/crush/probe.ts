import { stringField } from "../../../base/json.ts";
import { readReply, type AgentProbe } from "../probe.ts";

export const crushProbe: AgentProbe = {
  agent: "crush",
  adapter: "crush",
  title: "Crush",
  programs: ["crush"],
  traces: [".local/share/crush", ".cache/crush"],
  event: "PreToolUse",
  payload: ({ command, conversation, workspace }) => ({
    event: "PreToolUse",
    session_id: conversation,
    cwd: workspace,
    tool_name: "bash",
    tool_input: { command },
  }),
  reads: (reply) =>
    readReply(
      reply,
      (answer) => answer["decision"] === "deny" && (stringField(answer, "reason") ?? "") !== "",
    ),
};
