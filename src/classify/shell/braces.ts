/** Brace expansion over raw shell text, so that quotes inside survive until the parts are parsed as words. */

const maximum = 64;

/** `a{b,c}d` → `abd`, `acd`; `{1..3}` → `1`, `2`, `3`. At most 64 results; undefined where there would be more. */
export function expandBraces(text: string): readonly string[] | undefined {
  const results: string[] = [];
  return collect(text, results) ? results : undefined;
}

function collect(text: string, results: string[]): boolean {
  const brace = findBrace(text);
  if (brace === undefined) {
    results.push(text);
    return results.length <= maximum;
  }
  const head = text.slice(0, brace.start);
  const tail = text.slice(brace.end);
  for (const alternative of brace.alternatives) {
    if (!collect(head + alternative + tail, results)) {
      return false;
    }
  }
  return true;
}

interface Brace {
  readonly start: number;
  readonly end: number;
  readonly alternatives: readonly string[];
}

/** The first brace that expands. `${…}`, quoted braces and braces without comma or range do not. */
function findBrace(text: string): Brace | undefined {
  for (let index = 0; index < text.length; index += 1) {
    const skipped = skipQuoted(text, index);
    if (skipped > index) {
      index = skipped - 1;
    } else if (text.charAt(index) === "{") {
      const brace = readBrace(text, index);
      if (brace !== undefined) {
        return brace;
      }
    }
  }
  return undefined;
}

function readBrace(text: string, start: number): Brace | undefined {
  const parts: string[] = [];
  let depth = 0;
  let from = start + 1;
  for (let index = start; index < text.length; index += 1) {
    const skipped = skipQuoted(text, index);
    if (skipped > index) {
      index = skipped - 1;
      continue;
    }
    const char = text.charAt(index);
    if (char === "{") {
      depth += 1;
    } else if (char === "," && depth === 1) {
      parts.push(text.slice(from, index));
      from = index + 1;
    } else if (char === "}") {
      depth -= 1;
      if (depth === 0) {
        parts.push(text.slice(from, index));
        const alternatives = parts.length > 1 ? parts : range(parts[0] ?? "");
        return alternatives === undefined ? undefined : { start, end: index + 1, alternatives };
      }
    }
  }
  return undefined;
}

/** The offset behind a quoted piece, an escape or a `$`-expansion that starts here; the same offset where none does. */
function skipQuoted(text: string, index: number): number {
  const char = text.charAt(index);
  if (char === "\\") {
    return index + 2;
  }
  if (char === "'" || char === '"' || char === "`") {
    const close = text.indexOf(char, index + 1);
    return close < 0 ? text.length : close + 1;
  }
  if (char === "$" && (text.charAt(index + 1) === "{" || text.charAt(index + 1) === "(")) {
    return skipNested(text, index + 1);
  }
  return index;
}

function skipNested(text: string, open: number): number {
  const opener = text.charAt(open);
  const closer = opener === "{" ? "}" : ")";
  let depth = 0;
  for (let index = open; index < text.length; index += 1) {
    const char = text.charAt(index);
    depth += char === opener ? 1 : char === closer ? -1 : 0;
    if (depth === 0) {
      return index + 1;
    }
  }
  return text.length;
}

function range(text: string): readonly string[] | undefined {
  const match = /^(-?\d{1,6}|[a-zA-Z])\.\.(-?\d{1,6}|[a-zA-Z])(?:\.\.(-?\d{1,4}))?$/.exec(text);
  const [, first, last, by] = match ?? [];
  if (first === undefined || last === undefined) {
    return undefined;
  }
  const numeric = /\d/.test(first) && /\d/.test(last);
  const from = numeric ? Number(first) : first.charCodeAt(0);
  const to = numeric ? Number(last) : last.charCodeAt(0);
  const step = Math.max(1, Math.abs(Number(by ?? 1)));
  const values: string[] = [];
  for (let value = from; from <= to ? value <= to : value >= to; value += from <= to ? step : -step) {
    values.push(numeric ? String(value) : String.fromCharCode(value));
    if (values.length > maximum) {
      break;
    }
  }
  return values;
}
