import { BugError } from "../base/result.ts";
import { isEffect, type Effect } from "../model/effect.ts";
import type { Operation } from "./catalogue.ts";
import { snakeCase, soundsRevealing, spaced, verbOf } from "./names.ts";
import type { YamlReader } from "./yaml-reader.ts";

/**
 * A provider with more operations than a file can list: which access each of them needs comes from a table beside the
 * catalogue, what it causes from rules. Operations are called `service:Action`.
 */
export interface ServiceTable {
  /** Name of the table's file, without folder and extension. */
  readonly file: string;
  /** What the command-line tool calls a service → what the table calls it. */
  readonly services: ReadonlyMap<string, string>;
  /** Hosts of the API; the first group is the service. */
  readonly endpoints?: RegExp;
  /** The first rule that matches decides. */
  readonly rules: readonly ServiceRule[];
}

export interface ServiceRule {
  /** The whole of `service:Action`. */
  readonly actions: RegExp;
  readonly access: Operation["access"];
  readonly effects: readonly Effect[];
  readonly groups: readonly string[];
}

/** Reads the text of a table by its name; undefined where there is none. */
export type TableReader = (name: string) => string | undefined;

type Level = "read" | "write" | "permissions";

/** The action's own spelling and what it does, by its name in lower case. */
type Actions = ReadonlyMap<string, { readonly name: string; readonly level: Level }>;

/** One table, read when it is first asked for. */
export class AccessLevels {
  private readonly texts: Readonly<Record<string, Readonly<Record<string, string>>>>;
  private readonly services = new Map<string, Actions>();

  constructor(text: string) {
    const parsed = JSON.parse(text) as { readonly services: AccessLevels["texts"] };
    this.texts = parsed.services;
  }

  find(service: string, action: string): { readonly name: string; readonly level: Level } | undefined {
    let actions = this.services.get(service);
    if (actions === undefined) {
      actions = actionsOf(Object.hasOwn(this.texts, service) ? this.texts[service] : undefined);
      this.services.set(service, actions);
    }
    return actions.get(action.toLowerCase());
  }
}

function actionsOf(levels: Readonly<Record<string, string>> | undefined): Actions {
  const actions = new Map<string, { name: string; level: Level }>();
  for (const [written, names] of Object.entries(levels ?? {})) {
    const level = written === "read" || written === "permissions" ? written : "write";
    for (const name of names.split(" ")) {
      actions.set(name.toLowerCase(), { name, level });
    }
  }
  return actions;
}

/** The operation behind `ec2 terminate-instances`, or behind `ec2` and `TerminateInstances`. */
export function serviceOperation(
  table: ServiceTable,
  levels: AccessLevels,
  service: string,
  command: string,
): Operation {
  const key = table.services.get(service) ?? service;
  const listed = levels.find(key, command.replaceAll("-", ""));
  const name = `${key}:${listed?.name ?? pascalCase(command)}`;
  const rule = table.rules.find(({ actions }) => actions.test(name));
  return rule === undefined
    ? byLevel(name, listed?.level ?? levelByName(name))
    : operation(name, rule.access, rule.effects, rule.groups);
}

/** What the name of an action suggests, where the table does not have it: never a read without a word that says so. */
function levelByName(name: string): Level {
  const snake = snakeCase(name.slice(name.indexOf(":") + 1));
  const first = snake.replace(/^(?:batch|transact|admin)_/, "").split("_", 1)[0] ?? "";
  const reads = verbOf(first) === "read" || /^(?:head|scan|select|estimate|simulate)$/.test(first);
  return reads && verbOf(snake) !== "delete" && !soundsRevealing(snake) ? "read" : "write";
}

function byLevel(name: string, level: Level): Operation {
  switch (level) {
    case "read":
      return operation(name, "read", [], ["read"]);
    case "permissions":
      return operation(name, "change", ["infrastructure_change", "privilege_change"], []);
    case "write":
      return operation(name, "change", ["infrastructure_change"], []);
  }
}

function operation(
  name: string,
  access: Operation["access"],
  effects: readonly Effect[],
  groups: readonly string[],
): Operation {
  return {
    name,
    summary: spaced(snakeCase(name.slice(name.indexOf(":") + 1))),
    aliases: [],
    access,
    effects,
    groups,
    reversible: !effects.some((effect) => effect.startsWith("irreversible_")),
  };
}

function pascalCase(command: string): string {
  return command
    .split("-")
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join("");
}

/** Reads `table:` of a catalogue file. */
export function readServiceTable(reader: YamlReader, node: unknown): ServiceTable | undefined {
  if (node === undefined) {
    return undefined;
  }
  const members = reader.members(node, ["file", "services", "endpoints", "rules"]);
  const endpoints = readEndpoints(reader, members.get("endpoints"));
  const services = new Map<string, string>();
  for (const [name, value] of reader.entries(members.get("services"))) {
    services.set(name, reader.text(value) ?? "");
  }
  return {
    file: reader.requiredText(members.get("file"), node, "file"),
    services,
    ...(endpoints === undefined ? {} : { endpoints }),
    rules: reader.items(members.get("rules")).flatMap((rule) => readRule(reader, rule)),
  };
}

function readEndpoints(reader: YamlReader, node: unknown): RegExp | undefined {
  const source = reader.text(node);
  try {
    return source === undefined ? undefined : new RegExp(source, "i");
  } catch {
    reader.report(node, "it is not a regular expression");
    return undefined;
  }
}

function readRule(reader: YamlReader, node: unknown): readonly ServiceRule[] {
  const members = reader.members(node, ["actions", "access", "effects", "groups", "everyday"]);
  const source = reader.items(members.get("actions")).map((item) => reader.text(item) ?? "");
  const access = reader.text(members.get("access")) ?? "change";
  if (access !== "read" && access !== "change" && access !== "unknown") {
    reader.report(members.get("access"), "expected one of `read`, `change`, `unknown`");
    return [];
  }
  const effects = reader.texts(members.get("effects")).filter((text) => isEffect(text));
  if (effects.length < reader.items(members.get("effects")).length) {
    reader.report(members.get("effects"), "one of them is not an effect");
  }
  const everyday = reader.flag(members.get("everyday")) === true ? ["everyday"] : [];
  const reads = access === "read" && effects.length === 0 ? ["read"] : [];
  const groups = [...reader.texts(members.get("groups")), ...everyday, ...reads];
  try {
    return [{ actions: new RegExp(`^(?:${source.join("|")})$`), access, effects, groups }];
  } catch {
    reader.report(members.get("actions"), "one of them is not a regular expression");
    return [];
  }
}

/** Keeps tables that were read. A table that is missing is a fault of ours: without it, nothing could be told apart. */
export class Tables {
  private readonly reader: TableReader;
  private readonly read = new Map<string, AccessLevels>();

  constructor(reader: TableReader) {
    this.reader = reader;
  }

  levels(table: ServiceTable): AccessLevels {
    const known = this.read.get(table.file);
    if (known !== undefined) {
      return known;
    }
    const text = this.reader(table.file);
    if (text === undefined) {
      throw new BugError(
        `the package is incomplete: the table \`${table.file}\` is missing; install Signalbox again`,
      );
    }
    const levels = new AccessLevels(text);
    this.read.set(table.file, levels);
    return levels;
  }
}
