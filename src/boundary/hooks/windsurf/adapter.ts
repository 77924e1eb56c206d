import type { Adapter } from "../adapter.ts";
import { exitCodeRefusal, exitCodeReply } from "../exit-code-reply.ts";
import { decodeWindsurf, recognisesWindsurf, windsurfAgent } from "./decode.ts";
import { windsurfDeadlineSeconds } from "./install.ts";

/** Cascade, the agent of Windsurf and of Devin Desktop. */
export const windsurf: Adapter = {
  id: windsurfAgent,
  title: "Windsurf",
  capabilities: {
    gates: ["shell", "reads", "writes", "mcp", "prompts"],
    kill: "none",
    waitsMs: windsurfDeadlineSeconds * 1000,
    failsClosedItself: false,
    shellInput: "unknown",
  },
  proof: [{ kind: "documented", version: "2026" }],
  recognises: recognisesWindsurf,
  mayBe: recognisesWindsurf,
  decode: (payload, hookFolder = "") => decodeWindsurf(payload, hookFolder),
  encode: (_hook, outcome) => exitCodeReply(outcome),
  refuse: exitCodeRefusal,
};
