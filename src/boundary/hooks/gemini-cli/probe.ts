import { stringField } from "../../../base/json.ts";
import { readReply, type AgentProbe } from "../probe.ts";

export const geminiCliProbe: AgentProbe = {
  agent: "gemini-cli",
  adapter: "gemini-cli",
  title: "Gemini CLI",
  programs: ["gemini"],
  traces: [
    ".gemini/tmp",
    ".gemini/installation_id",
    ".gemini/oauth_creds.json",
    ".gemini/google_accounts.json",
  ],
  event: "BeforeTool",
  payload: ({ command, conversation, workspace, home }) => ({
    session_id: conversation,
    transcript_path: `${home}/.gemini/tmp/canary/chats/session-2026-01-01T00-00-x.jsonl`,
    cwd: workspace,
    hook_event_name: "BeforeTool",
    timestamp: "2026-01-01T00:00:00.000Z",
    tool_name: "run_shell_command",
    tool_input: { command, description: "canary" },
  }),
  reads: (reply) =>
    readReply(
      reply,
      (answer) =>
        ((answer["decision"] === "deny" || answer["decision"] === "block") &&
          (stringField(answer, "reason") ?? "") !== "") ||
        answer["continue"] === false,
    ),
};
