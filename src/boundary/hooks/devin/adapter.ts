import type { Adapter } from "../adapter.ts";
import { exitCodeRefusal, exitCodeReply } from "../exit-code-reply.ts";
import { hookDeadlineSeconds } from "../launcher.ts";
import { decodeDevin, devinAgent, mayBeDevin, recognisesDevin } from "./decode.ts";

/** Devin's command line agent. */
export const devin: Adapter = {
  id: devinAgent,
  title: "Devin CLI",
  capabilities: {
    gates: ["shell", "reads", "writes", "mcp", "prompts", "permissions"],
    kill: "process",
    waitsMs: hookDeadlineSeconds * 1000,
    failsClosedItself: false,
    shellInput: "unknown",
  },
  proof: [{ kind: "documented", version: "2026" }],
  recognises: recognisesDevin,
  mayBe: mayBeDevin,
  decode: (payload, hookFolder = "") => decodeDevin(payload, hookFolder),
  encode: (_hook, outcome) => exitCodeReply(outcome),
  refuse: exitCodeRefusal,
};
