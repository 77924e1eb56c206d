import type { Vocabulary } from "../../catalogue/catalogue.ts";
import { makeVisibleLine, shorten } from "../../base/visible-text.ts";
import type { AskTerms } from "../../model/decision.ts";
import type { PolicyChange } from "./policy-diff.ts";
import { another, type Box, type Dimension } from "./settings.ts";

/** Most names that are written out. */
const mostNames = 6;

/** One line: `railway:deploy (4 operations) in staging: ask → allow`. */
export function changeText(change: PolicyChange, vocabulary: Vocabulary): string {
  const { kind, from, to, terms } = change;
  const what = listed(wordsFor(change, vocabulary), mostNames);
  // The credentials are what a change of theirs is about.
  const where = kind === "credentials" ? "" : whereText(change.where);
  const verdicts =
    terms === undefined ? `${from} → ${to}` : `${termsText(terms.from)} → ${termsText(terms.to)}`;
  return `${prefixes[kind]}${what}${where === "" ? "" : ` ${where}`}: ${verdicts}`;
}

const prefixes: Readonly<Record<PolicyChange["kind"], string>> = {
  operations: "",
  effects: "anything with ",
  credentials: "",
  files: "",
  commands: "commands such as ",
};

function termsText({ approvers, grant }: AskTerms): string {
  const who = approvers.length === 0 ? "anybody" : listed(approvers.map(plain), 4, " or ");
  return `ask (${who}, ${grant === "once" ? "once" : "for the session"})`;
}

function wordsFor(change: PolicyChange, vocabulary: Vocabulary): readonly string[] {
  const { kind, names, irreversible = [], where } = change;
  switch (kind) {
    case "credentials": {
      const operations = names.filter((name) => /^[^:\s]+:\S/.test(name));
      const lasting = irreversible.filter((name) => operations.includes(name));
      const used = operations.length === 0 ? "" : ` for ${operationsText(operations, lasting, vocabulary)}`;
      return [`a use of ${listed((where.credential?.in ?? []).map(plain), 4, " or ")}${used}`];
    }
    case "operations":
      return [operationsText(names, irreversible, vocabulary)];
    case "effects":
      return gathered(names, /^(.+) \((\w+ \w+)\)$/, kindsText);
    case "files":
      return gathered(names, /^(?<what>\w+) (?<of>.+)$/, (what) => what.join(", "));
    case "commands":
      return names.map(plain);
  }
}

/** `opaque (local read)` and `opaque (local change)` are `opaque (local)`; `read X` and `write X` are `X (read, write)`. */
function gathered(
  names: readonly string[],
  form: RegExp,
  text: (what: readonly string[]) => string,
): readonly string[] {
  const byName = new Map<string, string[]>();
  for (const name of names) {
    const match = form.exec(name);
    const of = match?.groups?.["of"] ?? match?.[1] ?? name;
    const what = match?.groups?.["what"] ?? match?.[2] ?? "";
    byName.set(of, [...(byName.get(of) ?? []), what]);
  }
  return [...byName].map(([name, what]) => {
    const told = text(what);
    return told === "" ? plain(name) : `${plain(name)} (${told})`;
  });
}

function kindsText(kinds: readonly string[]): string {
  const whole = ["local", "remote"].filter((reach) =>
    ["read", "change"].every((access) => kinds.includes(`${reach} ${access}`)),
  );
  const rest = kinds.filter((kind) => !whole.some((reach) => kind.startsWith(reach)));
  return whole.length === 2 ? "" : [...whole, ...rest].join(", ");
}

/** What cannot be undone comes first, by its own names: no group and no number may stand in front of it. */
function operationsText(
  ids: readonly string[],
  irreversible: readonly string[],
  vocabulary: Vocabulary,
): string {
  const rest = gathering(ids, new Set(irreversible), vocabulary);
  const lasting = `${listed(irreversible.map(plain), mostNames)} (cannot be undone)`;
  return [...(irreversible.length === 0 ? [] : [lasting]), ...(rest === "" ? [] : [rest])].join("; ");
}

/** Groups that are wholly in it stand for their operations; many providers are only counted. `told` need no mention. */
function gathering(ids: readonly string[], told: ReadonlySet<string>, vocabulary: Vocabulary): string {
  const byProvider = new Map<string, string[]>();
  for (const id of ids) {
    const provider = id.slice(0, id.indexOf(":"));
    byProvider.set(provider, [...(byProvider.get(provider) ?? []), id]);
  }
  if (byProvider.size > 3 && ids.length > told.size) {
    return `${ids.length} operations of ${byProvider.size} providers (${listed([...byProvider.keys()].map(plain), mostNames)})`;
  }
  return [...byProvider]
    .map(([provider, names]) => ofProvider(provider, names, { told, vocabulary }))
    .filter((text) => text !== "")
    .join("; ");
}

/** Most operations that a group may lack and still stand for the others. */
const mostMissing = 3;

interface Saying {
  readonly told: ReadonlySet<string>;
  readonly vocabulary: Vocabulary;
}

function ofProvider(provider: string, ids: readonly string[], { told, vocabulary }: Saying): string {
  const known = vocabulary.providers.get(provider);
  const own = new Set(ids);
  const all = groupOf(`${provider}:*`, [...(known?.operations.keys() ?? [])], own);
  if (all !== undefined && all.members.length > mostNames) {
    return `${all.id}${all.missing.length === 0 ? "" : ` but ${all.missing.join(", ")}`}`;
  }
  const groups = telling([...(known?.groups ?? [])], own, { provider, told });
  const rest = ids.filter((id) => !told.has(id) && !groups.some(({ members }) => members.includes(id)));
  return listed([...groups.map(groupText), ...rest.map(plain)], mostNames);
}

interface Group {
  readonly id: string;
  readonly members: readonly string[];
  /** Of the members, those that are not meant. */
  readonly missing: readonly string[];
}

/** Undefined where the group says less than the names. */
function groupOf(id: string, names: readonly string[], ids: ReadonlySet<string>): Group | undefined {
  const provider = id.slice(0, id.indexOf(":"));
  const members = names.map((name) => `${provider}:${name}`);
  const missing = members.filter((member) => !ids.has(member));
  const most = Math.min(mostMissing, Math.floor(members.length / 4));
  return members.length > 1 && missing.length <= most ? { id, members, missing } : undefined;
}

/** The largest groups first, as long as each adds something. What is everyday work is no group to people. */
function telling(
  groups: readonly (readonly [string, readonly string[]])[],
  ids: ReadonlySet<string>,
  { provider, told }: { readonly provider: string; readonly told: ReadonlySet<string> },
): readonly Group[] {
  const covered = new Set<string>(told);
  return groups
    .flatMap(([name, names]) =>
      name === "everyday" ? [] : (groupOf(`${provider}:${name}`, names, ids) ?? []),
    )
    .toSorted((a, b) => b.members.length - a.members.length)
    .filter(({ members }) => {
      const adds = members.some((id) => ids.has(id) && !covered.has(id));
      members.forEach((id) => covered.add(id));
      return adds;
    });
}

function groupText({ id, members, missing }: Group): string {
  return missing.length === 0
    ? `${id} (${members.length} operations)`
    : `${id} (${members.length - missing.length} operations, not ${missing.join(", ")})`;
}

/** How a dimension is put into words: `in staging`, `not in production`. */
interface Words {
  readonly dimension: Dimension;
  readonly preposition: string;
  /** What the empty value means. */
  readonly none: string;
}

const words: readonly Words[] = [
  { dimension: "environment", preposition: "in", none: "an environment that is not told" },
  { dimension: "resource", preposition: "on", none: "a resource that is not named" },
  { dimension: "host", preposition: "at", none: "a host that is not named" },
  { dimension: "credential", preposition: "with", none: "no credential" },
  { dimension: "command", preposition: "by", none: "no command line" },
  { dimension: "effect", preposition: "with", none: "no further effect" },
  { dimension: "agent", preposition: "for", none: "an unknown agent" },
  { dimension: "task", preposition: "in", none: "no task" },
];

function whereText(where: Box): string {
  return words
    .flatMap(({ dimension, preposition, none }) => {
      const values = where[dimension];
      if (values === undefined) {
        return [];
      }
      const named = (value: string): string =>
        value === ""
          ? none
          : value === another
            ? `any other ${dimension}`
            : dimension === "task"
              ? `task ${value}`
              : value;
      // Where whatever nobody speaks of belongs to it, the exceptions say more.
      const rest = values.in.includes(another);
      const shown = rest ? values.notIn : values.in;
      return [`${rest ? "not " : ""}${preposition} ${listed(shown.map(named).map(plain), 4, " or ")}`];
    })
    .join(" ");
}

/** Longest name that a policy's author may put into a line that somebody else decides by. */
const longest = 80;

/** The first of them, and how many more there are. */
function listed(texts: readonly string[], most: number, between = ", "): string {
  const more = texts.length - most;
  return more > 1 ? `${texts.slice(0, most).join(", ")} and ${more} more` : texts.join(between);
}

/** On one line, without anything that hides or reorders. */
function plain(text: string): string {
  return shorten(makeVisibleLine(text), longest);
}
