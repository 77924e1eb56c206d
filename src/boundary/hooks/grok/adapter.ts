import type { Adapter, WireReply } from "../adapter.ts";
import { hookDeadlineSeconds } from "../launcher.ts";
import { jsonReply, oneLine, stopReason } from "../reply.ts";
import { decodeGrok, grokAgent, recognisesGrok } from "./decode.ts";

/** Grok Build. */
export const grok: Adapter = {
  id: grokAgent,
  title: "Grok Build",
  capabilities: {
    gates: ["shell", "reads", "writes", "mcp", "web"],
    kill: "process",
    waitsMs: hookDeadlineSeconds * 1000,
    failsClosedItself: false,
    shellInput: "unknown",
  },
  proof: [{ kind: "documented", version: "1.0" }],
  recognises: recognisesGrok,
  mayBe: recognisesGrok,
  decode: decodeGrok,
  // Its `allow` only declines to deny: this agent's word for "no opinion".
  encode: (_hook, outcome) =>
    outcome.effect === "pass" ? jsonReply({ decision: "allow" }) : stop(stopReason(outcome)),
  refuse: (reason) => stop(oneLine(reason)),
};

/** The documentation asks for both, the decision and the exit code. */
function stop(reason: string): WireReply {
  return { exit: 2, stdout: JSON.stringify({ decision: "deny", reason }), stderr: reason };
}
