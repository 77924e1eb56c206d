import { join } from "node:path";
import { err, ok } from "../../../base/result.ts";
import type { AgentInstaller } from "../installer.ts";
import { agentTimeoutSeconds, hookCommandLine } from "../launcher.ts";

const events = ["PreToolUse", "SessionStart", "SessionEnd"] as const;

/** A file of our own in a folder that Grok reads whole. It waits 5 s only where nothing else is said. */
export const grokInstaller: AgentInstaller = {
  agent: "grok",
  files: ({ scope, base }) =>
    scope === "managed"
      ? err("Grok has no folder for hooks that users cannot change; use the scope `user`")
      : ok([
          {
            path: join(base, ".grok", "hooks", "signalbox.json"),
            withHooks: (_current, hookPath) => ok(hookFile(hookPath)),
            withoutHooks: () => ok(undefined),
          },
        ]),
  steps: ({ scope }) =>
    scope === "workspace" ? ["trust the project's hooks with `/hooks-trust` in Grok"] : [],
};

function hookFile(hookPath: string): string {
  const hooks = Object.fromEntries(
    events.map((event) => [
      event,
      [
        {
          hooks: [
            {
              type: "command",
              command: hookCommandLine(hookPath, "grok", event),
              timeout: agentTimeoutSeconds,
            },
          ],
        },
      ],
    ]),
  );
  return `${JSON.stringify({ hooks }, undefined, 2)}\n`;
}
