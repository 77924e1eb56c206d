import { join } from "node:path";
import { err, ok } from "../../../base/result.ts";
import { withEntries, withoutEntries, type WantedEntries } from "../hook-entries.ts";
import type { AgentInstaller } from "../installer.ts";
import { hookCall } from "../hook-call.ts";

const events = [
  "PreToolUse",
  "PermissionRequest",
  "UserPromptSubmit",
  "SessionStart",
  "SessionEnd",
  "PostToolUse",
] as const;

export const devinInstaller: AgentInstaller = {
  agent: "devin",
  files: ({ scope, base }) =>
    scope === "workspace"
      ? ok([
          {
            path: join(base, ".devin", "hooks.v1.json"),
            // The file is the map of events itself.
            withHooks: (current, hookPath) => withEntries(current ?? "{}\n", hookPath, wanted(hookPath), []),
            withoutHooks: (current, hookPath) => withoutEntries(current, hookPath, {}, []),
          },
        ])
      : err("Devin's hook file outside a project is not documented; use the scope `workspace`"),
};

function wanted(hookPath: string): WantedEntries {
  return Object.fromEntries(
    events.map((event) => [
      event,
      {
        hooks: [
          {
            type: "command",
            ...hookCall(hookPath, "devin", event),
          },
        ],
      },
    ]),
  );
}
