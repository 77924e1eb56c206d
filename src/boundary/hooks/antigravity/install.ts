import { join } from "node:path";
import { err, ok } from "../../../base/result.ts";
import { withEntries, withoutEntries, type EntriesPlace, type WantedEntries } from "../hook-entries.ts";
import type { AgentInstaller } from "../installer.ts";
import { agentTimeoutSeconds, hookCommandLine } from "../launcher.ts";

/** The file's members are named sets of hooks; this one is ours. */
const place: EntriesPlace = ["signalbox"];

export const antigravityInstaller: AgentInstaller = {
  agent: "antigravity",
  files: ({ scope, base }) =>
    scope === "managed"
      ? err("Antigravity has no hooks that users cannot change; use the scope `user`")
      : ok([
          {
            path:
              scope === "user"
                ? join(base, ".gemini", "config", "hooks.json")
                : join(base, ".agents", "hooks.json"),
            withHooks: (current, hookPath) =>
              withEntries(current ?? "{}\n", hookPath, wanted(hookPath), place),
            withoutHooks: (current, hookPath) => withoutEntries(current, hookPath, {}, place),
          },
        ]),
};

/** One event only: a name that a version does not know makes it drop the whole file. */
function wanted(hookPath: string): WantedEntries {
  const handler = {
    type: "command",
    command: hookCommandLine(hookPath, "antigravity", "PreToolUse"),
    timeout: agentTimeoutSeconds,
  };
  return { PreToolUse: { matcher: "*", hooks: [handler] } };
}
