import type { Adapter, WireReply } from "../adapter.ts";
import { hookDeadlineSeconds } from "../launcher.ts";
import { jsonReply, oneLine, stopReason } from "../reply.ts";
import { antigravityAgent, decodeAntigravity, recognisesAntigravity } from "./decode.ts";

/** Google's Antigravity command line. */
export const antigravity: Adapter = {
  id: antigravityAgent,
  title: "Antigravity",
  capabilities: {
    gates: ["shell", "reads", "writes", "mcp", "web"],
    kill: "process",
    waitsMs: hookDeadlineSeconds * 1000,
    failsClosedItself: true,
    shellInput: "unknown",
  },
  proof: [{ kind: "documented", version: "1.1.2" }],
  notes: ["calls of `invoke_subagent` go through although its hook denies them (antigravity-cli#640)"],
  recognises: recognisesAntigravity,
  mayBe: recognisesAntigravity,
  decode: (payload, hookFolder = "") => decodeAntigravity(payload, hookFolder),
  // It wants an explicit decision, and its `allow` leaves its own prompt in place: this agent's word for "no opinion".
  encode: (_hook, outcome) =>
    outcome.effect === "pass" ? jsonReply({ decision: "allow" }) : stop(stopReason(outcome)),
  refuse: (reason) => stop(oneLine(reason)),
};

function stop(reason: string): WireReply {
  return jsonReply({ decision: "deny", reason });
}
