import type { Adapter } from "../adapter.ts";
import { decodeQwen, mayBeQwen, qwenAgent, recognisesQwen } from "./decode.ts";
import { encodeQwen, refuseQwen } from "./encode.ts";
import { qwenDeadlineSeconds } from "./install.ts";

/** A kill ends the loop at the next call of the model, and the process besides. */
export const qwenCode: Adapter = {
  id: qwenAgent,
  title: "Qwen Code",
  capabilities: {
    gates: ["shell", "reads", "writes", "mcp", "web", "prompts", "sub-agents"],
    kill: "process",
    waitsMs: qwenDeadlineSeconds * 1000,
    failsClosedItself: false,
    shellInput: "seen",
  },
  proof: [{ kind: "live", version: "0.24.4" }],
  notes: [
    "it loads a project's `.env` into its own environment, where every command sees it, and where some variables keep hooks from running: agents may not write such a line, and `status` tells of one",
    "settings of a trusted workspace can switch its hooks off: the same holds for them",
    "a hook that another process of yours kills, with its shell, lets the call through",
  ],
  recognises: recognisesQwen,
  mayBe: mayBeQwen,
  decode: decodeQwen,
  encode: encodeQwen,
  refuse: refuseQwen,
};
