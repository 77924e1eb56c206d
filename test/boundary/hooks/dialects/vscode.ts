import { stopsLikeClaude, type Dialect } from "./dialect.ts";

export const dialects: Readonly<Record<string, Dialect>> = {
  vscode: {
    recorded: "vscode-1.139",
    forms: [
      ["PreToolUse", "pass", "tool", "abstain"],
      ["PreToolUse", "approved", "tool", "allow"],
      ["PreToolUse", "deny", "tool", "deny"],
      ["PreToolUse", "kill", "tool", "kill"],
      ["UserPromptSubmit", "kill", "prompt", "kill"],
      ["UserPromptSubmit", "deny", "prompt", "kill"],
    ],
    refusal: ["tool", "denyFallback"],
    gates: ["PreToolUse"],
    stops: stopsLikeClaude,
  },
  copilot: {
    recorded: "copilot-1.0.102",
    forms: [
      ["preToolUse", "pass", "tool", "abstain"],
      ["preToolUse", "approved", "tool", "allow"],
      ["preToolUse", "deny", "tool", "deny"],
      ["preToolUse", "kill", "tool", "deny"],
      ["permissionRequest", "deny", "permission", "deny"],
      ["permissionRequest", "kill", "permission", "kill"],
    ],
    // The agent host swallows exit codes, so its refusal is JSON with exit code 0.
    refusal: ["tool", "deny"],
    gates: ["preToolUse", "permissionRequest"],
    stops: stopsLikeClaude,
  },
  "copilot-pascal": {
    recorded: "copilot-1.0.102",
    forms: [
      ["PreToolUse", "pass", "tool", "abstain", "vscode-1.139"],
      ["PreToolUse", "deny", "tool", "deny", "vscode-1.139"],
      ["PermissionRequest", "deny", "tool", "denyFallback"],
    ],
    refusal: ["tool", "denyFallback"],
    gates: ["PreToolUse", "PermissionRequest"],
    stops: stopsLikeClaude,
  },
};
