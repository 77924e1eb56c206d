import { isJsonObject, objectField, parseJson, stringField, type JsonObject } from "../../base/json.ts";
import type { AmbientTarget, Provider } from "../../catalogue/catalogue.ts";
import type { PlaceKinds } from "../../model/action.ts";
import type { Scope } from "../scope.ts";
import type { Invocation } from "../shell/invocation.ts";

/** Names of one environment, the one for people first; empty where it cannot be known. */
export type EnvironmentNames = readonly string[];

/** What stands for an address that is not known: it is nobody's. */
export const unknownPlace = "?";

/** Names of places by kind, in the order in which they decide. */
export type Places = Map<string, EnvironmentNames>;

/** What names are read from where a command does not say: variables that it is given, and where tools were set up. */
export interface Surroundings {
  readonly scope: Scope;
  readonly assignments: Invocation["assignments"];
  /** What an earlier command of the same request switched to; undefined where none did. */
  readonly switched: (ambient: AmbientTarget) => EnvironmentNames | undefined;
  /** True for a kind that the command itself chooses anew: what holds now says nothing of it. */
  readonly chosen?: (ambient: AmbientTarget) => boolean;
}

const unswitched: Surroundings["switched"] = () => undefined;

/** The environment that a provider's tool works on when it is not told: a variable, or what the folder was linked to. */
export function ambientEnvironment(
  provider: Provider,
  scope: Scope,
  assignments: Invocation["assignments"],
): EnvironmentNames {
  const places: Places = new Map();
  addAmbient(places, provider, { scope, assignments, switched: unswitched });
  return [...places.values()].flat();
}

/** Adds the kinds of places that were not told. */
export function addAmbient(places: Places, provider: Provider, around: Surroundings): void {
  const { scope } = around;
  for (const ambient of provider.ambient ?? []) {
    if (ambient.kind === "address") {
      for (const name of ambient.variables.filter((variable) => isAssigned(variable, around))) {
        places.set("address", [...(places.get("address") ?? []), name]);
      }
      continue;
    }
    const files = ambient.fileVariables
      .filter((variable) => isAssigned(variable, around))
      .map((variable) => assignedText(variable, around) ?? unknownPlace);
    if (files.length > 0) {
      places.set("address", [...new Set([...(places.get("address") ?? []), ...files])]);
    }
    const chosen = around.chosen?.(ambient) === true;
    if (places.has(ambient.kind) || places.has("address") || chosen) {
      continue;
    }
    const names = namesFrom(ambient, places, around, scope);
    if (names !== undefined) {
      places.set(ambient.kind, names);
    }
  }
}

/** Undefined where nothing is said; empty where something is that cannot be told. */
function namesFrom(
  ambient: AmbientTarget,
  places: Places,
  around: Surroundings,
  scope: Scope,
): EnvironmentNames | undefined {
  for (const name of ambient.variables) {
    const assigned = around.assignments.get(name);
    if (assigned !== undefined) {
      return assigned.known ? [assigned.text] : [];
    }
    if (scope.isSet(name)) {
      const value = scope.variable(name);
      return value === undefined ? [] : value === "" ? undefined : [value];
    }
  }
  const switched = around.switched(ambient);
  if (switched !== undefined) {
    return switched;
  }
  for (const name of ambient.variables) {
    const value = scope.lookups.env(name);
    if (value !== undefined && value !== "") {
      return [value];
    }
  }
  const linked = linkedEnvironment(ambient, places, scope);
  return linked.length === 0 ? undefined : linked;
}

function assignedText(variable: string, { scope, assignments }: Surroundings): string | undefined {
  const value = assignments.get(variable);
  return value === undefined ? scope.variable(variable) : value.known ? value.text : undefined;
}

function isAssigned(variable: string, { scope, assignments }: Surroundings): boolean {
  const value = assignments.get(variable);
  return value === undefined ? scope.isSet(variable) : !value.known || value.text !== "";
}

function linkedEnvironment(ambient: AmbientTarget, places: Places, scope: Scope): EnvironmentNames {
  const path = pathOf(ambient, scope);
  if (path === undefined || scope.cwd === undefined) {
    return [];
  }
  const found = scope.lookups.readFile(path);
  if (found.kind !== "text") {
    return [];
  }
  if (ambient.within !== undefined) {
    const [place] = places.get(ambient.within.kind) ?? [];
    return place === undefined ? [] : namedWithin(found.text, place, ambient.within);
  }
  if (ambient.line !== undefined) {
    return namedInLine(found.text, ambient.line);
  }
  const parsed = parseJson(found.text);
  if (!parsed.ok || !isJsonObject(parsed.value)) {
    return [];
  }
  const entry =
    ambient.folders === undefined
      ? parsed.value
      : nearest(objectField(parsed.value, ambient.folders), scope.cwd);
  return entry === undefined ? [] : strings(entry, ambient.environment);
}

/** Where the tool looks: a variable may name another file; of a list of files, the first counts. */
function pathOf({ file, fileVariables }: AmbientTarget, scope: Scope): string | undefined {
  for (const name of fileVariables) {
    const value = scope.lookups.env(name)?.split(":")[0];
    if (value !== undefined && value !== "") {
      return value.replace(/^~/, scope.lookups.home);
    }
  }
  return file?.startsWith("./") === true
    ? scope.cwd === undefined
      ? undefined
      : `${scope.cwd}/${file.slice(2)}`
    : file?.replace(/^~/, scope.lookups.home);
}

/** `current-context: staging`. */
function namedInLine(text: string, start: string): EnvironmentNames {
  const line = text.split("\n").find((candidate) => candidate.trimStart().startsWith(start));
  const name = unquoted(line?.trimStart().slice(start.length));
  return name === undefined || name === "" ? [] : [name];
}

function unquoted(text: string | undefined): string | undefined {
  return text?.trim().replace(/^["']|["']$/g, "");
}

/** Longest file in characters that a part is looked for in. */
const longestFile = 256 * 1024;

/** A member of the item, or section, that is about a place; what holds otherwise where the part is there without it. */
function namedWithin(
  text: string,
  place: string,
  { part, member, otherwise }: NonNullable<AmbientTarget["within"]>,
): EnvironmentNames {
  const found = part.includes("{}")
    ? sectionOf(text.slice(0, longestFile), part.replace("{}", place))
    : itemOf(text.slice(0, longestFile), part, place);
  const pattern = new RegExp(`(?:^|[\\s{,-])${member}\\s*[:=]\\s*("[^"]*"|'[^']*'|[^\\s,}#]+)`);
  const value = unquoted(found?.map((line) => pattern.exec(line)?.[1]).find((each) => each !== undefined));
  return found === undefined ? [] : value === undefined || value === "" ? optional(otherwise) : [value];
}

function optional(text: string | undefined): EnvironmentNames {
  return text === undefined ? [] : [text];
}

/** Lines of `[section]`. */
function sectionOf(text: string, name: string): readonly string[] | undefined {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => line.trim() === `[${name}]`);
  if (start < 0) {
    return undefined;
  }
  const end = lines.findIndex((line, index) => index > start && line.trimStart().startsWith("["));
  return lines.slice(start + 1, end < 0 ? undefined : end);
}

/** Lines of the item that is called `name` in the list under `part:`. */
function itemOf(text: string, part: string, name: string): readonly string[] | undefined {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => line.startsWith(`${part}:`));
  if (start < 0) {
    return undefined;
  }
  const items: string[][] = [];
  for (const line of lines.slice(start + 1)) {
    if (/^[^\s#-]/.test(line)) {
      break;
    }
    if (/^\s*- /.test(line)) {
      items.push([]);
    }
    items.at(-1)?.push(line);
  }
  return items.find((item) => item.some((line) => unquoted(/^[\s-]*name:(.*)$/.exec(line)?.[1]) === name));
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
export interface PlaceContext {
  readonly environment?: string;
  readonly environmentAliases?: readonly string[];
  readonly environmentKinds?: PlaceKinds;
}

export function environmentContext(names: EnvironmentNames): PlaceContext {
  const [environment, ...environmentAliases] = names;
  if (environment === undefined) {
    return {};
  }
  return environmentAliases.length === 0 ? { environment } : { environment, environmentAliases };
}

/** The same of places of several kinds; `narrowing` ones say more about a place and are no names of an environment. */
export function placesContext(places: Places, narrowing: ReadonlySet<string>): PlaceContext {
  // What leads elsewhere is no name that people know.
  const ordered = [...places].sort(
    ([one], [other]) => Number(one === "address") - Number(other === "address"),
  );
  const naming = ordered.flatMap(([kind, names]) =>
    narrowing.has(kind) ? [] : names.filter((name) => name !== unknownPlace),
  );
  const kinds = ordered.filter(([kind]) => kind !== "");
  return {
    ...environmentContext([...new Set(naming)]),
    ...(kinds.length === 0 ? {} : { environmentKinds: Object.fromEntries(kinds) }),
  };
}

/** The context with the names of some kinds put in place of its own; the names of an environment follow. */
export function replacePlaces(context: PlaceContext, others: PlaceKinds): PlaceContext {
  const kinds = Object.keys(others);
  if (kinds.length === 0) {
    return context;
  }
  const own = context.environmentKinds ?? {};
  const gone = new Set(kinds.flatMap((kind) => own[kind] ?? []));
  const kept = [context.environment ?? "", ...(context.environmentAliases ?? [])].filter(
    (name) => name !== "" && !gone.has(name),
  );
  const [environment, ...environmentAliases] = [...new Set([...kept, ...Object.values(others).flat()])];
  return {
    ...(environment === undefined ? {} : { environment }),
    environmentAliases,
    environmentKinds: { ...own, ...others },
  };
}
