import type { Adapter } from "../adapter.ts";
import { hookDeadlineSeconds } from "../launcher.ts";
import { pluginRefusal, pluginReply } from "../plugin-reply.ts";
import { decodeOpencode, opencodeAgent, recognisesOpencode } from "./decode.ts";

/** opencode, through a plugin of ours. */
export const opencode: Adapter = {
  id: opencodeAgent,
  title: "opencode",
  capabilities: {
    canDeny: true,
    canKill: true,
    seesReads: true,
    seesPrompts: true,
    waitsMs: hookDeadlineSeconds * 1000,
    failsClosedItself: false,
  },
  recognises: recognisesOpencode,
  mayBe: recognisesOpencode,
  decode: decodeOpencode,
  encode: (_hook, outcome) => pluginReply(outcome),
  refuse: pluginRefusal,
};
