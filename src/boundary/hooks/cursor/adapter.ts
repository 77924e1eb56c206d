import type { Adapter } from "../adapter.ts";
import { hookDeadlineSeconds } from "../launcher.ts";
import { cursorAgent, decodeCursor, mayBeCursor, recognisesCursor } from "./decode.ts";
import { encodeCursor, refuseCursor } from "./encode.ts";

/** Cursor's editor and its command line: one dialect. */
export const cursor: Adapter = {
  id: cursorAgent,
  title: "Cursor",
  capabilities: {
    gates: [
      "shell",
      "reads",
      "writes",
      "mcp",
      "web",
      "prompts",
      "sub-agents",
      "session start",
      "completions",
    ],
    kill: "none",
    waitsMs: hookDeadlineSeconds * 1000,
    failsClosedItself: true,
    shellInput: "seen",
  },
  proof: [{ kind: "contract", version: "3.15" }],
  notes: [
    "the hook executor of `@cursor/sdk` 1.0.32 was driven, the editor itself was not",
    "what is typed into a running shell is told without its text",
  ],
  recognises: recognisesCursor,
  mayBe: mayBeCursor,
  decode: decodeCursor,
  encode: (hook, outcome) => encodeCursor(hook.event, outcome),
  refuse: refuseCursor,
};
