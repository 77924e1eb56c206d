import type { Adapter } from "../adapter.ts";
import { hookDeadlineSeconds } from "../launcher.ts";
import { pluginRefusal, pluginReply } from "../plugin-reply.ts";
import { ampAgent, decodeAmp, recognisesAmp } from "./decode.ts";

/** Amp, through a plugin of ours: a handler that throws stops the tool, one that does not answer holds it. */
export const amp: Adapter = {
  id: ampAgent,
  title: "Amp",
  capabilities: {
    gates: ["shell", "reads", "writes", "mcp", "web"],
    kill: "reply",
    waitsMs: hookDeadlineSeconds * 1000,
    failsClosedItself: false,
    shellInput: "unknown",
  },
  proof: [{ kind: "contract", version: "0.0.1790142911" }],
  notes: [
    "its plugins are called experimental by its makers; where none is loaded nothing is asked",
    "files that a person mentions are not seen",
    "what runs on its makers' machines (orbs) is not governed",
  ],
  recognises: recognisesAmp,
  mayBe: recognisesAmp,
  decode: decodeAmp,
  encode: (_hook, outcome) => pluginReply(outcome),
  refuse: pluginRefusal,
};
