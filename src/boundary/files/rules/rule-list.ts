import { isMap, isSeq, parseDocument, type Document } from "yaml";
import { isJsonObject, type JsonValue } from "../../../base/json.ts";
import { err, ok, type Result } from "../../../base/result.ts";
import { appendJsonc, editJsonc } from "../../hooks/jsonc-edit.ts";
import { parseJsonc, valueOf } from "../../hooks/jsonc.ts";
import type { Prohibitions, RuledText, RuleFile } from "./rule-file.ts";

/** A list among an agent's settings that holds our entries beside the user's own. */
export interface RuleList {
  readonly path: string;
  /** Members on the way to the list. */
  readonly place: readonly string[];
  /** What a new file starts as. */
  readonly fresh: string;
  /** What the agent takes where the list is missing: a list of ours replaces it, so these come first. */
  readonly defaults?: readonly JsonValue[];
  entries(prohibitions: Prohibitions): readonly JsonValue[];
  readonly left?: RuleFile["left"];
}

/** The two notations that agents keep their settings in. Comments and order of what is not ours stay. */
interface Notation {
  /** Undefined where the list is missing. */
  listOf(text: string, place: readonly string[]): Result<readonly JsonValue[] | undefined>;
  append(text: string, place: readonly string[], values: readonly JsonValue[]): Result<string>;
  /** `indices` in rising order. */
  remove(text: string, place: readonly string[], indices: readonly number[]): Result<string>;
  /** Takes out a list, and what holds nothing but it. */
  prune(text: string, place: readonly string[]): Result<string>;
}

export function jsonRules(list: RuleList): RuleFile {
  return ruleFile(list, json);
}

export function yamlRules(list: RuleList): RuleFile {
  return ruleFile(list, yaml);
}

function ruleFile(list: RuleList, notation: Notation): RuleFile {
  return {
    path: list.path,
    ...(list.left === undefined ? {} : { left: list.left }),
    withRules: (current, prohibitions, ours) => withList(list, notation, { current, prohibitions, ours }),
    withoutRules: (current, ours) => withoutList(list, notation, current, ours),
  };
}

function withList(
  list: RuleList,
  notation: Notation,
  at: {
    readonly current: string | undefined;
    readonly prohibitions: Prohibitions;
    readonly ours: readonly JsonValue[];
  },
): Result<RuledText> {
  const text = at.current === undefined || at.current.trim() === "" ? list.fresh : at.current;
  const before = notation.listOf(text, list.place);
  if (!before.ok) {
    return before;
  }
  const mine = new Set(at.ours.map(textOf));
  const { defaults = [] } = list;
  const replacesDefaults = before.value === undefined || defaults.some((entry) => mine.has(textOf(entry)));
  const wanted = unique([...(replacesDefaults ? defaults : []), ...list.entries(at.prohibitions)]);
  const present = new Set((before.value ?? []).map(textOf));
  // What stands there and was not written by us is the user's, also where we would have written the same.
  const ours = wanted.filter((entry) => !present.has(textOf(entry)) || mine.has(textOf(entry)));
  const kept = new Set(ours.map(textOf));
  const stale = indicesOf(before.value ?? [], (entry) => mine.has(entry) && !kept.has(entry));
  const cleaned = notation.remove(text, list.place, stale);
  const missing = ours.filter((entry) => !present.has(textOf(entry)));
  const done =
    !cleaned.ok || missing.length === 0 ? cleaned : notation.append(cleaned.value, list.place, missing);
  return done.ok ? ok({ text: done.value, ours }) : done;
}

function withoutList(
  { place, fresh }: RuleList,
  notation: Notation,
  current: string,
  ours: readonly JsonValue[],
): Result<string | undefined> {
  const present = notation.listOf(current, place);
  if (!present.ok) {
    return present;
  }
  const mine = new Set(ours.map(textOf));
  const indices = indicesOf(present.value ?? [], (entry) => mine.has(entry));
  if (indices.length === 0) {
    return ok(current);
  }
  const rest =
    indices.length === present.value?.length
      ? notation.prune(current, place)
      : notation.remove(current, place, indices);
  return rest.ok && isHollow(rest.value, fresh) ? ok(undefined) : rest;
}

function isHollow(text: string, fresh: string): boolean {
  const plain = (each: string): string => each.replaceAll(/\s+/g, "");
  return plain(text) === "" || plain(text) === "{}" || plain(text) === plain(fresh);
}

function unique(entries: readonly JsonValue[]): readonly JsonValue[] {
  const seen = new Map(entries.map((entry) => [textOf(entry), entry]));
  return [...seen.values()];
}

function indicesOf(entries: readonly JsonValue[], isMeant: (text: string) => boolean): readonly number[] {
  return entries.flatMap((entry, index) => (isMeant(textOf(entry)) ? [index] : []));
}

function textOf(value: JsonValue): string {
  return JSON.stringify(value);
}

const json: Notation = {
  listOf(text, place) {
    const parsed = parseJsonc(text);
    return parsed.ok ? listIn(valueOf(parsed.value), place) : parsed;
  },
  append(text, place, values) {
    return appendJsonc(text, place, values);
  },
  remove(text, place, indices) {
    return indices.reduceRight<Result<string>>(
      (result, index) => (result.ok ? editJsonc(result.value, [...place, index], undefined) : result),
      ok(text),
    );
  },
  prune(text, place) {
    const edited = editJsonc(text, place, undefined);
    const parents = place.slice(0, -1);
    if (!edited.ok || parents.length === 0) {
      return edited;
    }
    const parsed = parseJsonc(edited.value);
    const parent = parsed.ok ? valueAt(valueOf(parsed.value), parents) : undefined;
    return isJsonObject(parent) && Object.keys(parent).length === 0
      ? json.prune(edited.value, parents)
      : edited;
  },
};

const yaml: Notation = {
  listOf(text, place) {
    const document = parseDocument(text);
    const [error] = document.errors;
    return error === undefined
      ? listIn(document.toJS() as JsonValue, place)
      : err(error.message.split("\n")[0] ?? "it is not valid YAML");
  },
  append(text, place, values) {
    return edited(text, (document) => {
      if (isSeq(document.getIn(place))) {
        values.forEach((value) => document.addIn(place, document.createNode(value)));
      } else {
        document.setIn(place, document.createNode(values));
      }
    });
  },
  remove(text, place, indices) {
    return indices.length === 0
      ? ok(text)
      : edited(text, (document) => {
          indices.toReversed().forEach((index) => document.deleteIn([...place, index]));
        });
  },
  prune(text, place) {
    return edited(text, (document) => {
      document.deleteIn(place);
      if (isMap(document.contents) && document.contents.items.length === 0) {
        document.contents = null;
      }
    });
  },
};

function edited(text: string, change: (document: Document) => void): Result<string> {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) {
    return err(error.message.split("\n")[0] ?? "it is not valid YAML");
  }
  change(document);
  return ok(document.contents === null ? "" : document.toString({ lineWidth: 0 }));
}

function listIn(
  root: JsonValue | undefined,
  place: readonly string[],
): Result<readonly JsonValue[] | undefined> {
  if (root !== null && root !== undefined && !isJsonObject(root)) {
    return err("its root is not an object");
  }
  for (const [depth] of place.slice(0, -1).entries()) {
    const parent = valueAt(root ?? undefined, place.slice(0, depth + 1));
    if (parent !== undefined && !isJsonObject(parent)) {
      return err(`its \`${place[depth] ?? ""}\` is not an object`);
    }
  }
  const list = valueAt(root ?? undefined, place);
  if (list === undefined || Array.isArray(list)) {
    return ok(list as readonly JsonValue[] | undefined);
  }
  return err(`its \`${place.at(-1) ?? ""}\` is not a list`);
}

function valueAt(root: JsonValue | undefined, place: readonly string[]): JsonValue | undefined {
  let value = root;
  for (const name of place) {
    value = isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  }
  return value;
}
