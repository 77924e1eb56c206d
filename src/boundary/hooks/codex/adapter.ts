import type { Adapter } from "../adapter.ts";
import { hookDeadlineSeconds } from "../launcher.ts";
import { codexAgent, decodeCodex, mayBeCodex, recognisesCodex } from "./decode.ts";
import { encodeCodex, refuseCodex } from "./encode.ts";

/** Codex: the command line, and the engine behind its extension and app. A kill ends its process. */
export const codex: Adapter = {
  id: codexAgent,
  title: "Codex",
  capabilities: {
    gates: ["shell", "reads", "writes", "mcp", "prompts", "permissions", "session start"],
    kill: "process",
    waitsMs: hookDeadlineSeconds * 1000,
    failsClosedItself: false,
    // `write_stdin` types into what a command left running, and no hook is told of it.
    shellInput: "unseen",
  },
  proof: [{ kind: "live", version: "0.169.0" }],
  notes: [
    "what is typed into a running program is not seen, so bare shells and consoles wait for you",
    "its web search runs at the provider and asks nobody",
    "settings of a trusted project can switch its hooks off, where they are not managed: agents may not write them, and `status` tells of them",
    "a hook that another process of yours kills, with its shell, lets the call through",
  ],
  recognises: recognisesCodex,
  mayBe: mayBeCodex,
  decode: decodeCodex,
  encode: (hook, outcome) => encodeCodex(hook.event, outcome),
  refuse: refuseCodex,
};
