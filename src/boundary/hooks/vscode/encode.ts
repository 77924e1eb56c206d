import type { Outcome } from "../../../model/outcome.ts";
import type { WireReply } from "../adapter.ts";
import { jsonReply, oneLine, portableStop, stopReason } from "../reply.ts";

/** `{}` is "no opinion" in all three dialects; an empty stdout is reported as a fault by some versions. */
const noOpinion: WireReply = jsonReply({});

/** VS Code's own agent loop. */
export function encodeLocal(event: string, outcome: Outcome): WireReply {
  if (outcome.effect === "pass") {
    return outcome.approved && event === "PreToolUse" ? nested({ permissionDecision: "allow" }) : noOpinion;
  }
  const reason = stopReason(outcome);
  return outcome.effect === "kill" ? killLocal(event, reason) : denyLocal(event, reason);
}

export function refuseLocal(reason: string, event: string | undefined): WireReply {
  return event === undefined ? portableStop(reason) : denyLocal(event, oneLine(reason));
}

/** The Copilot runtime under camelCase events, as the command line and the editor's agent host run it. */
export function encodeCopilot(event: string, outcome: Outcome): WireReply {
  if (outcome.effect === "pass") {
    return outcome.approved ? approvalCopilot(event) : noOpinion;
  }
  return stopCopilot(event, stopReason(outcome), outcome.effect === "kill");
}

/**
 * JSON with exit code 0 even where nothing is known of the call: the agent host swallows every other exit code and goes on,
 * while both it and the command line read this.
 */
export function refuseCopilot(reason: string, event: string | undefined): WireReply {
  return stopCopilot(event ?? "preToolUse", oneLine(reason), false);
}

/** The Copilot runtime under PascalCase events: Claude-shaped replies. */
export function encodeCopilotPascal(event: string, outcome: Outcome): WireReply {
  if (outcome.effect === "pass") {
    return outcome.approved && event === "PreToolUse" ? nested({ permissionDecision: "allow" }) : noOpinion;
  }
  return stopPascal(event, stopReason(outcome));
}

export function refuseCopilotPascal(reason: string, event: string | undefined): WireReply {
  return event === undefined ? portableStop(reason) : stopPascal(event, oneLine(reason));
}

function denyLocal(event: string, reason: string): WireReply {
  switch (event) {
    case "PreToolUse":
      return nested(denial(reason));
    case "UserPromptSubmit":
      // The only reply that is known to hold a prompt back here.
      return jsonReply({ continue: false, stopReason: reason });
    case "PostToolUse":
      return jsonReply({ decision: "block", reason });
    default:
      return noOpinion;
  }
}

function killLocal(event: string, reason: string): WireReply {
  const stop = { continue: false, stopReason: reason };
  return event === "PreToolUse"
    ? jsonReply({ ...stop, hookSpecificOutput: { hookEventName: event, ...denial(reason) } })
    : jsonReply(stop);
}

function approvalCopilot(event: string): WireReply {
  switch (event) {
    case "preToolUse":
      return jsonReply({ permissionDecision: "allow" });
    case "permissionRequest":
      return jsonReply({ behavior: "allow" });
    default:
      return noOpinion;
  }
}

/** A kill is told where the runtime has a word for it; before a tool it has none, and the process is ended instead. */
function stopCopilot(event: string, reason: string, kill: boolean): WireReply {
  switch (event) {
    case "preToolUse":
      return jsonReply(denial(reason));
    case "permissionRequest":
      return jsonReply({ behavior: "deny", message: reason, ...(kill ? { interrupt: true } : {}) });
    default:
      return noOpinion;
  }
}

function stopPascal(event: string, reason: string): WireReply {
  switch (event) {
    case "PreToolUse":
      return nested(denial(reason));
    case "PermissionRequest":
      // The runtime's JSON for this event under a PascalCase key is not known; it denies on every non-zero exit code.
      return portableStop(reason);
    case "PostToolUse":
      return jsonReply({ decision: "block", reason });
    default:
      return noOpinion;
  }
}

function nested(output: object): WireReply {
  return jsonReply({ hookSpecificOutput: { hookEventName: "PreToolUse", ...output } });
}

function denial(reason: string): object {
  return { permissionDecision: "deny", permissionDecisionReason: reason };
}
