import { err, ok, type Result } from "../../../base/result.ts";
import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from "../../../base/json.ts";
import { digestOf } from "../../../record/digest.ts";
import { settingsOf, type WantedEntries } from "../hook-entries.ts";

/**
 * Codex skips a hook until its user has trusted exactly this command: `hooks.state."FILE:EVENT:GROUP:HANDLER".trusted_hash` in
 * the user's `config.toml`. Installing is that trust, so it is written down there, and for our own hooks only.
 */
export type Trust = ReadonlyMap<string, string>;

/** The trust that the hooks of ours in `hooksText`, the text of `hooksFile`, need: digests by key. */
export function trustOf(hooksFile: string, hooksText: string | undefined, wanted: WantedEntries): Trust {
  const trust = new Map<string, string>();
  const hooks = settingsOf(hooksText)["hooks"];
  for (const [event, entry] of Object.entries(wanted)) {
    const groups = isJsonObject(hooks) && Array.isArray(hooks[event]) ? (hooks[event] as JsonValue[]) : [];
    const group = groups.findIndex((known) => JSON.stringify(known) === JSON.stringify(entry));
    if (group >= 0) {
      trust.set(`${hooksFile}:${labelOf(event)}:${group}:0`, hashOf(event, entry));
    }
  }
  return trust;
}

/** `config.toml` with exactly this trust; `stale` holds digests of ours that go wherever they are. */
export function withTrust(text: string, trust: Trust, stale: ReadonlySet<string>): Result<string> {
  const tables = stateTables(text);
  const settled = [...trust].every(([key, hash]) =>
    tables.some((table) => table.key === key && table.hash === hash && !table.disabled),
  );
  const leftover = tables.some(({ key, hash }) => stale.has(hash) && trust.get(key) !== hash);
  if (settled && !leftover) {
    return ok(text);
  }
  if (isInline(text)) {
    return err("its `hooks` are written in one line, to which nothing can be added");
  }
  const cleaned = withoutTables(text, (key, hash) => stale.has(hash) || trust.has(key));
  const added = [...trust]
    .map(([key, hash]) => `[hooks.state.${JSON.stringify(key)}]\ntrusted_hash = "${hash}"\n`)
    .join("\n");
  const gap = cleaned === "" || added === "" ? "" : cleaned.endsWith("\n") ? "\n" : "\n\n";
  return ok(`${cleaned}${gap}${added}`);
}

/** `config.toml` without the trust in hooks with these digests. */
export function withoutTrust(text: string, stale: ReadonlySet<string>): string {
  return withoutTables(text, (_key, hash) => stale.has(hash));
}

/** The digest of a hook as Codex takes it: over its normalised form, with sorted keys. */
export function hashOf(event: string, entry: JsonObject): string {
  const handlers = Array.isArray(entry["hooks"]) ? (entry["hooks"] as JsonObject[]) : [];
  const takesMatcher = event !== "UserPromptSubmit" && event !== "Stop";
  const identity = {
    event_name: labelOf(event),
    ...(takesMatcher && typeof entry["matcher"] === "string" ? { matcher: entry["matcher"] } : {}),
    hooks: handlers.map((handler) => ({ ...handler, async: false })),
  };
  return `sha256:${digestOf(canonicalJson(identity))}`;
}

/** `PreToolUse` is `pre_tool_use` there. */
function labelOf(event: string): string {
  return event.replaceAll(/([a-z])([A-Z])/g, "$1_$2").toLowerCase();
}

interface StateTable {
  readonly key: string;
  readonly hash: string;
  readonly disabled: boolean;
  readonly start: number;
  readonly end: number;
}

/** The tables `[hooks.state."…"]`, each with the lines of its own values. */
function stateTables(text: string): readonly StateTable[] {
  const found: StateTable[] = [];
  const table =
    /^\[hooks\.state\.(?:"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)')\][ \t]*\r?\n((?:[ \t]*[\w-]+[ \t]*=[^\n]*(?:\n|$))*)/gm;
  for (const match of text.matchAll(table)) {
    const [whole, quoted, literal, body = ""] = match;
    found.push({
      key: literal ?? unescaped(quoted ?? ""),
      hash: /^[ \t]*trusted_hash[ \t]*=[ \t]*["']([^"'\n]*)["']/m.exec(body)?.[1] ?? "",
      disabled: /^[ \t]*enabled[ \t]*=[ \t]*false\b/m.test(body),
      start: match.index,
      end: match.index + whole.length,
    });
  }
  return found;
}

function withoutTables(text: string, isOurs: (key: string, hash: string) => boolean): string {
  let result = text;
  for (const { key, hash, start, end } of [...stateTables(text)].reverse()) {
    if (isOurs(key, hash)) {
      // The empty line before it was made for it, too.
      const from = result.slice(0, start).endsWith("\n\n") ? start - 1 : start;
      result = `${result.slice(0, from)}${result.slice(end)}`;
    }
  }
  return result;
}

function unescaped(quoted: string): string {
  return quoted.replaceAll(/\\(.)/g, "$1");
}

/** `hooks = {…}` or `hooks.state = …` above all tables, or `state = {…}` below `[hooks]`. */
function isInline(text: string): boolean {
  const head = text.split(/^\[/m)[0] ?? "";
  return (
    /^[ \t]*hooks[ \t]*[=.]/m.test(head) ||
    /^\[hooks\][^\n]*\n(?:(?!\[)[^\n]*\n)*?[ \t]*state[ \t]*=/m.test(text)
  );
}
