import { stopsLikeClaude, type Dialect } from "./dialect.ts";

export const dialects: Readonly<Record<string, Dialect>> = {
  "claude-code": {
    recorded: "claude-code-2.1.329",
    forms: [
      ["PreToolUse", "pass", "tool", "abstain"],
      ["PreToolUse", "approved", "tool", "allow"],
      ["PreToolUse", "deny", "tool", "deny"],
      ["PreToolUse", "kill", "tool", "kill"],
      ["PermissionRequest", "deny", "permission", "deny"],
      ["PermissionRequest", "kill", "permission", "kill"],
      ["UserPromptSubmit", "deny", "prompt", "deny"],
      ["UserPromptSubmit", "kill", "prompt", "kill"],
      ["ConfigChange", "deny", "configChange", "deny"],
      ["ConfigChange", "kill", "configChange", "deny"],
    ],
    refusal: ["tool", "denyFallback"],
    gates: ["PreToolUse", "PermissionRequest"],
    stops: stopsLikeClaude,
  },
};
