import type { Adapter } from "../adapter.ts";
import { hookDeadlineSeconds } from "../launcher.ts";
import { pluginRefusal, pluginReply } from "../plugin-reply.ts";
import { decodeOpencode, opencodeAgent, recognisesOpencode } from "./decode.ts";

/** opencode, through a plugin of ours. */
export const opencode: Adapter = {
  id: opencodeAgent,
  title: "opencode",
  capabilities: {
    gates: ["shell", "reads", "writes", "mcp", "web", "prompts", "sub-agents"],
    kill: "reply",
    waitsMs: hookDeadlineSeconds * 1000,
    failsClosedItself: false,
    shellInput: "seen",
  },
  proof: [{ kind: "live", version: "1.18.33" }],
  notes: [
    "started with `--pure` it loads no plugin, and is not governed",
    "with any plugin, it waits for a library from npm when it starts for the first time, and each time where npm cannot be reached",
  ],
  recognises: recognisesOpencode,
  mayBe: recognisesOpencode,
  decode: decodeOpencode,
  encode: (_hook, outcome) => pluginReply(outcome),
  refuse: pluginRefusal,
};
