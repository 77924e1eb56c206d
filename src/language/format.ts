import { isCollection, isScalar, parseDocument, visit } from "yaml";
import type { PolicyNode } from "../policy/node.ts";
import { parsePolicy } from "../policy/parse.ts";
import { reindent } from "./reindent.ts";

/** One replacement in a text. Offsets are UTF-16 code units from 0. */
export interface FormatEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * A policy in an even style: the indentation that it mostly has already, one space where there were several. Comments,
 * quotes, empty lines and the order stay. Undefined where nothing has to change, and where the text cannot be read or its
 * meaning or a comment would be lost.
 */
export function formatPolicy(text: string): FormatEdit | undefined {
  const before = parsePolicy("", text).root;
  if (before === undefined) {
    return undefined;
  }
  const formatted = evenly(text);
  const after = formatted === undefined ? undefined : parsePolicy("", formatted).root;
  return formatted === undefined ||
    after === undefined ||
    plain(before) !== plain(after) ||
    commentsOf(text) !== commentsOf(formatted)
    ? undefined
    : changeBetween(text, formatted);
}

function evenly(text: string): string | undefined {
  try {
    const once = print(text);
    // What is not stable would change with every save.
    return print(once) === once ? once : undefined;
  } catch {
    return undefined;
  }
}

function print(text: string): string {
  const lineEnd = text.includes("\r\n") ? "\r\n" : "\n";
  const unix = text.replaceAll("\r\n", "\n");
  const printed = /^\s*\{/.test(unix)
    ? JSON.stringify(JSON.parse(unix), undefined, indentOf(unix))
    : reindent(unix, continuations(unix), indentOf(unix));
  return `${printed.trimEnd()}\n`.replaceAll("\n", lineEnd);
}

/** Lines that go on with what an earlier line began (texts over several lines, brackets), with that line. From 0. */
function continuations(text: string): ReadonlyMap<number, number> {
  const starts: number[] = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) {
    starts.push(at + 1);
  }
  const lineAt = (offset: number): number => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  };
  const found = new Map<number, number>();
  const document = parseDocument(text, { logLevel: "silent", uniqueKeys: false });
  visit(document, {
    Node: (_key, node) => {
      if (!isScalar(node) && !(isCollection(node) && node.flow === true)) {
        return undefined;
      }
      const [start = 0, end = 0] = node.range ?? [];
      const first = lineAt(start);
      // A block text ends where its last line does, so that what follows is no part of it.
      for (let line = first + 1; line <= lineAt(Math.max(start, end - 1)); line++) {
        found.set(line, found.get(first) ?? first);
      }
      return visit.SKIP;
    },
  });
  return found;
}

/** The smallest indentation there is, within reason. */
function indentOf(text: string): number {
  const widths = [...text.matchAll(/^( {2,8})[^\s#]/gm)].map(([, blanks = ""]) => blanks.length);
  const least = widths.reduce((most, width) => Math.min(most, width), 8);
  return widths.length === 0 ? 2 : least;
}

/** The tree without its places. */
function plain(node: PolicyNode): string {
  return JSON.stringify(node, (key, value: unknown) =>
    key === "range" || key === "keyRange" ? undefined : value,
  );
}

/** All comments in order, as far as they can be told without a parser: whatever looks like one counts. */
function commentsOf(text: string): string {
  return [...text.matchAll(/(?:^|\s)#(.*)$/gm)].map(([, comment = ""]) => comment.trim()).join("\n");
}

/** The lines that differ: an editor keeps cursors and folds elsewhere. */
function changeBetween(before: string, after: string): FormatEdit | undefined {
  if (before === after) {
    return undefined;
  }
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before.charCodeAt(head) === after.charCodeAt(head)) {
    head++;
  }
  head = before.lastIndexOf("\n", head - 1) + 1;
  let tail = 0;
  while (tail < most - head && before.at(-1 - tail) === after.at(-1 - tail)) {
    tail++;
  }
  const nextLine = before.indexOf("\n", before.length - tail);
  tail = nextLine < 0 ? 0 : before.length - nextLine - 1;
  return { start: head, end: before.length - tail, text: after.slice(head, after.length - tail) };
}
