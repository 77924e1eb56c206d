import { nameAt } from "./names.ts";
import type { SqlToken } from "./tokens.ts";

/** Whether `DELETE` or `UPDATE` of a table, with these tokens behind its name, touches every row. */
export function touchesEveryRow(tail: readonly SqlToken[], table: string): boolean {
  const at = topLevel(tail, (key) => key === "where");
  if (at < 0) {
    const limit = topLevel(tail, (key) => key === "limit");
    const bounded = limit >= 0 && !(Number(tail[limit + 1]?.text) >= manyRows);
    const joined = topLevel(tail, (key) => key === "join") >= 0;
    return !bounded && !(joined && topLevel(tail, (key) => key === "on" || key === "using") >= 0);
  }
  const end = topLevel(tail.slice(at + 1), (key) => /^(?:returning|limit|order|option|allow)$/.test(key));
  return isAlwaysTrue(end < 0 ? tail.slice(at + 1) : tail.slice(at + 1, at + 1 + end), { depth: 0, table });
}

/** A limit that leaves no row out. */
const manyRows = 100_000;

interface Judging {
  readonly depth: number;
  readonly table: string;
}

function topLevel(tokens: readonly SqlToken[], wanted: (key: string) => boolean): number {
  let depth = 0;
  for (const [index, { key }] of tokens.entries()) {
    if (key === "(") {
      depth += 1;
    } else if (key === ")") {
      depth -= 1;
    } else if (depth === 0 && wanted(key)) {
      return index;
    }
  }
  return -1;
}

/** `1=1`, `id = id`, `true`, `x IS NOT NULL`, `id > 0`: conditions that hold for every row, or for all but odd ones. */
function isAlwaysTrue(tokens: readonly SqlToken[], judging: Judging): boolean {
  const deeper = { ...judging, depth: judging.depth + 1 };
  if (tokens.length === 0 || deeper.depth > 9) {
    return deeper.depth > 9;
  }
  for (const [joint, combine] of [
    ["or", "some"],
    ["and", "every"],
  ] as const) {
    const parts = split(tokens, joint);
    if (parts.length > 1) {
      return parts[combine]((part) => isAlwaysTrue(part, deeper)) || (joint === "or" && complete(parts));
    }
  }
  if (tokens[0]?.key === "(" && closes(tokens)) {
    return isAlwaysTrue(tokens.slice(1, -1), deeper);
  }
  if (tokens[0]?.key === "not") {
    return isAlwaysFalse(tokens.slice(1));
  }
  if (tokens[0]?.key === "select" && tokens.every(({ key }) => key !== "from")) {
    return isAlwaysTrue(tokens.slice(1), deeper);
  }
  return holds(unqualified(tokens)) || asksItself(tokens, judging.table) || isConstant(tokens);
}

/** `EXISTS (SELECT 1)`, `id IN (SELECT id FROM t)` of the table itself: no row is left out by that. */
function asksItself(tokens: readonly SqlToken[], table: string): boolean {
  const open = tokens.findIndex(({ key }) => key === "(");
  const query = tokens.slice(open + 1, -1);
  if (open < 0 || query[0]?.key !== "select" || !closes(tokens.slice(open))) {
    return false;
  }
  const narrows = query.some(({ key }) =>
    /^(?:where|join|limit|having|fetch|top|except|intersect|over)$/.test(key),
  );
  const before = tokens[open - 1]?.key ?? "";
  const from = query.findIndex(({ key }) => key === "from");
  const same = nameAt(query, from + 1).name.toLowerCase() === table.toLowerCase();
  return (
    !narrows &&
    ((before === "exists" && open === 1) || (from > 0 && same && /^(?:in|any|some)$/.test(before)))
  );
}

const constants = /^(?:true|null|in|between|and|like|is|select|exists)$/;

/** A condition without a column: `1 IN (1)`, `2 > 1 + 0`. Whoever writes one does not mean to leave rows out. */
function isConstant(tokens: readonly SqlToken[]): boolean {
  return (
    tokens.length > 3 &&
    tokens.every(({ kind, key }) => kind !== "name" && (kind !== "word" || constants.test(key))) &&
    !isAlwaysFalse(tokens)
  );
}

function isAlwaysFalse(tokens: readonly SqlToken[]): boolean {
  const inner = unqualified(tokens[0]?.key === "(" && closes(tokens) ? tokens.slice(1, -1) : tokens);
  const [left, sign, right] = inner;
  if (inner.length === 1) {
    return left?.key === "false" || left?.text === "0";
  }
  return (
    inner.length === 3 && (sign?.key === "is" ? isUnset(inner) : sign?.key === "=" && differs(left, right))
  );
}

/** `x IS NULL`, where the column does not mark some rows. */
function isUnset([left, , nothing]: readonly SqlToken[]): boolean {
  return nothing?.key === "null" && !marksSome.test(left?.text ?? "");
}

function differs(left: SqlToken | undefined, right: SqlToken | undefined): boolean {
  return isLiteral(left) && isLiteral(right) && left?.text !== right?.text;
}

/** Whether the first parenthesis closes at the end. */
function closes(tokens: readonly SqlToken[]): boolean {
  let depth = 0;
  for (const [index, { key }] of tokens.entries()) {
    depth += key === "(" ? 1 : key === ")" ? -1 : 0;
    if (depth === 0) {
      return index === tokens.length - 1;
    }
  }
  return false;
}

function split(tokens: readonly SqlToken[], joint: string): readonly (readonly SqlToken[])[] {
  const parts: SqlToken[][] = [[]];
  let depth = 0;
  let between = false;
  for (const token of tokens) {
    depth += token.key === "(" ? 1 : token.key === ")" ? -1 : 0;
    between = token.key === "between" ? true : between;
    if (depth === 0 && token.key === joint && !between) {
      parts.push([]);
    } else {
      between = token.key === "and" ? false : between;
      parts.at(-1)?.push(token);
    }
  }
  return parts;
}

const negations: ReadonlyMap<string, string> = new Map([
  ["=", "<>"],
  ["<>", "="],
  ["<", ">="],
  [">=", "<"],
  [">", "<="],
  ["<=", ">"],
]);

/** `a = 1 OR a <> 1`, `a IS NULL OR a IS NOT NULL`: two parts that leave nothing between them. */
function complete(parts: readonly (readonly SqlToken[])[]): boolean {
  const texts = parts
    .slice(0, 16)
    .map((part) => unqualified(part).map(({ text }) => text.toLowerCase().replace("!=", "<>")));
  return texts.some(
    (one) =>
      texts.some(
        (other) =>
          other.join(" ") === one.map((text) => negations.get(text) ?? text).join(" ") &&
          one.some((text) => negations.has(text)),
      ) ||
      (one.includes("not") &&
        texts.some((other) => other.join(" ") === one.filter((text) => text !== "not").join(" "))),
  );
}

/** Names without the table in front of them, and values without `::type` behind them. */
function unqualified(tokens: readonly SqlToken[]): readonly SqlToken[] {
  return tokens.filter(
    ({ key }, index) =>
      key !== "." &&
      key !== "::" &&
      tokens[index - 1]?.key !== "::" &&
      !(tokens[index + 1]?.key === "." && tokens[index + 2]?.kind !== "sign"),
  );
}

const likeness = /^(?:like|ilike|glob|~|regexp|rlike)$/;

function holds(tokens: readonly SqlToken[]): boolean {
  const [left, sign, right] = tokens;
  switch (sign?.key) {
    case undefined:
      return left?.key === "true" || (left?.kind === "number" && left.text !== "0");
    case "is":
      return tokens.length === 4 ? isSet(tokens) : tokens.length === 3 && left?.key === right?.key;
    case "not":
      return leavesOutNothing(tokens);
    default:
      return likeness.test(sign?.key ?? "") ? isLikeAll(tokens) : comparesOpenly(tokens);
  }
}

/** `name LIKE '%'`, `name ~ '.*'`. */
function isLikeAll(tokens: readonly SqlToken[]): boolean {
  const right = tokens[2];
  return tokens.length === 3 && right?.kind === "string" && /^(?:%+|\*+|\.\*|\.|\^|)$/.test(right.text);
}

function comparesOpenly(tokens: readonly SqlToken[]): boolean {
  const [left, sign, right] = tokens;
  return (
    countsFromZero(tokens) ||
    isBeforeNow(tokens) ||
    hasLength(tokens) ||
    hasEqualSides(tokens) ||
    coversNumbers(tokens) ||
    (tokens.length === 3 && compares(left, sign, right))
  );
}

/** `id NOT IN (0)`: what numbers rows has no such number. */
function leavesOutNothing([left, , ...list]: readonly SqlToken[]): boolean {
  const values = list.filter(({ key }) => !/^(?:in|\(|\)|,|-|select)$/.test(key));
  return (
    list[0]?.key === "in" &&
    numbered.test(left?.key ?? "") &&
    values.every(
      ({ text }, index) =>
        text === "0" || (list.some(({ key }) => key === "-") && index === 0 && text === "1"),
    )
  );
}

/** `x IS NOT NULL`, where the column does not mark some rows. */
function isSet([left, , not, nothing]: readonly SqlToken[]): boolean {
  return not?.key === "not" && nothing?.key === "null" && !marksSome.test(left?.text ?? "");
}

/** Columns that are set for some rows only: `deleted_at IS NOT NULL` picks what was deleted before. */
const marksSome =
  /(?:_at|_on|_by|_date|_time|_until|parent_id|deleted|archived|expired|revoked|cancell?ed|error)$/i;

/** Columns that number rows, from one upwards. */
const numbered = /^(?:id|rowid|_id|ctid|\w+_id|oid)$/;

/** `id > 0`, `id <> -1`, `id < 999999999`: what numbers rows has no others. */
function countsFromZero([left, sign, ...rest]: readonly SqlToken[]): boolean {
  const value = signed(rest);
  if (!numbered.test(left?.key ?? "") || value === undefined) {
    return false;
  }
  switch (sign?.key) {
    case ">":
      return value <= 0;
    case ">=":
      return value <= 1;
    case "<>":
    case "!=":
      return value <= 0;
    case "<":
    case "<=":
      return /^(?:9{5,}|2147483647|9223372036854775807)$/.test(String(rest[0]?.text));
    default:
      return false;
  }
}

const madeAt = /^(?:created|inserted|updated|modified|added|timestamp|ts)(?:_?(?:at|on|date|time))?$/;

/** `created_at < now()`, `created_at > '1970-01-01'`: every row was made before now. Where it expires is another matter. */
function isBeforeNow([left, sign, right, ...rest]: readonly SqlToken[]): boolean {
  if (left === undefined || !madeAt.test(left.key)) {
    return false;
  }
  const year = right?.kind === "string" ? Number(right.text.slice(0, 4)) : Number.NaN;
  const ends = rest.every(({ key }) => key === "(" || key === ")");
  switch (sign?.key.charAt(0)) {
    case "<":
      return ends && (moment.test(right?.key ?? "") || year >= 2050);
    case ">":
      return ends && year <= 1970;
    default:
      return false;
  }
}

const moment = /^(?:now|current_timestamp|current_date|getdate|sysdate|localtimestamp|sysutcdatetime)$/;

/** `lower(name) = lower(name)`. */
function hasEqualSides(tokens: readonly SqlToken[]): boolean {
  const at = topLevel(tokens, (key) => /^(?:=|==|<=>|>=|<=)$/.test(key));
  const text = (part: readonly SqlToken[]): string => part.map((token) => token.text.toLowerCase()).join(" ");
  return at > 0 && text(tokens.slice(0, at)) === text(tokens.slice(at + 1));
}

/** `id BETWEEN 0 AND 99999999`. */
function coversNumbers([left, between, low, and, high, ...rest]: readonly SqlToken[]): boolean {
  return (
    numbered.test(left?.key ?? "") &&
    between?.key === "between" &&
    and?.key === "and" &&
    Number(low?.text) <= 1 &&
    /^(?:9{5,}|[1-9]\d{7,})$/.test(high?.text ?? "") &&
    rest.length === 0
  );
}

/** `length(name) >= 0`. */
function hasLength(tokens: readonly SqlToken[]): boolean {
  const close = tokens.findIndex(({ key }) => key === ")");
  const value = signed(tokens.slice(close + 2));
  const sign = tokens[close + 1]?.key;
  return (
    /^(?:length|char_length|len|octet_length|abs|coalesce)$/.test(tokens[0]?.key ?? "") &&
    tokens[1]?.key === "(" &&
    value !== undefined &&
    ((sign === ">=" && value <= 0) || (sign === ">" && value < 0))
  );
}

function signed(tokens: readonly SqlToken[]): number | undefined {
  const negative = tokens[0]?.key === "-";
  const digits = tokens[negative ? 1 : 0];
  return digits?.kind === "number" && tokens.length === (negative ? 2 : 1)
    ? Number(digits.text) * (negative ? -1 : 1)
    : undefined;
}

function compares(
  left: SqlToken | undefined,
  sign: SqlToken | undefined,
  right: SqlToken | undefined,
): boolean {
  if (left === undefined || right === undefined) {
    return false;
  }
  const key = sign?.key ?? "";
  const same = left.kind === right.kind && left.text.toLowerCase() === right.text.toLowerCase();
  if (same) {
    return /^(?:=|==|<=>|>=|<=)$/.test(key);
  }
  return (
    isLiteral(left) && isLiteral(right) && (/^(?:<>|!=)$/.test(key) || ordered(left, right, key.charAt(0)))
  );
}

function ordered(left: SqlToken, right: SqlToken, sign: string): boolean {
  const [a, b] = [Number(left.text), Number(right.text)];
  return sign === "<" ? a < b : sign === ">" && a > b;
}

function isLiteral(token: SqlToken | undefined): boolean {
  return token?.kind === "number" || token?.kind === "string";
}
