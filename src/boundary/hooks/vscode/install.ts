import { join } from "node:path";
import { err, ok } from "../../../base/result.ts";
import { settingsOf } from "../hook-entries.ts";
import type { AgentInstaller, SwitchFile } from "../installer.ts";
import { hookCall } from "../hook-call.ts";

/** Events of the shared hook file. PascalCase, because VS Code and the Copilot command line both read this file. */
const events = ["PreToolUse", "UserPromptSubmit", "SessionStart", "SubagentStart", "PostToolUse"] as const;

/** A file of our own in a folder that the agents read whole; `base` is the home directory or the workspace. */
function vscodeHookFile(scope: "user" | "workspace", base: string): string {
  return scope === "user"
    ? join(base, ".copilot", "hooks", "signalbox.json")
    : join(base, ".github", "hooks", "signalbox.json");
}

/** The file's text. Both spellings of the time-out are there, one for each reader. */
function vscodeHookText(hookPath: string): string {
  const hook = (event: string): object => {
    const { command, timeout } = hookCall(hookPath, "vscode", event);
    return { type: "command", command, timeout, timeoutSec: timeout };
  };
  const hooks = Object.fromEntries(events.map((event) => [event, [hook(event)]]));
  return `${JSON.stringify({ version: 1, hooks }, undefined, 2)}\n`;
}

export const vscodeInstaller: AgentInstaller = {
  agent: "vscode",
  files: ({ scope, base }) =>
    scope === "managed"
      ? err("VS Code has no folder for hooks that users cannot change; use the scope `user`")
      : ok([
          {
            path: vscodeHookFile(scope, base),
            withHooks: (_current, hookPath) => ok(vscodeHookText(hookPath)),
            withoutHooks: () => ok(undefined),
          },
        ]),
  switches: ({ home, workspace }) => [
    { path: join(home, ".copilot", "settings.json"), faults: copilotFaults },
    ...(workspace === undefined ? [] : workspaceSettings.map((path) => join(workspace, path))).map(
      (path): SwitchFile => ({ path, faults: copilotFaults }),
    ),
  ],
};

/** In folders that are trusted, each of these switches the Copilot command line's hooks off, the user's as well. */
const workspaceSettings = [
  join(".github", "copilot", "settings.json"),
  join(".github", "copilot", "settings.local.json"),
  join(".claude", "settings.json"),
  join(".claude", "settings.local.json"),
];

function copilotFaults(text: string | undefined): readonly string[] {
  return settingsOf(text)["disableAllHooks"] === true
    ? ["switches all hooks of the Copilot command line off (`disableAllHooks`)"]
    : [];
}
