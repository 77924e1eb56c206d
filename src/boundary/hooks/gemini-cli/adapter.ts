import type { Adapter } from "../adapter.ts";
import { hookDeadlineSeconds } from "../launcher.ts";
import { decodeGemini, geminiAgent, mayBeGemini, recognisesGemini } from "./decode.ts";
import { encodeGemini, refuseGemini } from "./encode.ts";

export const geminiCli: Adapter = {
  id: geminiAgent,
  title: "Gemini CLI",
  capabilities: {
    canDeny: true,
    canKill: true,
    seesReads: true,
    seesPrompts: true,
    waitsMs: hookDeadlineSeconds * 1000,
    failsClosedItself: false,
  },
  recognises: recognisesGemini,
  mayBe: mayBeGemini,
  decode: decodeGemini,
  encode: (hook, outcome) => encodeGemini(hook.event, outcome),
  refuse: refuseGemini,
};
