import { isJsonObject, parseJson, stringField, type JsonObject } from "../../../base/json.ts";
import type { WireReply } from "../adapter.ts";
import type { AgentProbe, CanaryCall, ReplyMeaning } from "../probe.ts";

/** Nothing but `cancel` stops Cline, and everything else passes, whatever the exit code. */
function readCancel({ stdout }: WireReply): ReplyMeaning {
  const answer = parseJson(stdout);
  if (!answer.ok || !isJsonObject(answer.value)) {
    return "unclear";
  }
  const { cancel } = answer.value;
  if (cancel === true) {
    return (stringField(answer.value, "errorMessage") ?? "") === "" ? "unclear" : "stops";
  }
  return cancel === false ? "passes" : "unclear";
}

const common = ({ conversation, workspace, version }: Omit<CanaryCall, "command">): JsonObject => ({
  clineVersion: version,
  timestamp: "2026-01-01T00:00:00.000Z",
  taskId: conversation,
  workspaceRoots: [workspace],
  userId: "canary",
});

export const clineProbe: AgentProbe = {
  agent: "cline",
  adapter: "cline",
  title: "Cline (command line)",
  programs: ["cline"],
  traces: [".cline/data", ".cline/logs"],
  event: "PreToolUse",
  payload: ({ command, ...call }) => ({
    ...common(call),
    sessionContext: { rootSessionId: call.conversation },
    workspaceInfo: { rootPath: call.workspace, hint: "canary" },
    agent_id: "canary",
    parent_agent_id: null,
    hookName: "tool_call",
    iteration: 1,
    tool_call: { id: `call_${command.length}`, name: "run_commands", input: { commands: [command] } },
    preToolUse: { toolName: "run_commands", parameters: { commands: JSON.stringify([command]) } },
  }),
  reads: readCancel,
};

export const clineExtensionProbe: AgentProbe = {
  agent: "cline-vscode",
  adapter: "cline-vscode",
  title: "Cline (extension)",
  programs: [],
  traces: [".config/Code/User/globalStorage/saoudrizwan.claude-dev", "Documents/Cline/Rules"],
  event: "PreToolUse",
  payload: ({ command, ...call }) => ({
    ...common(call),
    model: { provider: "canary", slug: "canary" },
    hookName: "PreToolUse",
    preToolUse: { toolName: "execute_command", parameters: { command, requires_approval: "true" } },
  }),
  reads: readCancel,
};
