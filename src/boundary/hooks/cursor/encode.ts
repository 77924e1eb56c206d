import type { Outcome } from "../../../model/outcome.ts";
import type { WireReply } from "../adapter.ts";
import { jsonReply, oneLine, portableStop, stopReason } from "../reply.ts";
import { cursorEvents } from "./events.ts";

/** "No opinion". With `failClosed`, Cursor takes an empty stdout for a fault and blocks. */
const noOpinion: WireReply = jsonReply({});

/** Cursor has no word that ends a session: a kill is a denial here, and the latch holds whatever comes after it. */
export function encodeCursor(event: string, outcome: Outcome): WireReply {
  if (outcome.effect !== "pass") {
    return stop(event, stopReason(outcome));
  }
  // Sent only right after a human's yes, so that they are not asked a second time by Cursor.
  return outcome.approved && cursorEvents.get(event) === "permission"
    ? jsonReply({ permission: "allow" })
    : noOpinion;
}

export function refuseCursor(reason: string, event: string | undefined): WireReply {
  return stop(event ?? "", oneLine(reason));
}

function stop(event: string, reason: string): WireReply {
  switch (cursorEvents.get(event)) {
    case "permission":
      // The model is told `user_message`; `agent_message` is for versions that tell it that one.
      return jsonReply({ permission: "deny", user_message: reason, agent_message: reason });
    case "continue":
      return jsonReply({ continue: false, user_message: reason });
    default:
      return portableStop(reason);
  }
}
