/** Fewer lines than these are parsed as they are. */
const fewLines = 60;

/**
 * A section of a policy in block style with all that is not near a line cut down to its keys and dashes: what may stand in
 * that line, and which keys it has beside it, stays the same, and a parser needs a fraction of the time. `line` counts from
 * 0; it stays whole, and so does every part whose beginning is not understood.
 */
export function nearby(lines: readonly string[], line: number): readonly string[] {
  const [head = "", ...rest] = lines;
  return rest.length < fewLines ? lines : [head, ...cutDown(rest, line - 1)];
}

function cutDown(lines: readonly string[], line: number): readonly string[] {
  const margin = marginOf(lines);
  const heads = lines.flatMap((each, index) => (isHead(each, margin) ? [index] : []));
  const [first] = heads;
  if (first === undefined) {
    return lines;
  }
  const kept: string[] = lines.slice(0, first);
  for (const [index, start] of heads.entries()) {
    const part = lines.slice(start, heads[index + 1] ?? lines.length);
    const inside = line >= start && line < start + part.length;
    if (inside) {
      kept.push(...(part.length === lines.length ? part : nearby(part, line - start)));
    } else {
      const short = beginning(part[0] ?? "");
      kept.push(...(short === undefined ? part : [short]));
    }
  }
  return kept;
}

/** The least indentation of all that is no comment. */
function marginOf(lines: readonly string[]): number {
  return lines.reduce((least, line) => {
    const content = line.search(/\S/);
    return content < 0 || line.charAt(content) === "#" ? least : Math.min(least, content);
  }, Number.POSITIVE_INFINITY);
}

function isHead(line: string, margin: number): boolean {
  return line.search(/\S/) === margin && /[^#\]}]/.test(line.charAt(margin));
}

/** `key:` or `-` of a line, without what follows. */
function beginning(line: string): string | undefined {
  return /^\s*(?:-(?=\s|$)|(?:"[^"\\]*"|'[^']*'|[^\s"'#:-][^:#]*):(?=\s|$))/.exec(line)?.[0];
}

/**
 * A text in braces and brackets without what stands in those that are opened and closed in it. `kept` is how deep they are
 * left as they are. What is not closed stays, so that a place in it keeps all that is around it.
 */
export function withoutClosed(text: string, kept: number = 0): string {
  const pieces: string[] = [];
  const open: number[] = [];
  let from = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    if (character === "{" || character === "[") {
      pieces.push(text.slice(from, index + 1));
      open.push(pieces.length);
      from = index + 1;
    } else if (character === "}" || character === "]") {
      const depth = open.length;
      const begun = open.pop();
      if (begun !== undefined && depth > kept) {
        pieces.length = begun;
        from = index;
      }
    } else {
      index = skipped(text, index, character);
    }
  }
  return [...pieces, text.slice(from)].join("");
}

/** The last index of the text in quotes or the comment that starts here, else the same index. */
function skipped(text: string, index: number, character: string): number {
  const before = text.charAt(index - 1);
  if (character === "#" && /^\s?$/.test(before)) {
    return lineEnd(text, index) - 1;
  }
  if (character === '"') {
    let end = index + 1;
    while (end < text.length && text.charAt(end) !== '"') {
      end += text.charAt(end) === "\\" ? 2 : 1;
    }
    return end;
  }
  // In the middle of a word it is an apostrophe.
  if (character === "'" && /^[\s[{,:]?$/.test(before)) {
    const end = text.indexOf("'", index + 1);
    return end < 0 ? text.length : end;
  }
  return index;
}

function lineEnd(text: string, index: number): number {
  const end = text.indexOf("\n", index);
  return end < 0 ? text.length : end;
}
