import type { Outcome } from "../../model/outcome.ts";
import type { WireReply } from "./adapter.ts";
import { oneLine, portableStop, stopReason } from "./reply.ts";

const noOpinion: WireReply = { exit: 0, stdout: "", stderr: "" };

/**
 * The dialect of agents that read nothing but the exit code: 2 stops, with the reason on stderr. They have no word for "allow",
 * so even after a human's yes their own prompt goes on as ever.
 */
export function exitCodeReply(outcome: Outcome): WireReply {
  return outcome.effect === "pass" ? noOpinion : portableStop(stopReason(outcome));
}

/** The refusal of the same dialect. */
export function exitCodeRefusal(reason: string): WireReply {
  return portableStop(oneLine(reason));
}
