/** A map or a list that lines belong to, by the column it has and the one it gets. */
interface Block {
  readonly kind: "map" | "list";
  readonly from: number;
  readonly to: number;
}

interface Line {
  readonly text: string;
  /** Column that it starts in. Of an empty line 0. */
  readonly from: number;
  /** Undefined for comments, until the line that they speak of is known. */
  readonly to: number | undefined;
  /** Without indentation, evenly spaced. */
  readonly content: string;
}

/**
 * YAML in block style with every level indented by `step`. `continuations` tells the lines that go on with an earlier one:
 * they move with it, and are otherwise left alone. Lists stay at their key's margin where they are.
 */
export function reindent(text: string, continuations: ReadonlyMap<number, number>, step: number): string {
  const lines: Line[] = [];
  const blocks: Block[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    const begun = lines[continuations.get(index) ?? -1];
    lines.push(begun === undefined ? placed(line, blocks, step) : moved(line, begun));
  }
  return lines.map((line, index) => write(line, line.to ?? commentColumn(lines, index))).join("\n");
}

function write({ content }: Line, column: number): string {
  return content === "" ? "" : " ".repeat(column) + content;
}

/** Keeps its distance from the line that it goes on with. */
function moved(text: string, { from, to }: Line): Line {
  const own = text.length - text.trimStart().length;
  return { text, from: own, to: Math.max(0, own + (to ?? from) - from), content: text.trimStart() };
}

function placed(text: string, blocks: Block[], step: number): Line {
  const content = text.trim();
  const from = text.length - text.trimStart().length;
  if (content === "" || content.startsWith("#")) {
    return { text, from, to: content === "" ? 0 : undefined, content };
  }
  if (from === 0 && /^(?:---|\.\.\.|%)/.test(content)) {
    return { text, from, to: 0, content };
  }
  let rest = text;
  let at = from;
  let first: number | undefined;
  let dashes = "";
  for (;;) {
    const dash = /^ *-(?: +|$)/.exec(rest.slice(at))?.[0];
    const column = columnOf({ kind: dash === undefined ? "map" : "list", from: at }, blocks, step);
    first ??= column;
    if (dash === undefined) {
      break;
    }
    at += dash.length;
    dashes += "- ";
    if (rest.slice(at).trim() === "" || rest.charAt(at) === "#") {
      break;
    }
    rest = `${" ".repeat(at)}${rest.slice(at)}`;
  }
  return { text, from, to: first, content: `${dashes}${spaced(text.slice(at).trim())}`.trimEnd() };
}

/** The new column of what stands in a column, with the blocks that it ends or opens. */
function columnOf({ kind, from }: Pick<Block, "kind" | "from">, blocks: Block[], step: number): number {
  for (;;) {
    const top = blocks.at(-1);
    if (
      top === undefined ||
      top.from < from ||
      (top.from === from && (top.kind === kind || kind === "list"))
    ) {
      break;
    }
    blocks.pop();
  }
  const top = blocks.at(-1);
  if (top?.from === from && top.kind === kind) {
    return top.to;
  }
  const to = newColumn(top, from, step);
  blocks.push({ kind, from, to });
  return to;
}

function newColumn(parent: Block | undefined, from: number, step: number): number {
  if (parent === undefined) {
    return 0;
  }
  if (parent.kind === "list") {
    return parent.to + "- ".length;
  }
  return parent.from === from ? parent.to : parent.to + step;
}

/** One space behind the colon of a key. A comment there may be aligned with others. */
function spaced(content: string): string {
  return content.replace(
    /^("(?:[^"\\]|\\.)*"|'[^']*'|[^\s"'[\]{}#,:&*!|>%@`][^#:]*?)[ \t]*:[ \t]+(?=[^\s#])/,
    (_all, key: string) => `${key}: `,
  );
}

/** A comment speaks of what follows it; one that is indented as a line above goes on with that line's block. */
function commentColumn(lines: readonly Line[], index: number): number {
  const { from = 0 } = lines[index] ?? {};
  const solid = (line: Line): boolean => line.to !== undefined && line.content !== "";
  const next = lines.slice(index + 1).find(solid);
  if (next !== undefined && next.from >= from) {
    return next.to ?? 0;
  }
  for (let above = index - 1; above >= 0; above--) {
    const line = lines[above];
    if (line !== undefined && solid(line) && line.from <= from) {
      const inner = line.content.startsWith("- ") && line.from + 2 <= from ? 2 : 0;
      return (line.to ?? 0) + inner;
    }
  }
  return 0;
}
