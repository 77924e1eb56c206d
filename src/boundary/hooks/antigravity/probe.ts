import { isJsonObject, parseJson, stringField } from "../../../base/json.ts";
import type { AgentProbe } from "../probe.ts";

export const antigravityProbe: AgentProbe = {
  agent: "antigravity",
  adapter: "antigravity",
  title: "Antigravity CLI",
  programs: ["agy", "antigravity"],
  traces: [".gemini/antigravity-cli", ".gemini/antigravity", ".config/Antigravity"],
  event: "PreToolUse",
  payload: ({ command, conversation, workspace, home }) => ({
    toolCall: { name: "run_command", args: { CommandLine: command, Cwd: workspace } },
    workspacePaths: [workspace],
    conversationId: conversation,
    stepIdx: command.length,
    modelName: "canary",
    transcriptPath: `${home}/.gemini/antigravity-cli/canary.jsonl`,
  }),
  // Everything but a decision of its own fails closed there.
  reads: ({ exit, stdout }) => {
    const answer = parseJson(stdout);
    const decision =
      answer.ok && isJsonObject(answer.value) ? stringField(answer.value, "decision") : undefined;
    return exit === 0 && decision === "allow" ? "passes" : "stops";
  },
};
