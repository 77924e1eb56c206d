import { join } from "node:path";
import { err, ok } from "../../../base/result.ts";
import { isJsonObject, type JsonObject } from "../../../base/json.ts";
import { settingsOf, withEntries, withoutEntries, type WantedEntries } from "../hook-entries.ts";
import type { AgentInstaller, SwitchFile } from "../installer.ts";
import { hookCall } from "../hook-call.ts";

/** Events that Signalbox hooks, and whether droid takes a matcher for them. */
const events: readonly (readonly [event: string, matched: boolean])[] = [
  ["PreToolUse", true],
  ["UserPromptSubmit", false],
  ["SessionStart", false],
  ["SessionEnd", false],
  ["PostToolUse", true],
];

export const droidInstaller: AgentInstaller = {
  agent: "droid",
  files: ({ scope, base }) =>
    scope === "managed"
      ? err("droid takes an organisation's hooks from its own server only; use the scope `user`")
      : ok([
          {
            path: join(base, ".factory", "hooks.json"),
            // The file is the map of events itself.
            withHooks: (current, hookPath) => withEntries(current ?? "{}\n", hookPath, wanted(hookPath), []),
            withoutHooks: (current, hookPath) => withoutEntries(current, hookPath, {}, []),
          },
        ]),
  switches: ({ home, workspace }) =>
    [home, ...(workspace === undefined ? [] : [workspace])].flatMap((folder) => [
      switchFile(join(folder, ".factory", "hooks.json"), (settings) => settings),
      switchFile(join(folder, ".factory", "settings.json"), ({ hooks }) =>
        isJsonObject(hooks) ? hooks : {},
      ),
      switchFile(join(folder, ".factory", "settings.local.json"), ({ hooks }) =>
        isJsonObject(hooks) ? hooks : {},
      ),
    ]),
  steps: () => [
    "move hooks of your own from `.factory/settings.json` to `.factory/hooks.json`: for an event that both have, droid reads the latter only",
  ],
};

function switchFile(path: string, hooksOf: (settings: JsonObject) => JsonObject): SwitchFile {
  return {
    path,
    faults: (text) =>
      hooksOf(settingsOf(text))["hooksDisabled"] === true ? ["switches all hooks off (`hooksDisabled`)"] : [],
  };
}

function wanted(hookPath: string): WantedEntries {
  return Object.fromEntries(
    events.map(([event, matched]) => {
      const handler = {
        type: "command",
        ...hookCall(hookPath, "droid", event),
      };
      return [event, matched ? { matcher: "*", hooks: [handler] } : { hooks: [handler] }];
    }),
  );
}
