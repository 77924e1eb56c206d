import type { Adapter } from "../adapter.ts";
import { hookDeadlineSeconds } from "../launcher.ts";
import { cursorAgent, decodeCursor, mayBeCursor, recognisesCursor } from "./decode.ts";
import { encodeCursor, refuseCursor } from "./encode.ts";

/** Cursor's editor and its command line: one dialect. */
export const cursor: Adapter = {
  id: cursorAgent,
  title: "Cursor",
  capabilities: {
    canDeny: true,
    canKill: false,
    seesReads: true,
    seesPrompts: true,
    waitsMs: hookDeadlineSeconds * 1000,
    failsClosedItself: true,
  },
  recognises: recognisesCursor,
  mayBe: mayBeCursor,
  decode: decodeCursor,
  encode: (hook, outcome) => encodeCursor(hook.event, outcome),
  refuse: refuseCursor,
};
