import { homedir } from "node:os";
import { dirname, join } from "node:path";
import type { Result } from "../../../base/result.ts";
import { isJsonObject, stringField, type JsonObject } from "../../../base/json.ts";
import { readOwnFile } from "../../../record/durable-file.ts";
import { parseJsonc, valueOf } from "../jsonc.ts";
import { installedHookPath, managedHookPath } from "../launcher.ts";
import { claudeSettingsFile, disablesHooks, hasClaudeHooks, hijacksHooks } from "./install.ts";

/** What the check may look at. */
export interface ArmingHost {
  read(path: string): Result<string | undefined>;
  /** Hook clients of ours that settings may name. */
  readonly hookPaths: readonly string[];
  readonly managedFile: string;
}

export const systemArmingHost: ArmingHost = {
  read: readOwnFile,
  hookPaths: [installedHookPath(join(homedir(), ".signalbox")), managedHookPath],
  managedFile: claudeSettingsFile("managed", "/"),
};

/**
 * Whether Claude Code would still call Signalbox for every tool once it has loaded its settings again, as `ConfigChange` says it
 * is about to. False wherever a settings file cannot be read: then the change is refused, and the hooks in force stay.
 */
export function staysArmed(payload: JsonObject, host: ArmingHost): boolean {
  const read = [...settingsFiles(payload)].map((path) => host.read(path));
  const texts = read.flatMap((text) => (text.ok && text.value !== undefined ? [text.value] : []));
  if (texts.some(hijacksHooks)) {
    return false;
  }
  const managed = host.read(host.managedFile);
  if (managed.ok && hasOurs(managed.value, host)) {
    return true;
  }
  return (
    read.every((text) => text.ok) &&
    texts.every((text) => isSettings(text) && !disablesHooks(text)) &&
    texts.some((text) => hasOurs(text, host))
  );
}

/** The user's, the project's and the changed file. The transcript lies in the user's configuration folder. */
function settingsFiles(payload: JsonObject): ReadonlySet<string> {
  const files = new Set<string>();
  const transcript = stringField(payload, "transcript_path");
  const changed = stringField(payload, "file_path");
  const cwd = stringField(payload, "cwd");
  const folders = [
    transcript === undefined ? undefined : dirname(dirname(dirname(transcript))),
    cwd === undefined ? undefined : join(cwd, ".claude"),
    changed === undefined ? undefined : dirname(changed),
  ];
  for (const folder of folders) {
    if (folder !== undefined) {
      files.add(join(folder, "settings.json")).add(join(folder, "settings.local.json"));
    }
  }
  if (changed?.endsWith(".json") === true) {
    files.add(changed);
  }
  return files;
}

function hasOurs(text: string | undefined, { hookPaths }: ArmingHost): boolean {
  return text !== undefined && hookPaths.some((path) => hasClaudeHooks(text, path));
}

function isSettings(text: string): boolean {
  const parsed = parseJsonc(text);
  return parsed.ok && isJsonObject(valueOf(parsed.value));
}
