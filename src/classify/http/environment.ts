import { isJsonObject, objectField, parseJson, stringField, type JsonObject } from "../../base/json.ts";
import type { AmbientTarget, Provider } from "../../catalogue/catalogue.ts";
import type { Scope } from "../scope.ts";
import type { Invocation } from "../shell/invocation.ts";

/**
 * The environment that a provider's tool works on when it is not told: a variable, or what the folder was linked to.
 * Undefined where it cannot be known, which is not the same as "none".
 */
export function ambientEnvironment(
  provider: Provider,
  scope: Scope,
  assignments: Invocation["assignments"],
): string | undefined {
  const { ambient } = provider;
  if (ambient === undefined) {
    return undefined;
  }
  for (const name of ambient.variables) {
    const assigned = assignments.get(name);
    if (assigned !== undefined) {
      return assigned.known ? assigned.text : undefined;
    }
    const value = scope.variable(name) ?? scope.lookups.env(name);
    if (value !== undefined && value !== "") {
      return value;
    }
  }
  return linkedEnvironment(ambient, scope);
}

function linkedEnvironment(ambient: AmbientTarget, scope: Scope): string | undefined {
  if (ambient.file === undefined || scope.cwd === undefined) {
    return undefined;
  }
  const found = scope.lookups.readFile(ambient.file.replace(/^~/, scope.lookups.home));
  const parsed = found.kind === "text" ? parseJson(found.text) : undefined;
  if (parsed?.ok !== true || !isJsonObject(parsed.value)) {
    return undefined;
  }
  const entry =
    ambient.folders === undefined
      ? parsed.value
      : nearest(objectField(parsed.value, ambient.folders), scope.cwd);
  return entry === undefined ? undefined : firstString(entry, ambient.environment);
}

/** The entry of the working directory, or of the nearest folder above it. */
function nearest(folders: JsonObject | undefined, cwd: string): JsonObject | undefined {
  if (folders === undefined) {
    return undefined;
  }
  for (let folder = cwd; folder !== ""; folder = folder.slice(0, folder.lastIndexOf("/"))) {
    const entry = objectField(folders, folder);
    if (entry !== undefined) {
      return entry;
    }
  }
  return objectField(folders, "/");
}

function firstString(entry: JsonObject, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = stringField(entry, name);
    if (value !== undefined && value !== "") {
      return value;
    }
  }
  return undefined;
}
