import type { Adapter } from "../adapter.ts";
import { exitCodeRefusal, exitCodeReply } from "../exit-code-reply.ts";
import { hookDeadlineSeconds } from "../launcher.ts";
import { decodeKiro, kiroAgent, mayBeKiro, recognisesKiro } from "./decode.ts";

/** Kiro: the command line, and the editor from 1.0 on. */
export const kiro: Adapter = {
  id: kiroAgent,
  title: "Kiro",
  capabilities: {
    gates: ["shell", "reads", "writes", "mcp", "web", "prompts"],
    kill: "command line only",
    waitsMs: hookDeadlineSeconds * 1000,
    failsClosedItself: false,
    shellInput: "unknown",
  },
  proof: [{ kind: "documented", version: "2" }],
  recognises: recognisesKiro,
  mayBe: mayBeKiro,
  decode: (payload, hookFolder = "") => decodeKiro(payload, hookFolder),
  encode: (_hook, outcome) => exitCodeReply(outcome),
  refuse: exitCodeRefusal,
};
