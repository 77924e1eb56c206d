import type { Adapter } from "../adapter.ts";
import { exitCodeRefusal, exitCodeReply } from "../exit-code-reply.ts";
import { hookDeadlineSeconds } from "../launcher.ts";
import { decodeKimi, kimiAgent, mayBeKimi, recognisesKimi } from "./decode.ts";

/** Moonshot's Kimi Code. It takes a nested denial as well; exit codes are what all its versions read alike. */
export const kimiCode: Adapter = {
  id: kimiAgent,
  title: "Kimi Code",
  capabilities: {
    gates: ["shell", "reads", "writes", "mcp", "web", "prompts"],
    kill: "process",
    waitsMs: hookDeadlineSeconds * 1000,
    failsClosedItself: false,
    // Its shell gets no input, and no tool of its writes any.
    shellInput: "seen",
  },
  proof: [{ kind: "contract", version: "2026" }],
  notes: ["its settings of a user are the only ones with hooks"],
  recognises: recognisesKimi,
  mayBe: mayBeKimi,
  decode: (payload) => decodeKimi(payload),
  encode: (_hook, outcome) => exitCodeReply(outcome),
  refuse: exitCodeRefusal,
};
