import type { SqlToken } from "./tokens.ts";

/** Whether `DELETE` or `UPDATE` with these tokens behind the table's name touches every row. */
export function touchesEveryRow(tail: readonly SqlToken[]): boolean {
  const at = topLevel(tail, (key) => key === "where");
  if (at < 0) {
    return topLevel(tail, (key) => key === "limit" || key === "join") < 0;
  }
  const end = topLevel(tail.slice(at + 1), (key) => /^(?:returning|limit|order|option|allow)$/.test(key));
  return isAlwaysTrue(end < 0 ? tail.slice(at + 1) : tail.slice(at + 1, at + 1 + end), 0);
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
function isAlwaysTrue(tokens: readonly SqlToken[], depth: number): boolean {
  if (tokens.length === 0 || depth > 8) {
    return depth > 8;
  }
  for (const [joint, combine] of [
    ["or", "some"],
    ["and", "every"],
  ] as const) {
    const parts = split(tokens, joint);
    if (parts.length > 1) {
      return parts[combine]((part) => isAlwaysTrue(part, depth + 1));
    }
  }
  if (tokens[0]?.key === "(" && closes(tokens)) {
    return isAlwaysTrue(tokens.slice(1, -1), depth + 1);
  }
  if (tokens[0]?.key === "not") {
    return isAlwaysFalse(tokens.slice(1));
  }
  return holds(tokens);
}

function isAlwaysFalse(tokens: readonly SqlToken[]): boolean {
  const inner = tokens[0]?.key === "(" && closes(tokens) ? tokens.slice(1, -1) : tokens;
  const [left, sign, right] = inner;
  if (inner.length === 1) {
    return left?.key === "false" || left?.text === "0";
  }
  return (
    inner.length === 3 &&
    isLiteral(left) &&
    isLiteral(right) &&
    sign?.key === "=" &&
    left?.text !== right?.text
  );
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

function holds(tokens: readonly SqlToken[]): boolean {
  const [left, sign, right] = tokens;
  switch (sign?.key) {
    case undefined:
      return left?.key === "true" || (left?.kind === "number" && left.text !== "0");
    case "is":
      return tokens.length === 4 && right?.key === "not" && tokens[3]?.key === "null";
    case "like":
      return tokens.length === 3 && right?.kind === "string" && /^%+$/.test(right.text);
    default:
      return countsFromZero(tokens) || (tokens.length === 3 && compares(left, sign, right));
  }
}

/** `id > 0`: what numbers rows has no others. */
function countsFromZero([left, sign, ...rest]: readonly SqlToken[]): boolean {
  const value = signed(rest);
  const more = sign?.key === ">" || sign?.key === ">=";
  const numbers = left?.kind === "word" && /^(?:id|rowid|_id|ctid|\w+_id)$/.test(left.key);
  return more && numbers && value !== undefined && value <= 0;
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
