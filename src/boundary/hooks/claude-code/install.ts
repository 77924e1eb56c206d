import { join } from "node:path";
import { ok, type Result } from "../../../base/result.ts";
import { isJsonObject, type JsonObject } from "../../../base/json.ts";
import { settingsOf, withEntries, withoutEntries, type WantedEntries } from "../hook-entries.ts";
import type { AgentInstaller, SwitchFile } from "../installer.ts";
import { clientOptions, timeoutFor } from "../hook-call.ts";
import { claudeCodeReports } from "./report.ts";

const claudeCode = "claude-code";

/** Events that Signalbox hooks, and whether Claude Code takes a matcher for them. */
const events: readonly (readonly [event: string, matched: boolean])[] = [
  ["PreToolUse", true],
  ["PermissionRequest", true],
  ["UserPromptSubmit", false],
  ["ConfigChange", true],
  ["SessionStart", false],
  ["SessionEnd", false],
  ["SubagentStart", false],
  ["PostToolUse", true],
  ["PostToolUseFailure", true],
];

/** The settings file of a scope; `base` is the home directory, the workspace or the root of the file system. */
export function claudeSettingsFile(scope: "user" | "workspace" | "managed", base: string): string {
  return scope === "managed"
    ? join(base, "etc", "claude-code", "managed-settings.d", "50-signalbox.json")
    : join(base, ".claude", "settings.json");
}

/** The settings with exactly our hooks in them and everything else as it was. `current` is undefined for a new file. */
export function withClaudeHooks(current: string | undefined, hookPath: string): Result<string> {
  return withEntries(current ?? "{}\n", hookPath, wantedGroups(hookPath));
}

/** Whether the settings hold every hook of ours exactly as it would be installed. */
export function hasClaudeHooks(text: string, hookPath: string): boolean {
  const wanted = withClaudeHooks(text, hookPath);
  return wanted.ok && wanted.value === text;
}

/** Settings that switch hooks off, wherever they are written. */
export function disablesHooks(text: string | undefined): boolean {
  return settingsOf(text)["disableAllHooks"] === true || hijacksHooks(text);
}

/**
 * Settings that set variables of the program loader: every hook that the agent starts then runs somebody's code, or lists its
 * libraries and ends with exit code 0, instead of asking. Managed hooks are no exception.
 */
export function hijacksHooks(text: string | undefined): boolean {
  const variables = settingsOf(text)["env"];
  return isJsonObject(variables) && Object.keys(variables).some((name) => /^(?:LD|DYLD)_/.test(name));
}

function wantedGroups(hookPath: string): WantedEntries {
  return Object.fromEntries(events.map(([event, matched]) => [event, groupFor(event, matched, hookPath)]));
}

function groupFor(event: string, matched: boolean, hookPath: string): JsonObject {
  const handler = {
    type: "command",
    command: hookPath,
    args: [...clientOptions(claudeCode, event), claudeCode, event],
    timeout: timeoutFor(claudeCode, event),
    // What has run cannot be blocked any more.
    ...(claudeCodeReports.knows(event) ? {} : { onFailure: "block" }),
  };
  return matched ? { matcher: "*", hooks: [handler] } : { hooks: [handler] };
}

export const claudeCodeInstaller: AgentInstaller = {
  agent: claudeCode,
  files: ({ scope, base }) =>
    ok([
      {
        path: claudeSettingsFile(scope, base),
        withHooks: withClaudeHooks,
        withoutHooks: (current, hookPath) => withoutEntries(current, hookPath),
      },
    ]),
  switches: ({ home, workspace }) =>
    (workspace === undefined ? [home] : [home, workspace]).flatMap((folder) =>
      ["settings.json", "settings.local.json"].map((name): SwitchFile => ({
        path: join(folder, ".claude", name),
        faults: claudeFaults,
      })),
    ),
};

function claudeFaults(text: string | undefined, scope: string): readonly string[] {
  if (hijacksHooks(text)) {
    return ["sets a variable of the program loader, which keeps hooks from running"];
  }
  return scope !== "managed" && disablesHooks(text) ? ["switches all hooks off (`disableAllHooks`)"] : [];
}
