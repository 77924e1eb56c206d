import type { Outcome } from "../../../model/outcome.ts";
import type { WireReply } from "../adapter.ts";
import { jsonReply, oneLine, portableStop, stopReason } from "../reply.ts";

/** An empty stdout with exit code 0 leaves droid's own permissions as they are. */
const noOpinion: WireReply = { exit: 0, stdout: "", stderr: "" };

export function encodeDroid(event: string, outcome: Outcome): WireReply {
  if (outcome.effect === "pass") {
    return outcome.approved && event === "PreToolUse" ? nested({ permissionDecision: "allow" }) : noOpinion;
  }
  const reason = stopReason(outcome);
  return outcome.effect === "kill" ? killReply(event, reason) : denyReply(event, reason);
}

export function refuseDroid(reason: string, event: string | undefined): WireReply {
  return event === undefined ? portableStop(reason) : denyReply(event, oneLine(reason));
}

function denyReply(event: string, reason: string): WireReply {
  return event === "PreToolUse" ? nested(denial(reason)) : portableStop(reason);
}

/** Stops the run; the denial beside it holds also where the run went on. */
function killReply(event: string, reason: string): WireReply {
  const stop = { continue: false, stopReason: reason };
  return event === "PreToolUse"
    ? jsonReply({ ...stop, hookSpecificOutput: { hookEventName: event, ...denial(reason) } })
    : jsonReply(stop);
}

function nested(output: object): WireReply {
  return jsonReply({ hookSpecificOutput: { hookEventName: "PreToolUse", ...output } });
}

function denial(reason: string): object {
  return { permissionDecision: "deny", permissionDecisionReason: reason };
}
