import type { WireReply } from "../adapter.ts";
import { jsonReply, oneLine, portableStop } from "../reply.ts";

/**
 * How a client refuses when no broker tells it what to say. `asJson` is for harnesses that swallow every exit code but 0: both
 * shapes of a denial in one, which those harnesses accept.
 */
export function clientRefusal(reason: string, event: string, asJson: boolean): WireReply {
  const text = oneLine(reason);
  const denial = { permissionDecision: "deny", permissionDecisionReason: text };
  if (asJson && (event === "PreToolUse" || event === "preToolUse" || event === "-")) {
    return jsonReply({ ...denial, hookSpecificOutput: { hookEventName: "PreToolUse", ...denial } });
  }
  if (asJson && event === "UserPromptSubmit") {
    return jsonReply({ continue: false, stopReason: text });
  }
  return portableStop(text);
}

/** The four lines of a broker's reply; undefined where they are not whole. */
export function parseReply(text: string): WireReply | undefined {
  const [head, stdout, stderr, end, ...rest] = text.replace(/\n$/, "").split("\n");
  const exit = /^SIGNALBOX\/1 (\d{1,3})$/.exec(head ?? "")?.[1];
  const whole = end === "END" && rest.length === 0 && stdout !== undefined && stderr !== undefined;
  return whole && exit !== undefined && Number(exit) <= 255
    ? { exit: Number(exit), stdout, stderr }
    : undefined;
}
