import type { Outcome } from "../../../model/outcome.ts";
import type { WireReply } from "../adapter.ts";
import { jsonReply, oneLine, portableStop, stopReason } from "../reply.ts";

/**
 * Codex runs the tool when a reply has a member that it does not know, an empty reason, `continue` beside a denial, or a plain
 * `allow`: every reply here is exactly one of the forms of its schema.
 */
const noOpinion: WireReply = { exit: 0, stdout: "", stderr: "" };

export function encodeCodex(event: string, outcome: Outcome): WireReply {
  if (outcome.effect === "pass") {
    return outcome.approved && event === "PermissionRequest"
      ? jsonReply({ hookSpecificOutput: { hookEventName: event, decision: { behavior: "allow" } } })
      : noOpinion;
  }
  return stop(event, stopReason(outcome), outcome.effect === "kill");
}

export function refuseCodex(reason: string, event: string | undefined): WireReply {
  return stop(event ?? "", oneLine(reason), false);
}

/** There is no word for a kill in mid-turn: a denial, while Codex's process is ended. */
function stop(event: string, reason: string, kill: boolean): WireReply {
  switch (event) {
    case "PreToolUse":
      return jsonReply({
        hookSpecificOutput: {
          hookEventName: event,
          permissionDecision: "deny",
          permissionDecisionReason: reason,
        },
      });
    case "PermissionRequest":
      return jsonReply({
        hookSpecificOutput: { hookEventName: event, decision: { behavior: "deny", message: reason } },
      });
    case "UserPromptSubmit":
      return jsonReply(kill ? { continue: false, stopReason: reason } : { decision: "block", reason });
    case "SessionStart":
      return jsonReply({ continue: false, stopReason: reason });
    default:
      return portableStop(reason);
  }
}
