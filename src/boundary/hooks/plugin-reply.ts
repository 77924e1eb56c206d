import type { Outcome } from "../../model/outcome.ts";
import type { WireReply } from "./adapter.ts";
import { jsonReply, oneLine, stopReason } from "./reply.ts";

/** What our own plugins read: `{}` for no opinion, or a decision with its reason. */
export function pluginReply(outcome: Outcome): WireReply {
  return outcome.effect === "pass"
    ? jsonReply({})
    : jsonReply({ decision: outcome.effect, reason: stopReason(outcome) });
}

export function pluginRefusal(reason: string): WireReply {
  return jsonReply({ decision: "deny", reason: oneLine(reason) });
}
