import type { Adapter } from "../adapter.ts";
import { exitCodeRefusal, exitCodeReply } from "../exit-code-reply.ts";
import { hookDeadlineSeconds } from "../launcher.ts";
import { decodeKiro, kiroAgent, mayBeKiro, recognisesKiro } from "./decode.ts";

/** Kiro: the command line, and the editor from 1.0 on. */
export const kiro: Adapter = {
  id: kiroAgent,
  title: "Kiro",
  capabilities: {
    canDeny: true,
    // Only the command line can be ended; the editor never is.
    canKill: false,
    seesReads: true,
    seesPrompts: true,
    waitsMs: hookDeadlineSeconds * 1000,
    failsClosedItself: false,
  },
  recognises: recognisesKiro,
  mayBe: mayBeKiro,
  decode: (payload, hookFolder = "") => decodeKiro(payload, hookFolder),
  encode: (_hook, outcome) => exitCodeReply(outcome),
  refuse: exitCodeRefusal,
};
