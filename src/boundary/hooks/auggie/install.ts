import { join } from "node:path";
import { ok } from "../../../base/result.ts";
import { withEntries, withoutEntries, type WantedEntries } from "../hook-entries.ts";
import type { AgentInstaller } from "../installer.ts";
import { hookCall } from "../hook-call.ts";

/** Events that Signalbox hooks, and whether Auggie takes a matcher for them. */
const events: readonly (readonly [event: string, matched: boolean])[] = [
  ["PreToolUse", true],
  ["SessionStart", false],
  ["SessionEnd", false],
  ["PostToolUse", true],
];

export const auggieInstaller: AgentInstaller = {
  agent: "auggie",
  files: ({ scope, base }) =>
    ok([
      {
        path:
          scope === "managed"
            ? join(base, "etc", "augment", "settings.json")
            : join(base, ".augment", "settings.json"),
        withHooks: (current, hookPath) => withEntries(current ?? "{}\n", hookPath, wanted(hookPath)),
        withoutHooks: (current, hookPath) => withoutEntries(current, hookPath),
      },
    ]),
};

/** The matcher `.*` is the only one that holds for MCP tools as well; times are milliseconds. */
function wanted(hookPath: string): WantedEntries {
  return Object.fromEntries(
    events.map(([event, matched]) => {
      const { command, timeout } = hookCall(hookPath, "auggie", event);
      const handler = { type: "command", command, timeout: timeout * 1000 };
      return [event, matched ? { matcher: ".*", hooks: [handler] } : { hooks: [handler] }];
    }),
  );
}
