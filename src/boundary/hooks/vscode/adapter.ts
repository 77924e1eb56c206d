import type { Adapter, Capabilities } from "../adapter.ts";
import { hookDeadlineSeconds } from "../launcher.ts";
import {
  copilotAgent,
  decodeCopilot,
  decodeCopilotPascal,
  recognisesCopilot,
  recognisesCopilotPascal,
} from "./decode-copilot.ts";
import { decodeLocal, mayBeLocal, recognisesLocal, vscodeAgent } from "./decode-local.ts";
import {
  encodeCopilot,
  encodeCopilotPascal,
  encodeLocal,
  refuseCopilot,
  refuseCopilotPascal,
  refuseLocal,
} from "./encode.ts";

const copilotCapabilities: Capabilities = {
  canDeny: true,
  canKill: true,
  seesReads: true,
  seesPrompts: false,
  waitsMs: hookDeadlineSeconds * 1000,
  failsClosedItself: false,
};

/** Agent mode's local harness: the loop runs in the extension host. */
export const vscodeLocal: Adapter = {
  id: vscodeAgent,
  title: "VS Code agent mode",
  capabilities: {
    canDeny: true,
    canKill: true,
    seesReads: true,
    seesPrompts: true,
    waitsMs: hookDeadlineSeconds * 1000,
    failsClosedItself: false,
  },
  recognises: recognisesLocal,
  mayBe: mayBeLocal,
  decode: decodeLocal,
  encode: (hook, outcome) => encodeLocal(hook.event, outcome),
  refuse: refuseLocal,
};

/** The Copilot runtime: the command line, and agent mode's agent host. */
export const copilot: Adapter = {
  id: copilotAgent,
  title: "GitHub Copilot",
  capabilities: copilotCapabilities,
  recognises: recognisesCopilot,
  mayBe: recognisesCopilot,
  decode: decodeCopilot,
  encode: (hook, outcome) => encodeCopilot(hook.event, outcome),
  refuse: refuseCopilot,
};

/** The Copilot runtime when it was configured with PascalCase events. */
export const copilotPascal: Adapter = {
  id: "copilot-pascal",
  title: "GitHub Copilot (PascalCase events)",
  capabilities: copilotCapabilities,
  recognises: recognisesCopilotPascal,
  mayBe: recognisesCopilotPascal,
  decode: decodeCopilotPascal,
  encode: (hook, outcome) => encodeCopilotPascal(hook.event, outcome),
  refuse: refuseCopilotPascal,
};
