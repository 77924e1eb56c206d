import type { Adapter } from "../adapter.ts";
import { hookDeadlineSeconds } from "../launcher.ts";
import { decodeGemini, geminiAgent, mayBeGemini, recognisesGemini } from "./decode.ts";
import { encodeGemini, refuseGemini } from "./encode.ts";

export const geminiCli: Adapter = {
  id: geminiAgent,
  title: "Gemini CLI",
  capabilities: {
    gates: ["shell", "reads", "writes", "mcp", "web", "prompts", "sub-agents"],
    kill: "reply",
    waitsMs: hookDeadlineSeconds * 1000,
    failsClosedItself: false,
    shellInput: "seen",
  },
  proof: [{ kind: "live", version: "0.61.0" }],
  notes: [
    "it loads a project's `.env` into its own environment, where every command sees it, and where some variables keep hooks from running: agents may not write such a line, and `status` tells of one",
    "settings of a trusted workspace can switch its hooks off: the same holds for them",
    "a hook that another process of yours kills, with its shell, lets the call through",
  ],
  recognises: recognisesGemini,
  mayBe: mayBeGemini,
  decode: decodeGemini,
  encode: (hook, outcome) => encodeGemini(hook.event, outcome),
  refuse: refuseGemini,
};
