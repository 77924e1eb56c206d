import type { Outcome } from "../../../model/outcome.ts";
import type { Adapter, WireReply } from "../adapter.ts";
import { jsonReply, oneLine, stopReason } from "../reply.ts";
import {
  clineAgent,
  clineExtensionAgent,
  decodeCline,
  decodeClineExtension,
  recognisesCline,
  recognisesClineExtension,
} from "./decode.ts";
import { cliDeadlineSeconds, extensionDeadlineSeconds } from "./install.ts";

/** Cline's command line. */
export const cline: Adapter = {
  id: clineAgent,
  title: "Cline",
  capabilities: {
    gates: ["shell", "reads", "writes", "mcp", "web", "sub-agents"],
    kill: "reply",
    waitsMs: cliDeadlineSeconds * 1000,
    failsClosedItself: false,
    shellInput: "seen",
  },
  proof: [{ kind: "live", version: "3.0.65" }],
  notes: [
    "a denial ends the run as well: it knows no other",
    "it loads a project's `.env` into its own environment, where every command sees it, and where some variables keep hooks from running: agents may not write such a line, and `status` tells of one",
    "a file that is mentioned where its command line is started comes in unseen",
    "the command line's sessions share a process, so a kill may end more than one of them",
  ],
  recognises: recognisesCline,
  mayBe: recognisesCline,
  decode: (payload, hookFolder = "") => decodeCline(payload, hookFolder),
  encode: (_hook, outcome) => encode(outcome),
  refuse: (reason) => stop(oneLine(reason)),
};

/** Cline's extension for VS Code. */
export const clineExtension: Adapter = {
  id: clineExtensionAgent,
  title: "Cline (VS Code)",
  capabilities: {
    gates: ["shell", "reads", "writes", "mcp", "web", "prompts"],
    kill: "reply",
    waitsMs: extensionDeadlineSeconds * 1000,
    failsClosedItself: false,
    shellInput: "seen",
  },
  proof: [{ kind: "contract", version: "2026" }],
  notes: ["a denial ends the run as well: it knows no other"],
  recognises: recognisesClineExtension,
  mayBe: recognisesClineExtension,
  decode: (payload, hookFolder = "") => decodeClineExtension(payload, hookFolder),
  encode: (_hook, outcome) => encode(outcome),
  refuse: (reason) => stop(oneLine(reason)),
};

/**
 * `cancel` is the only reply that stops a tool, and it ends the run, for a denial like for a kill. Exit codes mean nothing here.
 * (`overrideInput` could put a harmless command in the place of a denied one and let the run go on. A version that does not know
 * it would run the denied one, and the payload does not tell the version.)
 */
function encode(outcome: Outcome): WireReply {
  return outcome.effect === "pass" ? jsonReply({ cancel: false }) : stop(stopReason(outcome));
}

function stop(reason: string): WireReply {
  return jsonReply({ cancel: true, errorMessage: reason });
}
