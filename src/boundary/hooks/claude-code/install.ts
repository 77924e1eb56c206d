import { join } from "node:path";
import { err, ok, type Result } from "../../../base/result.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../base/json.ts";
import { editJsonc } from "../jsonc-edit.ts";
import { parseJsonc, valueOf } from "../jsonc.ts";
import { agentTimeoutSeconds, hookDeadlineSeconds } from "../launcher.ts";

/** Events that Signalbox hooks, and whether Claude Code takes a matcher for them. */
const events: readonly (readonly [event: string, matched: boolean])[] = [
  ["PreToolUse", true],
  ["PermissionRequest", true],
  ["UserPromptSubmit", false],
  ["ConfigChange", true],
  ["SessionStart", false],
  ["SessionEnd", false],
  ["SubagentStart", false],
];

/** The settings file of a scope; `base` is the home directory, the workspace or the root of the file system. */
export function claudeSettingsFile(scope: "user" | "workspace" | "managed", base: string): string {
  return scope === "managed"
    ? join(base, "etc", "claude-code", "managed-settings.d", "50-signalbox.json")
    : join(base, ".claude", "settings.json");
}

/** The settings with exactly our hooks in them and everything else as it was. `current` is undefined for a new file. */
export function withClaudeHooks(current: string | undefined, hookPath: string): Result<string> {
  const cleaned = withoutClaudeHooks(current ?? "{}\n", hookPath, wantedGroups(hookPath));
  if (!cleaned.ok) {
    return cleaned;
  }
  let text = cleaned.value;
  for (const [event, group] of Object.entries(wantedGroups(hookPath))) {
    const groups = groupsOf(text, event);
    if (groups.some((known) => sameJson(known, group))) {
      continue;
    }
    const edited = editJsonc(
      text,
      ["hooks", event, ...(groups.length === 0 ? [] : [groups.length])],
      groups.length === 0 ? [group] : group,
    );
    if (!edited.ok) {
      return edited;
    }
    text = edited.value;
  }
  return ok(text);
}

/** The settings without our hooks; `keep` holds groups, by event, that may stay as they are. */
export function withoutClaudeHooks(
  current: string,
  hookPath: string,
  keep: Readonly<Record<string, JsonValue>> = {},
): Result<string> {
  const shape = checkShape(current);
  if (!shape.ok) {
    return shape;
  }
  let text = current;
  for (const event of Object.keys(hooksOf(text))) {
    const edited = withoutEvent(text, event, hookPath, keep[event]);
    if (!edited.ok) {
      return edited;
    }
    text = edited.value;
  }
  const emptied = Object.keys(hooksOf(text)).length === 0 && Object.keys(shape.value).length > 0;
  return emptied && "hooks" in shape.value ? editJsonc(text, ["hooks"], undefined) : ok(text);
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

function settingsOf(text: string | undefined): JsonObject {
  const parsed = text === undefined ? undefined : parseJsonc(text);
  const root = parsed?.ok === true ? valueOf(parsed.value) : undefined;
  return isJsonObject(root) ? root : {};
}

function wantedGroups(hookPath: string): Readonly<Record<string, JsonValue>> {
  return Object.fromEntries(events.map(([event, matched]) => [event, groupFor(event, matched, hookPath)]));
}

function groupFor(event: string, matched: boolean, hookPath: string): JsonObject {
  const handler = {
    type: "command",
    command: hookPath,
    args: ["--deadline", String(hookDeadlineSeconds), "claude-code", event],
    timeout: agentTimeoutSeconds,
    onFailure: "block",
  };
  return matched ? { matcher: "*", hooks: [handler] } : { hooks: [handler] };
}

/** Takes our handlers out of one event, then what has become empty by that. */
function withoutEvent(
  text: string,
  event: string,
  hookPath: string,
  keep: JsonValue | undefined,
): Result<string> {
  let result = text;
  let kept = false;
  const groups = groupsOf(text, event);
  for (let index = groups.length - 1; index >= 0; index--) {
    const group = groups[index];
    const handlers = handlersOf(group);
    const foreign = handlers.filter((handler) => !isOurs(handler, hookPath));
    if (foreign.length === handlers.length) {
      continue;
    }
    if (!kept && keep !== undefined && sameJson(group, keep)) {
      kept = true;
      continue;
    }
    const edited =
      foreign.length === 0
        ? editJsonc(result, ["hooks", event, index], undefined)
        : editJsonc(result, ["hooks", event, index, "hooks"], foreign);
    if (!edited.ok) {
      return edited;
    }
    result = edited.value;
  }
  const emptied = groups.length > 0 && groupsOf(result, event).length === 0;
  return emptied ? editJsonc(result, ["hooks", event], undefined) : ok(result);
}

/** Whatever cannot be merged into is refused, rather than replaced. */
function checkShape(text: string): Result<JsonObject> {
  const parsed = parseJsonc(text);
  if (!parsed.ok) {
    return parsed;
  }
  const root = valueOf(parsed.value);
  if (!isJsonObject(root)) {
    return err("its root is not an object");
  }
  const hooks = root["hooks"];
  if (hooks !== undefined && !isJsonObject(hooks)) {
    return err("its `hooks` are not an object");
  }
  const odd = Object.entries(hooks ?? {}).find(([, groups]) => !Array.isArray(groups));
  return odd === undefined ? ok(root) : err(`its hooks for \`${odd[0]}\` are not a list`);
}

function hooksOf(text: string): JsonObject {
  const parsed = parseJsonc(text);
  const root = parsed.ok ? valueOf(parsed.value) : undefined;
  const hooks = isJsonObject(root) ? root["hooks"] : undefined;
  return isJsonObject(hooks) ? hooks : {};
}

function groupsOf(text: string, event: string): readonly JsonValue[] {
  const groups = hooksOf(text)[event];
  return Array.isArray(groups) ? (groups as readonly JsonValue[]) : [];
}

function handlersOf(group: JsonValue | undefined): readonly JsonValue[] {
  const handlers = isJsonObject(group) ? group["hooks"] : undefined;
  return Array.isArray(handlers) ? (handlers as readonly JsonValue[]) : [];
}

function isOurs(handler: JsonValue, hookPath: string): boolean {
  return isJsonObject(handler) && handler["command"] === hookPath;
}

function sameJson(a: JsonValue | undefined, b: JsonValue): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
