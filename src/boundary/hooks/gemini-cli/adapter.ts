import type { Adapter } from "../adapter.ts";
import { hookDeadlineSeconds } from "../launcher.ts";
import { decodeGemini, geminiAgent, mayBeGemini, recognisesGemini } from "./decode.ts";
import { encodeGemini, refuseGemini } from "./encode.ts";

export const geminiCli: Adapter = {
  id: geminiAgent,
  title: "Gemini CLI",
  capabilities: {
    gates: ["shell", "reads", "writes", "mcp", "web", "prompts"],
    kill: "reply",
    waitsMs: hookDeadlineSeconds * 1000,
    failsClosedItself: false,
    shellInput: "seen",
  },
  proof: [{ kind: "contract", version: "0.61.0" }],
  notes: ["it loads a project's `.env` into its own environment, where every command sees it"],
  recognises: recognisesGemini,
  mayBe: mayBeGemini,
  decode: decodeGemini,
  encode: (hook, outcome) => encodeGemini(hook.event, outcome),
  refuse: refuseGemini,
};
