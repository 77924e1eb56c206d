import { isJsonObject, stringField, type JsonObject } from "../../../base/json.ts";
import { readReply, type AgentProbe } from "../probe.ts";

export const codexProbe: AgentProbe = {
  agent: "codex",
  adapter: "codex",
  title: "Codex",
  programs: ["codex"],
  traces: [".codex/auth.json", ".codex/sessions", ".codex/version.json", ".codex/history.jsonl"],
  event: "PreToolUse",
  payload: ({ command, conversation, workspace, home }) => ({
    session_id: conversation,
    turn_id: `turn-${command.length}`,
    transcript_path: `${home}/.codex/sessions/2026/01/01/rollout-2026-01-01T00-00-00-${conversation}.jsonl`,
    cwd: workspace,
    hook_event_name: "PreToolUse",
    model: "canary",
    permission_mode: "default",
    tool_name: "Bash",
    tool_input: { command },
    tool_use_id: `call_${command.length}`,
  }),
  reads: (reply) => readReply(reply, denies),
};

/** Codex drops a reply with any member that it does not know, and runs the tool. */
function denies(answer: JsonObject): boolean {
  const said = answer["hookSpecificOutput"];
  return (
    Object.keys(answer).join() === "hookSpecificOutput" &&
    isJsonObject(said) &&
    Object.keys(said).toSorted().join() === "hookEventName,permissionDecision,permissionDecisionReason" &&
    said["permissionDecision"] === "deny" &&
    (stringField(said, "permissionDecisionReason") ?? "") !== ""
  );
}
