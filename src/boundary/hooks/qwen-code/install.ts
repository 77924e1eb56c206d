import { join } from "node:path";
import { err, ok, type Result } from "../../../base/result.ts";
import type { JsonObject } from "../../../base/json.ts";
import { environmentFiles } from "../environment-files.ts";
import { settingsOf, withEntries, withoutEntries, type WantedEntries } from "../hook-entries.ts";
import type { AgentInstaller, InstallScope, SwitchFile } from "../installer.ts";
import { editJsonc } from "../jsonc-edit.ts";
import { hookCall } from "../hook-call.ts";

/** Qwen Code gives a hook up after 60 s, whatever it is told, and then runs the tool: we answer before. */
const qwenTimeoutSeconds = 60;
export const qwenDeadlineSeconds = 57;

const ownLimits = { deadline: qwenDeadlineSeconds, timeout: qwenTimeoutSeconds };

/** Events that Signalbox hooks, and whether Qwen Code takes a matcher for them. */
const events: readonly (readonly [event: string, matched: boolean])[] = [
  ["PreToolUse", true],
  ["UserPromptSubmit", false],
  ["SessionStart", false],
  ["PostToolUse", true],
  ["PostToolUseFailure", true],
];

export const qwenCodeInstaller: AgentInstaller = {
  agent: "qwen-code",
  files: ({ scope, base }) =>
    ok([
      {
        path: settingsFile(scope, base),
        withHooks: (current, hookPath) => withQwenHooks(current, hookPath, scope),
        withoutHooks: (current, hookPath) => withoutEntries(current, hookPath),
      },
    ]),
  switches: ({ home, workspace }) => [
    ...(workspace === undefined ? [home] : [home, workspace]).map((folder): SwitchFile => ({
      path: settingsFile("user", folder),
      faults: qwenFaults,
    })),
    ...environmentFiles([home, workspace], [".env", join(".qwen", ".env")]),
  ],
  steps: ({ scope }) =>
    scope === "workspace" ? ["trust the folder in Qwen Code, which skips its hooks otherwise"] : [],
};

function settingsFile(scope: InstallScope, base: string): string {
  return scope === "managed"
    ? join(base, "etc", "qwen-code", "settings.json")
    : join(base, ".qwen", "settings.json");
}

/** Managed settings say that hooks stay on, because users and projects may switch them off. */
function withQwenHooks(current: string | undefined, hookPath: string, scope: InstallScope): Result<string> {
  const text = current ?? "{}\n";
  const off = settingsOf(text)["disableAllHooks"];
  if (off === true) {
    return err("it switches hooks off (`disableAllHooks`)");
  }
  const edited =
    scope === "managed" && off === undefined ? editJsonc(text, ["disableAllHooks"], false) : ok(text);
  return edited.ok ? withEntries(edited.value, hookPath, wantedGroups(hookPath)) : edited;
}

function wantedGroups(hookPath: string): WantedEntries {
  return Object.fromEntries(
    events.map(([event, matched]): [string, JsonObject] => {
      const handler = {
        type: "command",
        name: "signalbox",
        ...hookCall(hookPath, "qwen-code", event, ownLimits),
      };
      return [event, matched ? { matcher: "*", hooks: [handler] } : { hooks: [handler] }];
    }),
  );
}

function qwenFaults(text: string | undefined, scope: InstallScope): readonly string[] {
  return scope !== "managed" && settingsOf(text)["disableAllHooks"] === true
    ? ["switches all hooks off (`disableAllHooks`)"]
    : [];
}
