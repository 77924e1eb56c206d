/** How Cursor reads the reply to an event: as a permission, as whether to go on, or not at all. */
export type CursorEventKind = "permission" | "continue" | "notice";

/** Cursor's events (3.15). An event that is not listed is refused. */
export const cursorEvents: ReadonlyMap<string, CursorEventKind> = new Map<string, CursorEventKind>([
  ["preToolUse", "permission"],
  ["beforeShellExecution", "permission"],
  ["beforeMCPExecution", "permission"],
  ["beforeReadFile", "permission"],
  ["beforeTabFileRead", "permission"],
  ["subagentStart", "permission"],
  ["beforeSubmitPrompt", "continue"],
  ["sessionStart", "continue"],
  ["sessionEnd", "notice"],
  ["stop", "notice"],
  ["subagentStop", "notice"],
  ["preCompact", "notice"],
  ["workspaceOpen", "notice"],
  ["postToolUse", "notice"],
  ["postToolUseFailure", "notice"],
  ["afterShellExecution", "notice"],
  ["afterMCPExecution", "notice"],
  ["afterFileEdit", "notice"],
  ["afterTabFileEdit", "notice"],
  ["afterAgentResponse", "notice"],
  ["afterAgentThought", "notice"],
]);

/**
 * Events that are hooked. Cursor drops a hook file that names an event which it does not know, so only those are in it that are
 * needed and have been there for long.
 */
export const hookedEvents = [
  "preToolUse",
  "beforeShellExecution",
  "beforeMCPExecution",
  "beforeReadFile",
  "beforeTabFileRead",
  "subagentStart",
  "beforeSubmitPrompt",
  "sessionStart",
  "afterShellExecution",
  "afterMCPExecution",
  "postToolUse",
] as const;
