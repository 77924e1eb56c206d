import { lineDiff } from "../base/line-diff.ts";
import type { FileChange, RequestPayload } from "../model/request.ts";
import { requestText } from "./request-text.ts";

/** What a human may want to read before answering, beside the request itself. Texts are masked already. */
export interface QuestionDetails {
  /** Files whose content decided what the request means, as they were judged. */
  readonly scripts: readonly ScriptText[];
  /** Names of the environment variables that the request speaks of, never their values. */
  readonly variables: readonly string[];
  /** What would be written to files, as lines of a unified diff. */
  readonly diffs: readonly FileDiff[];
}

export interface ScriptText {
  readonly path: string;
  /** SHA-256 in hex of the content that was judged. */
  readonly digest: string;
  /** Why there is no text is said in its place, in brackets. */
  readonly text: string;
}

export interface FileDiff {
  readonly path: string;
  readonly lines: readonly string[];
}

/** Most of one file's text, in UTF-16 units, and of a diff, in lines. */
const scriptLimit = 16 * 1024;
const diffLimit = 400;
const nameLimit = 50;

const posixVariable =
  /\$\{?([A-Za-z_]\w*)|(?:^|[\n;&|(]|\b(?:export|env|declare|local)\s)\s*([A-Za-z_]\w*)=/g;
const windowsVariable = /\$\{?env:([A-Za-z_]\w*)|%([A-Za-z_]\w*)%/gi;

/** Names of the variables that a command reads or sets, in order of appearance. */
export function variableNames(payload: RequestPayload): readonly string[] {
  if (payload.kind !== "shell") {
    return [];
  }
  const windows = payload.shell === "powershell" || payload.shell === "cmd";
  const found = payload.command.slice(0, 64 * 1024).matchAll(windows ? windowsVariable : posixVariable);
  const names = new Set([...found].map(([, read, set]) => read ?? set ?? ""));
  return [...names].filter((name) => name !== "").slice(0, nameLimit);
}

/** A judged file's text, cut, with secrets masked. `text` is undefined where it must not be shown or cannot be read. */
export function scriptText(
  input: { readonly path: string; readonly digest: string },
  text: string | undefined,
  redact: (text: string) => string,
): ScriptText {
  const shown =
    text === undefined ? "(not shown: it is hidden, or cannot be read as text)" : cut(text, redact);
  return { path: input.path, digest: input.digest, text: shown };
}

/** What a change would do to a file; `before` is its content now, undefined where there is none or it must not be shown. */
export function fileDiff(
  change: FileChange,
  before: string | undefined,
  redact: (text: string) => string,
): FileDiff {
  const { path, content } = change;
  if (change.change === "delete") {
    return { path, lines: ["(the file is deleted)"] };
  }
  if (content === undefined) {
    return { path, lines: ["(the agent does not say what it would write)"] };
  }
  const lines = lineDiff(redact(before ?? ""), redact(content));
  const cutLines =
    lines.length > diffLimit
      ? [...lines.slice(0, diffLimit), `(${lines.length - diffLimit} more lines)`]
      : lines;
  return { path, lines: cutLines.length === 0 ? ["(nothing changes)"] : cutLines };
}

/** Longest text in UTF-16 units that is sent to a dialog; the whole is in the record. */
const textLimit = 64 * 1024;
/** How much of it is the end, where a padded request keeps what it is about. */
const endLimit = 16 * 1024;
/** A secret that begins before a cut must not be shown in half because its mask did not see the whole. */
const margin = 4096;

/** The request as a human reads it, masked, with the middle left out where it is very long. */
export function shownText(payload: RequestPayload, redact: (text: string) => string): string {
  const text = requestText(payload);
  if (text.length <= textLimit) {
    return redact(text);
  }
  const startLimit = textLimit - endLimit;
  const start = redact(text.slice(0, startLimit + margin)).slice(0, startLimit);
  const end = redact(text.slice(-endLimit - margin)).slice(-endLimit);
  return `${start}\n(${text.length - textLimit} characters left out)\n${end}`;
}

function cut(text: string, redact: (text: string) => string): string {
  const masked = redact(text.slice(0, scriptLimit + margin));
  return masked.length > scriptLimit
    ? `${masked.slice(0, scriptLimit)}\n(${text.length - scriptLimit} more characters)`
    : masked;
}
