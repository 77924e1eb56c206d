import type { Operation, Provider, Vocabulary } from "../../catalogue/catalogue.ts";
import type { ServiceRule } from "../../catalogue/service-table.ts";
import type { Action } from "../../model/action.ts";
import { effects as allEffects, type Effect } from "../../model/effect.ts";
import type { Pattern } from "../../policy/compiled.ts";
import { isGlob } from "../../policy/pattern.ts";
import { normalisePath } from "../../policy/path-pattern.ts";
import { isEveryday, namesOf } from "../facts.ts";
import type { Element } from "./elements.ts";
import type { Overlap, Overlaps } from "./overlaps.ts";
import { samplesOf } from "./samples.ts";
import { another } from "./settings.ts";

export type SubjectKind = "operations" | "effects" | "files" | "commands";

/** Requests that no policy in question can tell apart, and one of them that stands for all. */
export interface Subject {
  readonly kind: SubjectKind;
  /** What it stands for: ids of operations, effects, `read **\/*.env`, commands. */
  readonly names: readonly string[];
  /** Undefined for a command line that amounts to nothing. */
  readonly action: Action | undefined;
  /** Names that say it already, where the same becomes of them. */
  readonly partOf?: readonly string[];
}

/** Where relative patterns of paths start. */
export interface Ground {
  readonly workspace: string;
  readonly home: string;
}

/** Most files that are tried: a long list of hidden files is told by its changed entries first. */
const fileLimit = 400;

/** Patterns by what they match, each source once: literals are looked up, only globs are tried in turn. */
class PatternIndex {
  readonly #literal = new Map<string, number>();
  readonly #globs: { readonly pattern: Pattern; readonly at: number }[] = [];

  constructor(patterns: readonly Pattern[]) {
    const unique = new Map(patterns.map((each) => [each.source, each]));
    for (const [at, pattern] of [...unique.values()].entries()) {
      if (isGlob(pattern.source)) {
        this.#globs.push({ pattern, at });
      } else {
        this.#literal.set(pattern.source.toLowerCase(), at);
      }
    }
  }

  matchesOf(texts: readonly string[]): string {
    const literal = texts.flatMap((text) => this.#literal.get(text.toLowerCase()) ?? []);
    const globs = this.#globs.filter(({ pattern }) => texts.some((text) => pattern.matches(text)));
    return [...literal, ...globs.map(({ at }) => at)].toSorted((a, b) => a - b).join();
  }
}

/** All operations of the catalogue and all others that a policy names, by what the policies can tell of them. */
export function* operationSubjects(
  vocabulary: Vocabulary,
  elements: readonly Element[],
  overlaps: readonly Overlap[],
): Generator<undefined, readonly Subject[], undefined> {
  const names = new PatternIndex(elements.flatMap((element) => element.names));
  const providers = new PatternIndex(elements.flatMap((element) => element.providers));
  const places = new Set(elements.flatMap((element) => element.places));
  const classes = new Map<string, { readonly action: Action; readonly names: string[] }>();
  for (const { action, name } of operationsToTry(vocabulary, elements, overlaps)) {
    yield;
    const key = [
      places.has(action.provider) ? action.provider : "",
      vocabulary.providers.has(action.provider),
      action.access,
      action.reach,
      action.effects.join(),
      isEveryday(action),
      action.groups.includes("execution"),
      names.matchesOf(namesOf(action)),
      providers.matchesOf([action.provider]),
    ].join(" ");
    const known = classes.get(key);
    if (known === undefined) {
      classes.set(key, { action, names: [name] });
    } else {
      known.names.push(name);
    }
  }
  return [...classes.values()].map(({ action, names: ids }) => ({
    kind: "operations",
    names: [...new Set(ids)],
    action,
  }));
}

interface Tried {
  readonly action: Action;
  /** The id, and what tells it from others of the same id. */
  readonly name: string;
}

function operationsToTry(
  vocabulary: Vocabulary,
  elements: readonly Element[],
  overlaps: readonly Overlap[],
): readonly Tried[] {
  const listed = [...vocabulary.providers.values()].flatMap((provider) => [
    ...[...provider.operations.values()].map((operation) => known(provider, operation)),
    ...ofTable(provider, `${another}:Other`, "other services"),
  ]);
  const sources = new Set([
    ...elements.flatMap((element) => element.names.map(({ source }) => source)),
    ...overlaps.map(({ text }) => text),
  ]);
  return [...listed, ...[...sources].flatMap((source) => namedBy(source, vocabulary))];
}

/** What a name in a policy may stand for that the catalogue does not list one by one. */
function namedBy(source: string, vocabulary: Vocabulary): readonly Tried[] {
  return samplesOf(source).flatMap((id) => {
    const colon = id.indexOf(":");
    const name = id.slice(colon + 1);
    const provider = vocabulary.providers.get(id.slice(0, Math.max(0, colon)));
    const operation = provider === undefined ? undefined : vocabulary.operation(provider.name, name);
    if (colon <= 0 || provider?.groups.has(name) === true) {
      return [];
    }
    if (provider !== undefined && operation !== undefined) {
      return provider.operations.has(operation.name) ? [] : [known(provider, operation)];
    }
    if (provider !== undefined) {
      return isGlob(source) ? ofTable(provider, name, source) : [unlisted(id, "remote", "change")];
    }
    return (["local", "remote"] as const).flatMap((reach) =>
      (["read", "change"] as const).map((access) => unlisted(id, reach, access, source)),
    );
  });
}

function known(provider: Provider, operation: Operation): Tried {
  const id = `${provider.name}:${operation.name}`;
  return { name: id, action: { ...actionOf(id, operation), reach: operation.reach ?? "remote" } };
}

/** Operations of a provider with a table, one for each thing that the table tells of them. */
function ofTable({ name: provider, table }: Provider, operation: string, label: string): readonly Tried[] {
  const kinds: readonly Pick<ServiceRule, "access" | "effects" | "groups">[] = [
    { access: "read", effects: [], groups: ["read"] },
    { access: "change", effects: ["infrastructure_change"], groups: [] },
    { access: "change", effects: ["infrastructure_change", "privilege_change"], groups: [] },
    ...(table?.rules ?? []),
  ];
  const shown = label.includes(":") ? label : `${provider}: ${label}`;
  return table === undefined
    ? []
    : kinds.map(({ access, effects, groups }) => ({
        name: `${shown} (${[access, ...effects].join(", ")})`,
        action: actionOf(`${provider}:${operation}`, { access, effects, groups, aliases: [] }),
      }));
}

function unlisted(id: string, reach: Action["reach"], access: Action["access"], label: string = id): Tried {
  return {
    name: `${label} (${reach} ${access})`,
    action: { ...actionOf(id, { access, effects: [], groups: [], aliases: [] }), reach },
  };
}

function actionOf(
  id: string,
  {
    access,
    effects,
    groups,
    aliases,
    also = [],
  }: Pick<Operation, "access" | "effects" | "groups" | "aliases" | "also">,
): Action {
  const colon = id.indexOf(":");
  return {
    provider: id.slice(0, colon),
    operation: id.slice(colon + 1),
    effects,
    access,
    reach: "remote",
    target: { display: "" },
    credentials: [],
    groups,
    aliases: [...aliases, ...also],
    evidence: { start: 0, end: 0, text: "" },
    because: "",
  };
}

/** Each effect of what no catalogue describes: local tools, and calls elsewhere. */
export function effectSubjects(vocabulary: Vocabulary, elements: readonly Element[]): readonly Subject[] {
  const named = elements.flatMap((element) => element.providers.flatMap(({ source }) => samplesOf(source)));
  const providers = [...new Set([another, ...named])].filter(
    (name) => !vocabulary.providers.has(name) && name !== "fs",
  );
  const sets: readonly (readonly Effect[])[] = [[], ...allEffects.map((effect) => [effect])];
  return providers.flatMap((provider) =>
    sets.flatMap((effects) =>
      (["local", "remote"] as const).flatMap((reach) =>
        (["read", "change"] as const).map((access) => ({
          kind: "effects" as const,
          names: [
            `${provider === another ? "" : `${provider}: `}${effects[0] ?? "no effect"} (${reach} ${access})`,
          ],
          action: {
            ...actionOf(`${provider}:${another}`, { access, effects, groups: [], aliases: [] }),
            reach,
          },
        })),
      ),
    ),
  );
}

/**
 * Reading, writing and deleting: each file that a policy speaks of, and one of each other kind. `share` of 1 takes as many as for policies of usual
 * length.
 */
export function fileSubjects(
  elements: readonly Element[],
  overlaps: readonly Overlap[],
  { ground, share }: { readonly ground: Ground; readonly share: number },
): readonly Subject[] {
  const named = elements.flatMap((element) =>
    element.paths.flatMap((pattern) => {
      const path = pathFor(pattern, ground);
      return path === undefined ? [] : [{ label: pattern.source, path }];
    }),
  );
  const others = [
    { label: "other files of the workspace", path: `${ground.workspace}/${another}/${another}.txt` },
    { label: "other files at home", path: `${ground.home}/${another}/${another}.txt` },
    { label: "other files of the machine", path: `/srv/${another}/${another}.txt` },
    { label: "temporary files", path: `/tmp/${another}/${another}.txt` },
  ];
  const byPath = new Map([...others, ...named].map((file) => [file.path, file]));
  const most = Math.ceil(fileLimit * share);
  return [
    ...[...byPath.values()].slice(0, most).flatMap(({ label, path }) => usesOf(label, path)),
    ...overlaps
      .slice(0, most)
      .flatMap(({ of, also, text }) =>
        usesOf(`${of.source}${alsoWords}${also.source}`, text, [of.source, also.source]),
      ),
  ];
}

/** True where each of them was tried. */
export function triedOverlaps(overlaps: Overlaps, share: number): boolean {
  return overlaps.complete && overlaps.found.length <= Math.ceil(fileLimit * share);
}

/** What stands between two patterns where their common files are told. */
const alsoWords = " where it is also ";

function usesOf(label: string, path: string, parts: readonly string[] = []): readonly Subject[] {
  const uses = [
    { operation: "read", access: "read", effects: [] },
    { operation: "write", access: "change", effects: [] },
    { operation: "delete", access: "change", effects: ["file_deletion"] },
  ] as const;
  return uses.map((use) => ({
    ...fileSubject(label, path, use),
    ...(parts.length === 0 ? {} : { partOf: parts.map((part) => `${use.operation} ${part}`) }),
  }));
}

function fileSubject(
  label: string,
  path: string,
  { operation, ...rest }: Pick<Action, "operation" | "access" | "effects">,
): Subject {
  const action = actionOf(`fs:${operation}`, { ...rest, groups: [], aliases: [] });
  return {
    kind: "files",
    names: [`${operation} ${label}`],
    action: { ...action, reach: "local", target: { display: path, path } },
  };
}

/** A path that the pattern matches. */
function pathFor(pattern: Pattern, { workspace, home }: Ground): string | undefined {
  const candidates = samplesOf(pattern.source).flatMap((text) => {
    const rooted = text.startsWith("~/") ? `${home}${text.slice(1)}` : text;
    return rooted.startsWith("/")
      ? [rooted]
      : [`${workspace}/${rooted}`, `${workspace}/${rooted}/${another}`];
  });
  return candidates.map((path) => normalisePath(path)).find((path) => pattern.matches(path));
}

export function commandSubjects(
  elements: readonly Element[],
  overlaps: readonly Overlap[],
): readonly Subject[] {
  const commands = [
    ...elements.flatMap(({ values, commandWithAction }) => (commandWithAction ? [] : (values.command ?? []))),
    ...overlaps.map(({ text }) => text),
  ];
  return [...new Set(commands)].map((command) => ({ kind: "commands", names: [command], action: undefined }));
}
