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
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  return from < 0 || to < 0
    ? text
    : withoutIgnoreBlock(text.slice(0, from) + text.slice(to + end.length).replace(/^\r?\n/, ""));
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
