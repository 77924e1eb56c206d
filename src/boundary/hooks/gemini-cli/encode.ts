import type { Outcome } from "../../../model/outcome.ts";
import type { WireReply } from "../adapter.ts";
import { jsonReply, oneLine, portableStop, stopReason } from "../reply.ts";

const noOpinion: WireReply = jsonReply({});

export function encodeGemini(event: string, outcome: Outcome): WireReply {
  if (outcome.effect === "pass") {
    return outcome.approved && event === "BeforeTool" ? jsonReply({ decision: "allow" }) : noOpinion;
  }
  return stop(event, stopReason(outcome), outcome.effect === "kill");
}

export function refuseGemini(reason: string, event: string | undefined): WireReply {
  return stop(event ?? "", oneLine(reason), false);
}

/** `continue: false` ends the whole loop, and the tool is not run. */
function stop(event: string, reason: string, kill: boolean): WireReply {
  switch (event) {
    case "BeforeTool":
      return jsonReply({
        ...(kill ? { continue: false, stopReason: reason } : {}),
        decision: "deny",
        reason,
      });
    case "BeforeAgent":
    case "BeforeModel":
      return jsonReply(kill ? { continue: false, stopReason: reason } : { decision: "deny", reason });
    default:
      return portableStop(reason);
  }
}
