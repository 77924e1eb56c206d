import type { Outcome } from "../../../model/outcome.ts";
import type { Adapter, WireReply } from "../adapter.ts";
import { exitCodeRefusal } from "../exit-code-reply.ts";
import { hookDeadlineSeconds } from "../launcher.ts";
import { jsonReply, portableStop, stopReason } from "../reply.ts";
import { crushAgent, decodeCrush, recognisesCrush } from "./decode.ts";

export const crush: Adapter = {
  id: crushAgent,
  title: "Crush",
  capabilities: {
    gates: ["shell", "reads", "writes", "mcp", "web"],
    kill: "reply",
    waitsMs: hookDeadlineSeconds * 1000,
    failsClosedItself: false,
    shellInput: "unknown",
  },
  proof: [{ kind: "documented", version: "2026" }],
  notes: ["its sub-agents call no hooks"],
  recognises: recognisesCrush,
  mayBe: recognisesCrush,
  decode: decodeCrush,
  encode: (hook, outcome) => encode(hook.event, outcome),
  refuse: exitCodeRefusal,
};

/** `allow` skips Crush's own prompt, so only a human's yes is that; `halt` ends the turn besides the denial. */
function encode(event: string, outcome: Outcome): WireReply {
  if (outcome.effect === "pass") {
    return jsonReply(outcome.approved && event === "PreToolUse" ? { version: 1, decision: "allow" } : {});
  }
  const reason = stopReason(outcome);
  return outcome.effect === "kill"
    ? jsonReply({ version: 1, decision: "deny", halt: true, reason })
    : portableStop(reason);
}
