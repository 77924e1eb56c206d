import type { Adapter } from "../adapter.ts";
import { hookDeadlineSeconds } from "../launcher.ts";
import { decodeDroid, droidAgent, mayBeDroid, recognisesDroid } from "./decode.ts";
import { encodeDroid, refuseDroid } from "./encode.ts";

export const droid: Adapter = {
  id: droidAgent,
  title: "Factory droid",
  capabilities: {
    gates: ["shell", "reads", "writes", "mcp", "web", "prompts"],
    kill: "reply",
    waitsMs: hookDeadlineSeconds * 1000,
    failsClosedItself: false,
    shellInput: "seen",
  },
  proof: [{ kind: "contract", version: "0.225.2" }],
  recognises: recognisesDroid,
  mayBe: mayBeDroid,
  decode: decodeDroid,
  encode: (hook, outcome) => encodeDroid(hook.event, outcome),
  refuse: refuseDroid,
};
