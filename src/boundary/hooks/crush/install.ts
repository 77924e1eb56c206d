import { join } from "node:path";
import { err, ok } from "../../../base/result.ts";
import { withEntries, withoutEntries } from "../hook-entries.ts";
import type { AgentInstaller } from "../installer.ts";
import { agentTimeoutSeconds, hookDeadlineSeconds } from "../launcher.ts";
import { quoteWord } from "../shell-quoting.ts";

export const crushInstaller: AgentInstaller = {
  agent: "crush",
  files: ({ scope, base }) =>
    scope === "managed"
      ? err("Crush has no settings that users cannot change; use the scope `user`")
      : ok([
          {
            path: scope === "user" ? join(base, ".config", "crush", "crush.json") : join(base, "crush.json"),
            withHooks: (current, hookPath) =>
              withEntries(current ?? "{}\n", hookPath, {
                PreToolUse: { command: commandLine(hookPath), timeout: agentTimeoutSeconds },
              }),
            withoutHooks: (current, hookPath) => withoutEntries(current, hookPath),
          },
        ]),
};

/** Crush runs it in a shell of its own, inside its own process, whose `$$` tells nothing about who asked. */
function commandLine(hookPath: string): string {
  return `${quoteWord(hookPath)} --deadline ${hookDeadlineSeconds} crush PreToolUse || exit 2`;
}
