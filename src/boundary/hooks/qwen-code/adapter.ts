import type { Adapter } from "../adapter.ts";
import { decodeQwen, mayBeQwen, qwenAgent, recognisesQwen } from "./decode.ts";
import { encodeQwen, refuseQwen } from "./encode.ts";
import { qwenDeadlineSeconds } from "./install.ts";

/** A kill ends the loop at the next call of the model, and the process besides. */
export const qwenCode: Adapter = {
  id: qwenAgent,
  title: "Qwen Code",
  capabilities: {
    gates: ["shell", "reads", "writes", "mcp", "web", "prompts"],
    kill: "process",
    waitsMs: qwenDeadlineSeconds * 1000,
    failsClosedItself: false,
    shellInput: "seen",
  },
  proof: [{ kind: "contract", version: "0.24.4" }],
  notes: ["it loads a project's `.env` into its own environment, where every command sees it"],
  recognises: recognisesQwen,
  mayBe: mayBeQwen,
  decode: decodeQwen,
  encode: encodeQwen,
  refuse: refuseQwen,
};
