import type { Outcome } from "../../../model/outcome.ts";
import type { DecodedHook, WireReply } from "../adapter.ts";
import { jsonReply, oneLine, portableStop, stopReason } from "../reply.ts";

const noOpinion: WireReply = jsonReply({});

/** Nothing here skips Qwen Code's own prompt: a human's yes is no more than no opinion. */
export function encodeQwen(hook: DecodedHook, outcome: Outcome): WireReply {
  if (outcome.effect === "pass") {
    return noOpinion;
  }
  // Before a call of the model that no prompt led to, the session is stopped: that is where a kill takes effect.
  const ends = outcome.effect === "kill" || hook.payload.kind === "internal";
  return stop(hook.event, stopReason(outcome), ends);
}

export function refuseQwen(reason: string, event: string | undefined): WireReply {
  return stop(event ?? "", oneLine(reason), false);
}

function stop(event: string, reason: string, ends: boolean): WireReply {
  switch (event) {
    case "PreToolUse":
      return jsonReply({
        hookSpecificOutput: {
          hookEventName: event,
          permissionDecision: "deny",
          permissionDecisionReason: reason,
        },
      });
    case "UserPromptSubmit":
      return jsonReply(ends ? { continue: false, stopReason: reason } : { decision: "block", reason });
    default:
      return portableStop(reason);
  }
}
