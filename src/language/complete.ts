import { effects } from "../model/effect.ts";
import type { Vocabulary } from "../catalogue/catalogue.ts";
import type { NameKind, Shape } from "../policy/schema.ts";
import { cursorAt, type Cursor, type Slot } from "./cursor.ts";
import { declaredNames } from "./declared.ts";
import { rulesIn } from "./lenses.ts";
import { describeGroup, describeOperation, describeProvider } from "./describe.ts";

/** What completions are made from besides the text. Every member is a plain list that the host looks up. */
export interface CompletionSources {
  readonly vocabulary: Vocabulary;
  /** Files of the workspace, relative to it, `/`-separated. */
  files(): readonly string[];
  readonly agents: readonly string[];
  /** Names of people who can answer. */
  readonly approvers: readonly string[];
  /** What `extends` may name: files of `.governance` and shipped templates. */
  extendable(): readonly string[];
  /** Of a test file: its language, and the policy that it tests, whose names and rules it may use. */
  readonly tests?: { readonly schema: Shape; readonly policy: string };
}

export type CompletionKind = "key" | "operation" | "group" | "provider" | "effect" | "word" | "name" | "file";

/** One thing that may stand at the cursor. `text` replaces the word from `start` to `end`. */
export interface Completion {
  readonly label: string;
  readonly kind: CompletionKind;
  /** A few words beside the label. */
  readonly detail: string;
  /** Markdown, for whoever wants to know more; made when asked for. */
  documentation(): string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

type Candidate = Pick<Completion, "label" | "kind" | "detail" | "documentation"> & {
  readonly insert?: string;
};

const plain = (label: string, kind: CompletionKind, detail = "", documentation = ""): Candidate => ({
  label,
  kind,
  detail,
  documentation: () => documentation,
});

/** Everything that may stand at an offset of a policy, the likeliest first within its kind. Never throws. */
export function complete(text: string, offset: number, sources: CompletionSources): readonly Completion[] {
  const cursor = cursorAt(text, offset, sources.tests?.schema);
  const seen = new Set<string>();
  return cursor.slots
    .flatMap((slot) => candidates(slot, cursor, { ...sources, text: sources.tests?.policy ?? text }))
    .filter(({ label }) => !seen.has(label) && seen.add(label) !== undefined)
    .map(({ insert, ...candidate }) => ({
      ...candidate,
      start: cursor.start,
      end: cursor.end,
      text: insert ?? quoted(candidate.label, cursor),
    }));
}

interface Sources extends CompletionSources {
  /** Where names are declared. */
  readonly text: string;
}

function candidates(slot: Slot, cursor: Cursor, sources: Sources): readonly Candidate[] {
  if (slot.role === "key") {
    return slot.shape.kind === "map" ? keys(slot, cursor) : namedKeys(slot, cursor, sources);
  }
  if (sources.tests !== undefined && slot.path.at(-1) === "rule") {
    return rulesIn(sources.text).map(({ pointer, start, end }) =>
      plain(pointer, "name", sources.text.slice(start, end).replaceAll(/\s+/g, " ").slice(0, 80)),
    );
  }
  return slot.path[0] === "extends"
    ? sources.extendable().map((name) => plain(name, "file"))
    : values(slot.shape, sources);
}

/** Keys that the author chooses: what is known of their kind. */
function namedKeys(
  { shape, path, siblings, flow }: Slot,
  cursor: Cursor,
  sources: Sources,
): readonly Candidate[] {
  if (shape.kind !== "record" && shape.kind !== "named") {
    return [];
  }
  const names = shape.kind === "named" ? (path[0] === "credentials" ? named("credential", sources) : []) : [];
  const known = shape.kind === "record" ? recordKeys(shape.names, sources) : names;
  return known
    .filter(({ label }) => !siblings.includes(label))
    .map((candidate) => ({ ...candidate, insert: keyText(candidate.label, shape.value, flow, cursor) }));
}

function recordKeys(kind: NameKind, sources: Sources): readonly Candidate[] {
  switch (kind) {
    case "environment":
      return named(kind, sources);
    case "provider":
      return [
        ...named(kind, sources),
        plain("hosts", "key", "of any provider"),
        plain("databases", "key", "of any provider"),
      ];
    default:
      return [];
  }
}

function keys({ shape, siblings, flow }: Slot, cursor: Cursor): readonly Candidate[] {
  if (shape.kind !== "map") {
    return [];
  }
  return Object.entries(shape.keys)
    .filter(([key]) => !siblings.includes(key))
    .map(([key, field]) => ({
      label: key,
      kind: "key" as const,
      detail:
        field.default === undefined
          ? kindOf(field.shape)
          : `${kindOf(field.shape)}, default ${field.default}`,
      documentation: () => field.description,
      insert: keyText(key, field.shape, flow, cursor),
    }));
}

/** The key with whatever has to follow it, so that the next word can be typed at once. */
function keyText(key: string, shape: Shape, flow: boolean, { quote, indent, isKey }: Cursor): string {
  if (quote !== "" || isKey) {
    return key;
  }
  const inner = `\n${" ".repeat(indent + 2)}`;
  switch (shape.kind) {
    case "map":
    case "record":
    case "named":
      return flow ? `${key}: ` : `${key}:${inner}`;
    case "list":
      return flow ? `${key}: ` : `${key}:${inner}- `;
    case "names":
    case "name":
    case "word":
    case "flag":
    case "number":
    case "duration":
    case "either":
      return `${key}: `;
  }
}

function values(shape: Shape, sources: Sources): readonly Candidate[] {
  switch (shape.kind) {
    case "word":
      return shape.words.map((word) => plain(word, "word"));
    case "flag":
      return ["true", "false"].map((word) => plain(word, "word"));
    case "duration":
      return ["30s", "2m", "15m", "1h"].map((word) => plain(word, "word"));
    case "name":
    case "names":
      return named(shape.names, sources);
    case "either":
      return values(shape.text, sources);
    case "map":
    case "record":
    case "list":
    case "named":
    case "number":
      return [];
  }
}

function named(kind: NameKind, sources: Sources): readonly Candidate[] {
  const { vocabulary, text } = sources;
  switch (kind) {
    case "api":
      return apis(vocabulary);
    case "provider":
      return [...vocabulary.providers.values()].map((provider) => ({
        label: provider.name,
        kind: "provider",
        detail: provider.title,
        documentation: () => describeProvider(provider),
      }));
    case "effect":
      return effects.map((effect) => plain(effect, "effect"));
    case "credential":
      return credentials(vocabulary, text);
    case "environment":
      return unique(["production", "staging", ...declaredNames(text, "environments")]).map((name) =>
        plain(name, "name"),
      );
    case "task":
      return declaredNames(text, "sessions").map((name) => plain(name, "name", "a task of this policy"));
    case "agent":
      return sources.agents.map((agent) => plain(agent, "name", "an agent"));
    case "path":
      return sources.files().map((file) => plain(`./${file}`, "file"));
    case "host":
      return unique([...vocabulary.providers.values()].flatMap(({ hosts }) => hosts)).map((host) =>
        plain(host, "name"),
      );
    case "approver":
      return sources.approvers.map((name) => plain(name, "name", "an enrolled approver"));
    case "pattern":
    case "url":
    case "key":
    case "prose":
      return [];
  }
}

function apis(vocabulary: Vocabulary): readonly Candidate[] {
  return [...vocabulary.providers.values()].flatMap((provider) => [
    ...[...provider.groups.keys()].map((group): Candidate => ({
      label: `${provider.name}:${group}`,
      kind: "group",
      detail: `group of ${provider.title}`,
      documentation: () => describeGroup(provider, group),
    })),
    ...[...provider.operations.values()].map((operation): Candidate => ({
      label: `${provider.name}:${operation.name}`,
      kind: "operation",
      detail: operation.summary,
      documentation: () => describeOperation(provider, operation),
    })),
  ]);
}

function credentials(vocabulary: Vocabulary, text: string): readonly Candidate[] {
  const known = [...vocabulary.providers.values()].flatMap((provider) =>
    provider.credentials.map(({ name, summary }) => plain(name, "name", provider.title, summary)),
  );
  const declared = declaredNames(text, "credentials").map((name) =>
    plain(name, "name", "declared in this policy"),
  );
  return [...declared, ...known];
}

function kindOf(shape: Shape): string {
  switch (shape.kind) {
    case "map":
    case "record":
      return "map";
    case "named":
      return "map by name";
    case "list":
      return "list";
    case "names":
      return "text or list";
    case "name":
      return "text";
    case "word":
      return shape.words.join(" | ");
    case "flag":
      return "true | false";
    case "number":
      return "number";
    case "duration":
      return "duration";
    case "either":
      return "text or map";
  }
}

/** YAML takes a plain `*` for an alias and `a: b` for a map; quotes are the way that always holds. */
function quoted(label: string, { quote }: Cursor): string {
  return quote === "" && /^[*&!%@`>|?-]|: |^\.\/.*[#:]/.test(label) ? JSON.stringify(label) : label;
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}
