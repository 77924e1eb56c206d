import type { SignalGlobs, SignalPlace } from "./signal-globs.ts";

/** A block of our own lines in a file that is read like `.gitignore`: the last line that matches a path counts. */

const begin = "# >>> Signalbox: hidden from agents by its policies; changes here are undone";
const end = "# <<< Signalbox";

/**
 * The file with our block as its last lines, where nothing of the file's own can undo it, and everything else as it was.
 * `root` is the folder that the file's patterns start from; undefined for a file that holds in every folder.
 */
export function withIgnoreBlock(
  current: string | undefined,
  globs: SignalGlobs,
  root: string | undefined,
  place: SignalPlace,
): string {
  const rest = withoutIgnoreBlock(current ?? "");
  const gap = rest === "" || rest.endsWith("\n") ? "" : "\n";
  return `${rest}${gap}${[begin, ...ignoreLines(globs, root, place), end].join("\n")}\n`;
}

export function withoutIgnoreBlock(text: string): string {
  const from = lineAt(text, begin, 0);
  const to = from < 0 ? -1 : lineAt(text, end, from);
  return to < 0
    ? text
    : withoutIgnoreBlock(text.slice(0, from) + text.slice(to + end.length).replace(/^\r?\n/, ""));
}

/** Where a line starts that is nothing but this; -1 where there is none. A pattern may hold the same words. */
function lineAt(text: string, line: string, from: number): number {
  for (let at = text.indexOf(line, from); at >= 0; at = text.indexOf(line, at + 1)) {
    if ((at === 0 || text[at - 1] === "\n") && /^\r?(?:\n|$)/.test(text.slice(at + line.length))) {
      return at;
    }
  }
  return -1;
}

function ignoreLines(
  { hidden, shown }: SignalGlobs,
  root: string | undefined,
  place: SignalPlace,
): readonly string[] {
  const lines = (globs: readonly string[]): readonly string[] =>
    globs.flatMap((glob) => ignoreLine(glob, root, place));
  return [...new Set([...lines(hidden), ...lines(shown).map((line) => `!${line}`)])];
}

/** Nothing for what does not lie below the root, and for what such a file cannot hold. */
function ignoreLine(glob: string, root: string | undefined, place: SignalPlace): readonly string[] {
  if (/[\r\n]|\s$/.test(glob)) {
    return [];
  }
  if (glob.startsWith("**/")) {
    return [glob];
  }
  const path = glob.replace(/^~(?=\/)/, () => place.home);
  return root !== undefined && path.startsWith(`${root}/`) ? [path.slice(root.length)] : [];
}
