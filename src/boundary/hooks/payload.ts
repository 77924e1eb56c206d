import { TextDecoder } from "node:util";
import { err, ok, type Result } from "../../base/result.ts";
import { isJsonObject, parseJson, type JsonObject, type JsonValue } from "../../base/json.ts";

/** No agent nests deeper; far below what makes the steps that walk through a value run out of stack. */
const depthLimit = 500;

/** The payload of a hook. The error is a sentence without any of its text, which may hold secrets. */
export function readPayload(bytes: Uint8Array): Result<JsonObject> {
  if (bytes.length === 0) {
    return err("the payload is empty");
  }
  if (bytes.includes(0)) {
    return err("the payload holds a NUL byte");
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return err("the payload is not valid UTF-8");
  }
  const parsed = parseUnambiguousJson(text);
  if (!parsed.ok) {
    return err(`the payload ${parsed.error}`);
  }
  return isJsonObject(parsed.value) ? ok(parsed.value) : err("the payload is not a JSON object");
}

/**
 * JSON that means the same to everybody: of two members with one name, some readers take the first and some the last, so that an
 * agent could run another command than the one that was judged. The error starts with a verb.
 */
export function parseUnambiguousJson(text: string): Result<JsonValue> {
  const fault = structureFault(text);
  if (fault !== undefined) {
    return err(fault);
  }
  const parsed = parseJson(text);
  return parsed.ok ? parsed : err(`is ${parsed.error}`);
}

/** What is wrong with the nesting or the names; nothing is said about text that is no JSON. */
function structureFault(text: string): string | undefined {
  // One entry per open bracket: the names seen so far for an object, undefined for an array.
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case "{":
      case "[":
        open.push(text[at] === "{" ? new Set() : undefined);
        if (open.length > depthLimit) {
          return `is nested more than ${depthLimit} levels deep`;
        }
        break;
      case "}":
      case "]":
        open.pop();
        break;
      case '"': {
        const end = closingQuote(text, at);
        const names = open.at(-1);
        if (names !== undefined && isName(text, end)) {
          const name = nameOf(text.slice(at, end + 1));
          if (names.has(name)) {
            return "names a member twice";
          }
          names.add(name);
        }
        at = end;
        break;
      }
      default:
    }
  }
  return undefined;
}

/** Where the string that starts at `from` ends; the end of the text where it does not. */
function closingQuote(text: string, from: number): number {
  for (let end = text.indexOf('"', from + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text[end - 1 - slashes] === "\\") {
      slashes++;
    }
    if (slashes % 2 === 0) {
      return end;
    }
  }
  return text.length;
}

function isName(text: string, end: number): boolean {
  let next = end + 1;
  while (" \t\r\n".includes(text[next] ?? "x")) {
    next++;
  }
  return text[next] === ":";
}

/** `\u0063ommand` and `command` are one name. */
function nameOf(quoted: string): string {
  const parsed = quoted.includes("\\") ? parseJson(quoted) : undefined;
  return parsed?.ok === true && typeof parsed.value === "string" ? parsed.value : quoted.slice(1, -1);
}
