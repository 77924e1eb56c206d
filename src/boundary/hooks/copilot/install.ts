import { join } from "node:path";
import { err, ok } from "../../../base/result.ts";
import type { AgentInstaller } from "../installer.ts";
import { hookCall } from "../hook-call.ts";

/** The runtime's own names of events, of which `permissionRequest` is the one where it knows a kill. */
const events = [
  "preToolUse",
  "permissionRequest",
  "userPromptSubmitted",
  "sessionStart",
  "sessionEnd",
  "subagentStart",
  "postToolUse",
] as const;

/**
 * Hooks of a machine's policy for the Copilot runtime: users cannot switch them off, and folders need no trust. At the other levels
 * the runtime reads the very file that VS Code's hooks are in.
 */
export const copilotInstaller: AgentInstaller = {
  agent: "copilot",
  files: ({ scope, base }) =>
    scope === "managed"
      ? ok([
          {
            path: join(base, "etc", "github-copilot", "policy.d", "signalbox.json"),
            withHooks: (_current, hookPath) => ok(policyFile(hookPath)),
            withoutHooks: () => ok(undefined),
          },
        ])
      : err("the hooks for `vscode` are Copilot's as well; install those, or use the scope `managed`"),
};

function policyFile(hookPath: string): string {
  const hooks = Object.fromEntries(
    events.map((event) => {
      const { command, timeout } = hookCall(hookPath, "copilot", event);
      return [event, [{ type: "command", bash: command, timeoutSec: timeout }]];
    }),
  );
  return `${JSON.stringify({ version: 1, hooks }, undefined, 2)}\n`;
}
