import type { Adapter } from "../adapter.ts";
import { hookDeadlineSeconds } from "../launcher.ts";
import { codexAgent, decodeCodex, mayBeCodex, recognisesCodex } from "./decode.ts";
import { encodeCodex, refuseCodex } from "./encode.ts";

/** Codex: the command line, and the engine behind its extension and app. A kill ends its process. */
export const codex: Adapter = {
  id: codexAgent,
  title: "Codex",
  capabilities: {
    canDeny: true,
    canKill: true,
    seesReads: true,
    seesPrompts: true,
    waitsMs: hookDeadlineSeconds * 1000,
    failsClosedItself: false,
  },
  recognises: recognisesCodex,
  mayBe: mayBeCodex,
  decode: decodeCodex,
  encode: (hook, outcome) => encodeCodex(hook.event, outcome),
  refuse: refuseCodex,
};
