import { join } from "node:path";
import { err, ok, type Result } from "../../../base/result.ts";
import { isJsonObject, parseJson, stringField, type JsonObject } from "../../../base/json.ts";
import { settingsOf, withEntries, withoutEntries, type WantedEntries } from "../hook-entries.ts";
import type { AgentInstaller, InstallScope } from "../installer.ts";
import { editJsonc } from "../jsonc-edit.ts";
import { clientOptions, timeoutFor } from "../hook-call.ts";
import { quoteWord } from "../shell-quoting.ts";
import { cursorEvents, hookedEvents } from "./events.ts";
import { cursorReports } from "./report.ts";

export const cursorInstaller: AgentInstaller = {
  agent: "cursor",
  files: ({ scope, base }) =>
    ok([
      {
        path: hookFile(scope, base),
        withHooks: withCursorHooks,
        withoutHooks: (current, hookPath) => withoutEntries(current, hookPath),
      },
    ]),
  switches: ({ home, workspace }) =>
    [hookFile("user", home), ...(workspace === undefined ? [] : [hookFile("workspace", workspace)])].map(
      (path) => ({ path, faults: cursorFaults }),
    ),
  steps: ({ scope }) =>
    scope === "workspace"
      ? ["trust the workspace in Cursor, which skips a project's hooks otherwise"]
      : ["check in Cursor's settings, under Hooks, that the hooks are listed"],
};

function hookFile(scope: InstallScope, base: string): string {
  return scope === "managed"
    ? join(base, "etc", "cursor", "hooks.json")
    : join(base, ".cursor", "hooks.json");
}

/** Cursor drops the whole file for a comment, a trailing comma or a missing version: nothing is merged into such a file. */
function withCursorHooks(current: string | undefined, hookPath: string): Result<string> {
  const text = current ?? '{\n  "version": 1\n}\n';
  const parsed = parseJson(text);
  if (!parsed.ok) {
    return err(`Cursor reads strict JSON only, and it is ${parsed.error}`);
  }
  const version = isJsonObject(parsed.value) ? parsed.value["version"] : 1;
  if (version !== undefined && version !== 1) {
    return err("its `version` is not 1");
  }
  const versioned = version === undefined ? editJsonc(text, ["version"], 1) : ok(text);
  return versioned.ok ? withEntries(versioned.value, hookPath, wantedEntries(hookPath)) : versioned;
}

/**
 * Just one simple command: Cursor may append a here-document to it. What goes wrong before the client can speak is blocked by
 * `failClosed`.
 */
function wantedEntries(hookPath: string): WantedEntries {
  const entry = (event: string): JsonObject => ({
    command: `${quoteWord(hookPath)} ${clientOptions("cursor", event).join(" ")} cursor ${event}`,
    timeout: timeoutFor("cursor", event),
    failClosed: !cursorReports.knows(event),
  });
  return Object.fromEntries(hookedEvents.map((event) => [event, entry(event)]));
}

/** What makes Cursor drop the file, and our hooks with it. */
function cursorFaults(text: string | undefined): readonly string[] {
  if (text === undefined) {
    return [];
  }
  if (!parseJson(text).ok) {
    return ["is not strict JSON, so Cursor drops it"];
  }
  const settings = settingsOf(text);
  const hooks = settings["hooks"];
  const faults = settings["version"] === undefined ? ["has no `version`, so Cursor drops it"] : [];
  for (const [event, entries] of Object.entries(isJsonObject(hooks) ? hooks : {})) {
    if (!cursorEvents.has(event)) {
      faults.push(`names the event \`${event}\`, for which Cursor may drop it`);
    }
    const list: readonly unknown[] = Array.isArray(entries) ? entries : [];
    if (list.some((entry) => isJsonObject(entry) && !isPattern(stringField(entry, "matcher") ?? ""))) {
      faults.push(`has a matcher for \`${event}\` that is no regular expression, so Cursor drops it`);
    }
  }
  return faults;
}

function isPattern(source: string): boolean {
  try {
    return source === "*" || new RegExp(source) instanceof RegExp;
  } catch {
    return false;
  }
}
