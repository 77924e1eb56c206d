import type { Adapter } from "../adapter.ts";
import { decodeQwen, mayBeQwen, qwenAgent, recognisesQwen } from "./decode.ts";
import { encodeQwen, refuseQwen } from "./encode.ts";
import { qwenDeadlineSeconds } from "./install.ts";

/** A kill ends the loop at the next call of the model, and the process besides. */
export const qwenCode: Adapter = {
  id: qwenAgent,
  title: "Qwen Code",
  capabilities: {
    canDeny: true,
    canKill: true,
    seesReads: true,
    seesPrompts: true,
    waitsMs: qwenDeadlineSeconds * 1000,
    failsClosedItself: false,
  },
  recognises: recognisesQwen,
  mayBe: mayBeQwen,
  decode: decodeQwen,
  encode: encodeQwen,
  refuse: refuseQwen,
};
