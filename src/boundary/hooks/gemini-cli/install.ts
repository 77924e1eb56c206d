import { join } from "node:path";
import { err, ok, type Result } from "../../../base/result.ts";
import { isJsonObject, objectField, type JsonObject } from "../../../base/json.ts";
import { environmentFiles } from "../environment-files.ts";
import { settingsOf, withEntries, withoutEntries, type WantedEntries } from "../hook-entries.ts";
import type { AgentInstaller, InstallScope, SwitchFile } from "../installer.ts";
import { editJsonc } from "../jsonc-edit.ts";
import { hookCall } from "../hook-call.ts";

const hookName = "signalbox";

/** Events that Signalbox hooks, and whether Gemini CLI takes a matcher for them. */
const events: readonly (readonly [event: string, matched: boolean])[] = [
  ["BeforeTool", true],
  ["BeforeAgent", false],
  ["SessionStart", false],
  ["SessionEnd", false],
  ["AfterTool", true],
];

export const geminiCliInstaller: AgentInstaller = {
  agent: "gemini-cli",
  files: ({ scope, base }) =>
    ok([
      {
        path: settingsFile(scope, base),
        withHooks: (current, hookPath) => withGeminiHooks(current, hookPath, scope),
        withoutHooks: (current, hookPath) => withoutEntries(current, hookPath),
      },
    ]),
  switches: ({ home, workspace }) => [
    ...(workspace === undefined ? [home] : [home, workspace]).map((folder): SwitchFile => ({
      path: settingsFile("user", folder),
      faults: geminiFaults,
    })),
    ...environmentFiles([home, workspace], [".env", join(".gemini", ".env")]),
  ],
};

function settingsFile(scope: InstallScope, base: string): string {
  return scope === "managed"
    ? join(base, "etc", "gemini-cli", "settings.json")
    : join(base, ".gemini", "settings.json");
}

/** Managed settings switch hooks on as well, because users and projects may switch them off. */
function withGeminiHooks(current: string | undefined, hookPath: string, scope: InstallScope): Result<string> {
  const text = current ?? "{}\n";
  const enabled = objectField(settingsOf(text), "hooksConfig")?.["enabled"];
  if (enabled === false) {
    return err("it switches hooks off (`hooksConfig.enabled`)");
  }
  const edited =
    scope === "managed" && enabled === undefined
      ? editJsonc(text, ["hooksConfig", "enabled"], true)
      : ok(text);
  return edited.ok ? withEntries(edited.value, hookPath, wantedGroups(hookPath)) : edited;
}

function wantedGroups(hookPath: string): WantedEntries {
  return Object.fromEntries(
    events.map(([event, matched]): [string, JsonObject] => {
      const { command, timeout } = hookCall(hookPath, "gemini-cli", event);
      const handler = { type: "command", name: hookName, command, timeout: timeout * 1000 };
      return [event, matched ? { matcher: "*", hooks: [handler] } : { hooks: [handler] }];
    }),
  );
}

/** The lists of hooks that are switched off by name count at every level, also against managed ones. */
function geminiFaults(text: string | undefined, scope: InstallScope): readonly string[] {
  const settings = settingsOf(text);
  const config = objectField(settings, "hooksConfig");
  const disabled: readonly unknown[] = Array.isArray(config?.["disabled"]) ? config["disabled"] : [];
  const faults = disabled.some((name) => typeof name === "string" && /signalbox|hook\.sh/.test(name))
    ? ["switches Signalbox's hooks off (`hooksConfig.disabled`)"]
    : [];
  const tools = settings["tools"];
  const off = config?.["enabled"] === false || (isJsonObject(tools) && tools["enableHooks"] === false);
  return off && scope !== "managed" ? [...faults, "switches all hooks off (`hooksConfig.enabled`)"] : faults;
}
