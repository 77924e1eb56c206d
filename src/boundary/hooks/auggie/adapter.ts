import type { Outcome } from "../../../model/outcome.ts";
import type { Adapter, WireReply } from "../adapter.ts";
import { hookDeadlineSeconds } from "../launcher.ts";
import { jsonReply, oneLine, portableStop, stopReason } from "../reply.ts";
import { auggieAgent, decodeAuggie, recognisesAuggie } from "./decode.ts";

/** Auggie has no word for "allow": after a human's yes its own permissions decide as ever. */
const noOpinion: WireReply = { exit: 0, stdout: "", stderr: "" };

export const auggie: Adapter = {
  id: auggieAgent,
  title: "Auggie",
  capabilities: {
    gates: ["shell", "reads", "writes", "mcp", "web"],
    kill: "process",
    waitsMs: hookDeadlineSeconds * 1000,
    failsClosedItself: false,
    shellInput: "seen",
  },
  proof: [{ kind: "contract", version: "0.36.0" }],
  recognises: recognisesAuggie,
  mayBe: recognisesAuggie,
  decode: decodeAuggie,
  encode: (hook, outcome) => encode(hook.event, outcome),
  refuse: (reason, event) => (event === "PreToolUse" ? denial(oneLine(reason)) : portableStop(reason)),
};

function encode(event: string, outcome: Outcome): WireReply {
  if (outcome.effect === "pass") {
    return noOpinion;
  }
  const reason = stopReason(outcome);
  return event === "PreToolUse" ? denial(reason) : portableStop(reason);
}

function denial(reason: string): WireReply {
  const output = {
    hookEventName: "PreToolUse",
    permissionDecision: "deny",
    permissionDecisionReason: reason,
  };
  return jsonReply({ hookSpecificOutput: output });
}
