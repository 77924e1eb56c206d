import { err, ok, type Result } from "../../base/result.ts";
import { isJsonObject, stringField, type JsonObject, type JsonValue } from "../../base/json.ts";
import { editJsonc } from "./jsonc-edit.ts";
import { parseJsonc, valueOf } from "./jsonc.ts";
import { quoteWord } from "./shell-quoting.ts";

/**
 * Settings with an object that lists entries by event: handlers (`{command}`), or groups of them (`{matcher, hooks: […]}`).
 * `wanted` holds the one entry of ours for each event.
 */
export type WantedEntries = Readonly<Record<string, JsonObject>>;

/** Where that object lies in the settings: mostly in the member `hooks`. No names for the settings themselves. */
export type EntriesPlace = readonly string[];

const usualPlace: EntriesPlace = ["hooks"];

/** The settings with exactly our entries in them and everything else as it was: comments, order, other tools' hooks. */
export function withEntries(
  text: string,
  hookPath: string,
  wanted: WantedEntries,
  place: EntriesPlace = usualPlace,
): Result<string> {
  const cleaned = withoutEntries(text, hookPath, wanted, place);
  if (!cleaned.ok) {
    return cleaned;
  }
  let result = cleaned.value;
  for (const [event, entry] of Object.entries(wanted)) {
    const entries = entriesOf(result, event, place);
    if (entries.some((known) => sameJson(known, entry))) {
      continue;
    }
    const edited = editJsonc(
      result,
      [...place, event, ...(entries.length === 0 ? [] : [entries.length])],
      entries.length === 0 ? [entry] : entry,
    );
    if (!edited.ok) {
      return edited;
    }
    result = edited.value;
  }
  return ok(result);
}

/** The settings without our entries; `keep` holds those, by event, that may stay as they are. */
export function withoutEntries(
  text: string,
  hookPath: string,
  keep: WantedEntries = {},
  place: EntriesPlace = usualPlace,
): Result<string> {
  const shape = checkShape(text, place, keep);
  if (!shape.ok) {
    return shape;
  }
  let result = text;
  const had = Object.keys(hooksOf(text, place)).length > 0;
  for (const event of Object.keys(hooksOf(text, place))) {
    const edited = withoutEvent(result, event, { hookPath, keep: keep[event], place });
    if (!edited.ok) {
      return edited;
    }
    result = edited.value;
  }
  const emptied = had && place.length > 0 && Object.keys(hooksOf(result, place)).length === 0;
  return emptied ? editJsonc(result, place, undefined) : ok(result);
}

/** The settings as a JSON object; empty where they are none. */
export function settingsOf(text: string | undefined): JsonObject {
  const parsed = text === undefined ? undefined : parseJsonc(text);
  const root = parsed?.ok === true ? valueOf(parsed.value) : undefined;
  return isJsonObject(root) ? root : {};
}

/** Takes our handlers out of one event, then what has become empty by that. */
function withoutEvent(
  text: string,
  event: string,
  {
    hookPath,
    keep,
    place,
  }: { readonly hookPath: string; readonly keep: JsonValue | undefined; readonly place: EntriesPlace },
): Result<string> {
  let result = text;
  let kept = false;
  const entries = entriesOf(text, event, place);
  for (let index = entries.length - 1; index >= 0; index--) {
    const entry = entries[index];
    const handlers = handlersOf(entry);
    const foreign = handlers.filter((handler) => !isOurs(handler, hookPath));
    if (foreign.length === handlers.length) {
      continue;
    }
    if (!kept && keep !== undefined && sameJson(entry, keep)) {
      kept = true;
      continue;
    }
    const edited =
      foreign.length === 0
        ? editJsonc(result, [...place, event, index], undefined)
        : editJsonc(result, [...place, event, index, "hooks"], foreign);
    if (!edited.ok) {
      return edited;
    }
    result = edited.value;
  }
  const emptied = entries.length > 0 && entriesOf(result, event, place).length === 0;
  return emptied ? editJsonc(result, [...place, event], undefined) : ok(result);
}

/** Whatever cannot be merged into is refused, rather than replaced. */
function checkShape(text: string, place: EntriesPlace, wanted: WantedEntries): Result<undefined> {
  const parsed = parseJsonc(text);
  if (!parsed.ok) {
    return parsed;
  }
  let object: JsonValue = valueOf(parsed.value);
  if (!isJsonObject(object)) {
    return err("its root is not an object");
  }
  for (const name of place) {
    object = object[name] ?? {};
    if (!isJsonObject(object)) {
      return err(`its \`${name}\` are not an object`);
    }
  }
  // Beside the events, the settings themselves may have other members.
  const odd = Object.entries(object).find(
    ([event, entries]) => !Array.isArray(entries) && (place.length > 0 || Object.hasOwn(wanted, event)),
  );
  return odd === undefined ? ok(undefined) : err(`its hooks for \`${odd[0]}\` are not a list`);
}

function hooksOf(text: string, place: EntriesPlace): JsonObject {
  let object: JsonValue | undefined = settingsOf(text);
  for (const name of place) {
    object = isJsonObject(object) ? object[name] : undefined;
  }
  return isJsonObject(object) ? object : {};
}

function entriesOf(text: string, event: string, place: EntriesPlace): readonly JsonValue[] {
  const entries = hooksOf(text, place)[event];
  return Array.isArray(entries) ? (entries as readonly JsonValue[]) : [];
}

/** The handlers of a group, or the entry itself where it is one. */
function handlersOf(entry: JsonValue | undefined): readonly JsonValue[] {
  const handlers = isJsonObject(entry) ? entry["hooks"] : undefined;
  if (Array.isArray(handlers)) {
    return handlers as readonly JsonValue[];
  }
  return entry === undefined ? [] : [entry];
}

/** Members of a handler that hold what is run, as agents name them. */
const commandMembers = ["command", "bash", "linux", "osx"] as const;

function isOurs(handler: JsonValue, hookPath: string): boolean {
  return (
    isJsonObject(handler) &&
    commandMembers.some((member) => {
      const command = stringField(handler, member);
      return command === hookPath || command?.startsWith(`${quoteWord(hookPath)} `) === true;
    })
  );
}

function sameJson(a: JsonValue | undefined, b: JsonValue): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
