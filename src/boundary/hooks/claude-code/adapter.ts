import type { Adapter } from "../adapter.ts";
import { hookDeadlineSeconds } from "../launcher.ts";
import { claudeCodeAgent, decodeClaudeCode, mayBeClaudeCode, recognisesClaudeCode } from "./decode.ts";
import { encodeClaudeCode, refuseClaudeCode } from "./encode.ts";

export const claudeCode: Adapter = {
  id: claudeCodeAgent,
  title: "Claude Code",
  capabilities: {
    canDeny: true,
    canKill: true,
    seesReads: true,
    seesPrompts: true,
    waitsMs: hookDeadlineSeconds * 1000,
    failsClosedItself: true,
  },
  recognises: recognisesClaudeCode,
  mayBe: mayBeClaudeCode,
  decode: (payload) => decodeClaudeCode(payload),
  encode: (hook, outcome) => encodeClaudeCode(hook.event, outcome),
  refuse: refuseClaudeCode,
};
