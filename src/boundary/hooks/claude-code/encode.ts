import type { Outcome } from "../../../model/outcome.ts";
import type { WireReply } from "../adapter.ts";
import { jsonReply, oneLine, portableStop, stopReason } from "../reply.ts";

/** Claude Code takes an empty stdout with exit code 0 for "no opinion": its own permission prompt goes on as ever. */
const noOpinion: WireReply = { exit: 0, stdout: "", stderr: "" };

export function encodeClaudeCode(event: string, outcome: Outcome): WireReply {
  if (outcome.effect === "pass") {
    return outcome.approved ? approval(event) : noOpinion;
  }
  const reason = stopReason(outcome);
  return outcome.effect === "kill" ? killReply(event, reason) : denyReply(event, reason);
}

export function refuseClaudeCode(reason: string, event: string | undefined): WireReply {
  return event === undefined ? portableStop(reason) : denyReply(event, oneLine(reason));
}

/** Sent only right after a human's yes, so that they are not asked a second time by the agent. */
function approval(event: string): WireReply {
  switch (event) {
    case "PreToolUse":
      return jsonReply({
        hookSpecificOutput: {
          hookEventName: event,
          permissionDecision: "allow",
          permissionDecisionReason: "Signalbox: approved",
        },
      });
    case "PermissionRequest":
      return jsonReply({ hookSpecificOutput: { hookEventName: event, decision: { behavior: "allow" } } });
    default:
      return noOpinion;
  }
}

function denyReply(event: string, reason: string): WireReply {
  switch (event) {
    case "PreToolUse":
      return jsonReply({ hookSpecificOutput: denial(reason) });
    case "PermissionRequest":
      return jsonReply({
        hookSpecificOutput: { hookEventName: event, decision: { behavior: "deny", message: reason } },
      });
    case "UserPromptSubmit":
    case "ConfigChange":
    case "PostToolUse":
      return jsonReply({ decision: "block", reason });
    default:
      return portableStop(reason);
  }
}

function killReply(event: string, reason: string): WireReply {
  switch (event) {
    case "PreToolUse":
      // `continue: false` alone lets the tool run before the turn ends: both parts are needed.
      return jsonReply({ continue: false, stopReason: reason, hookSpecificOutput: denial(reason) });
    case "PermissionRequest":
      return jsonReply({
        hookSpecificOutput: {
          hookEventName: event,
          decision: { behavior: "deny", message: reason, interrupt: true },
        },
      });
    case "UserPromptSubmit":
    case "PostToolUse":
      return jsonReply({ continue: false, stopReason: reason });
    default:
      return denyReply(event, reason);
  }
}

function denial(reason: string): object {
  return {
    hookEventName: "PreToolUse",
    permissionDecision: "deny",
    permissionDecisionReason: reason,
  };
}
