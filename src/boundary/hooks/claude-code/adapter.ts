import type { Adapter } from "../adapter.ts";
import { hookDeadlineSeconds } from "../launcher.ts";
import { claudeCodeAgent, decodeClaudeCode, mayBeClaudeCode, recognisesClaudeCode } from "./decode.ts";
import { encodeClaudeCode, refuseClaudeCode } from "./encode.ts";

export const claudeCode: Adapter = {
  id: claudeCodeAgent,
  title: "Claude Code",
  capabilities: {
    gates: ["shell", "reads", "writes", "mcp", "web", "prompts", "sub-agents", "permissions", "settings"],
    kill: "reply",
    waitsMs: hookDeadlineSeconds * 1000,
    failsClosedItself: true,
    shellInput: "seen",
  },
  proof: [{ kind: "live", version: "2.1.329" }],
  since: [
    { version: "2.1.295", what: "stop a tool whose hook could not be run or crashed" },
    // 2.1.197 denies, and its run goes on; which version in between was the first is not known.
    { version: "2.1.329", what: "end its run by the reply to a hook" },
  ],
  recognises: recognisesClaudeCode,
  mayBe: mayBeClaudeCode,
  decode: (payload) => decodeClaudeCode(payload),
  encode: (hook, outcome) => encodeClaudeCode(hook.event, outcome),
  refuse: refuseClaudeCode,
};
