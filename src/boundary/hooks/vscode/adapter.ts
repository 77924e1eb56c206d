import type { Adapter } from "../adapter.ts";
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

/** Agent mode's local harness: the loop runs in the extension host. */
export const vscodeLocal: Adapter = {
  id: vscodeAgent,
  title: "VS Code agent mode",
  capabilities: {
    gates: ["shell", "reads", "writes", "mcp", "web", "prompts"],
    kill: "reply",
    waitsMs: hookDeadlineSeconds * 1000,
    failsClosedItself: false,
    shellInput: "seen",
  },
  proof: [{ kind: "live", version: "1.139" }],
  notes: ["files that a person attaches to the prompt are not seen"],
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
  capabilities: {
    gates: ["shell", "reads", "writes", "mcp", "web", "sub-agents", "permissions"],
    kill: "process",
    waitsMs: hookDeadlineSeconds * 1000,
    failsClosedItself: false,
    shellInput: "seen",
  },
  proof: [{ kind: "live", version: "1.0.102" }],
  notes: [
    "below the managed level the hooks for `vscode` are its own, and it was run with those",
    "settings of a trusted workspace can switch them off: agents may not write such a line, and `status` tells of one",
    "`permissionRequest`, where it can be stopped by its own word, is hooked at the managed level alone",
  ],
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
  capabilities: {
    gates: ["shell", "reads", "writes", "mcp", "web", "sub-agents"],
    kill: "process",
    waitsMs: hookDeadlineSeconds * 1000,
    failsClosedItself: false,
    shellInput: "seen",
  },
  proof: [{ kind: "live", version: "1.0.102" }],
  recognises: recognisesCopilotPascal,
  mayBe: recognisesCopilotPascal,
  decode: decodeCopilotPascal,
  encode: (hook, outcome) => encodeCopilotPascal(hook.event, outcome),
  refuse: refuseCopilotPascal,
};
