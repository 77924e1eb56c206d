import { stringField } from "../../../base/json.ts";
import { readReply, type AgentProbe } from "../probe.ts";

export const cursorProbe: AgentProbe = {
  agent: "cursor",
  adapter: "cursor",
  title: "Cursor",
  programs: ["cursor", "cursor-agent"],
  traces: [
    ".cursor/extensions",
    ".cursor/argv.json",
    ".cursor/ide_state.json",
    ".cursor/projects",
    ".config/Cursor",
  ],
  event: "beforeShellExecution",
  payload: ({ command, conversation, workspace, version }) => ({
    conversation_id: conversation,
    generation_id: `g-${command.length}`,
    model: "canary",
    session_id: conversation,
    hook_event_name: "beforeShellExecution",
    cursor_version: version,
    workspace_roots: [workspace],
    user_email: null,
    transcript_path: null,
    command,
    cwd: workspace,
    sandbox: false,
  }),
  // With `failClosed`, an empty stdout blocks, and only `{}` is no opinion.
  reads: (reply) =>
    reply.exit === 0 && reply.stdout === ""
      ? "stops"
      : readReply(
          reply,
          (answer) =>
            stringField(answer, "permission") === "deny" &&
            (stringField(answer, "user_message") ?? "") !== "",
        ),
};
