import { isJsonObject, objectField, parseJson, stringField, type JsonObject } from "../../base/json.ts";
import type { AmbientTarget, Provider } from "../../catalogue/catalogue.ts";
import type { Scope } from "../scope.ts";
import type { Invocation } from "../shell/invocation.ts";

/** Names of one environment, the one for people first; empty where it cannot be known. */
export type EnvironmentNames = readonly string[];

/** The environment that a provider's tool works on when it is not told: a variable, or what the folder was linked to. */
export function ambientEnvironment(
  provider: Provider,
  scope: Scope,
  assignments: Invocation["assignments"],
): EnvironmentNames {
  const { ambient } = provider;
  if (ambient === undefined) {
    return [];
  }
  for (const name of ambient.variables) {
    const assigned = assignments.get(name);
    if (assigned !== undefined) {
      return assigned.known ? [assigned.text] : [];
    }
    const value = scope.variable(name) ?? scope.lookups.env(name);
    if (value !== undefined && value !== "") {
      return [value];
    }
  }
  return linkedEnvironment(ambient, scope);
}

function linkedEnvironment(ambient: AmbientTarget, scope: Scope): EnvironmentNames {
  if (ambient.file === undefined || scope.cwd === undefined) {
    return [];
  }
  const found = scope.lookups.readFile(ambient.file.replace(/^~/, scope.lookups.home));
  if (ambient.line !== undefined) {
    return found.kind === "text" ? namedInLine(found.text, ambient.line) : [];
  }
  const parsed = found.kind === "text" ? parseJson(found.text) : undefined;
  if (parsed?.ok !== true || !isJsonObject(parsed.value)) {
    return [];
  }
  const entry =
    ambient.folders === undefined
      ? parsed.value
      : nearest(objectField(parsed.value, ambient.folders), scope.cwd);
  return entry === undefined ? [] : strings(entry, ambient.environment);
}

/** `current-context: staging`. */
function namedInLine(text: string, start: string): EnvironmentNames {
  const line = text.split("\n").find((candidate) => candidate.startsWith(start));
  const name = line
    ?.slice(start.length)
    .trim()
    .replace(/^["']|["']$/g, "");
  return name === undefined || name === "" ? [] : [name];
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

function strings(entry: JsonObject, members: readonly string[]): EnvironmentNames {
  return members.flatMap((member) => {
    const value = stringField(entry, member);
    return value === undefined || value === "" ? [] : [value];
  });
}

/** The part of a context that says where a call goes. */
export function environmentContext(names: EnvironmentNames): {
  readonly environment?: string;
  readonly environmentAliases?: readonly string[];
} {
  const [environment, ...environmentAliases] = names;
  if (environment === undefined) {
    return {};
  }
  return environmentAliases.length === 0 ? { environment } : { environment, environmentAliases };
}
