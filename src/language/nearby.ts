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
