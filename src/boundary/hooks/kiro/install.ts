import { join } from "node:path";
import { err, ok } from "../../../base/result.ts";
import type { AgentInstaller } from "../installer.ts";
import { hookCall } from "../hook-call.ts";

const triggers = ["PreToolUse", "UserPromptSubmit", "SessionStart", "PostToolUse"] as const;

/** A file of our own in a folder that Kiro reads whole (`v1`: the editor from 1.0, the command line from 3). */
export const kiroInstaller: AgentInstaller = {
  agent: "kiro",
  files: ({ scope, base }) =>
    scope === "managed"
      ? err("Kiro has no folder for hooks that users cannot change; use the scope `user`")
      : ok([
          {
            path: join(base, ".kiro", "hooks", "signalbox.json"),
            withHooks: (_current, hookPath) => ok(hookFile(hookPath)),
            withoutHooks: () => ok(undefined),
          },
        ]),
  steps: () => [
    "for Kiro's command line before version 3, run its `agent migrate`, or name the hook in the agent's own configuration",
  ],
};

function hookFile(hookPath: string): string {
  const hooks = triggers.map((trigger) => {
    const { command, timeout } = hookCall(hookPath, "kiro", trigger);
    return {
      name: `signalbox-${trigger}`,
      trigger,
      action: { type: "command", command },
      timeout,
      enabled: true,
    };
  });
  return `${JSON.stringify({ version: "v1", hooks }, undefined, 2)}\n`;
}
