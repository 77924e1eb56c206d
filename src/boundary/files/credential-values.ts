import { isJsonObject, parseJson, type JsonValue } from "../../base/json.ts";
import type { CredentialSpec } from "../../catalogue/catalogue.ts";

/** A value that a file holds, and the credential's name. */
export interface NamedValue {
  readonly name: string;
  /** False for values whose name no catalogue or policy knows: they are masked, not judged. */
  readonly named: boolean;
  readonly value: string;
}

/** Shorter values would be found everywhere. */
const shortestValue = 12;
const longestValue = 4096;

/** The values of one credential in the text of a file that holds it; `json` is the path of the value in JSON. */
export function valuesOfSpec(text: string, name: string, json: string | undefined): readonly NamedValue[] {
  const values = json === undefined ? plainValues(text) : jsonValues(text, json.split("."));
  return worth(values.map((value) => ({ name, named: true, value })));
}

/** The values of an environment file: of the catalogue's credentials by their variables, of all else what may be a secret. */
export function valuesOfEnv(text: string, specs: readonly CredentialSpec[]): readonly NamedValue[] {
  return assignments(text).flatMap(({ key, value }) => {
    // Two names for one value both hold: another policy's must not take the place of the first.
    const names = new Set(
      specs.flatMap(({ name, environment }) => (environment.includes(key) ? [name] : [])),
    );
    return names.size > 0
      ? worth([...names].map((name) => ({ name, named: true, value })))
      : worth([{ name: key, named: false, value }]).filter(({ value: text }) => !isPlain(text));
  });
}

/** Values of a credentials file that is not JSON: what is assigned to a telling name, or its only line. */
function plainValues(text: string): readonly string[] {
  const lines = text.trim().split("\n");
  const only = lines.length === 1 && lines[0] !== undefined && /^\S+$/.test(lines[0]) ? [lines[0]] : [];
  const telling = /token|secret|passw|key|auth/i;
  return [...only, ...assignments(text).flatMap(({ key, value }) => (telling.test(key) ? [value] : []))];
}

function jsonValues(text: string, path: readonly string[]): readonly string[] {
  const parsed = parseJson(text);
  const value = parsed.ok ? path.reduce<JsonValue | undefined>(memberOf, parsed.value) : undefined;
  return typeof value === "string" ? [value] : [];
}

function memberOf(value: JsonValue | undefined, name: string): JsonValue | undefined {
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function assignments(text: string): readonly { key: string; value: string }[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const match = /^\s*(?:export\s+)?([A-Za-z_][\w.-]{0,127})\s*[=:]\s*(.*?)\s*$/.exec(line);
    const value = match?.[2]?.replace(/^(["'`])(.*)\1.*$/, "$2");
    return match?.[1] === undefined || value === undefined ? [] : [{ key: match[1], value }];
  });
}

function worth(values: readonly NamedValue[]): readonly NamedValue[] {
  return values.filter(({ value }) => value.length >= shortestValue && value.length <= longestValue);
}

/** Settings rather than secrets: addresses without a password, paths, plain words and numbers. */
function isPlain(value: string): boolean {
  return (
    /^[a-z][a-z0-9+.-]*:\/\/[^@]*$/i.test(value) ||
    /^[./~]/.test(value) ||
    /^[A-Za-z ,._-]+$/.test(value) ||
    /^[\d.,:]+$/.test(value)
  );
}
