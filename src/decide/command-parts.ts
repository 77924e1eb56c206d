/** Longest command in characters that is taken apart, and most parts of it: rules name beginnings. */
const lengthLimit = 4000;
const partLimit = 200;

/** What may stand in front of a command without being one: assignments, and programs that only start another. */
const prefix =
  /^(?:[A-Za-z_]\w*=\S*|!|then|do|else|time|exec|command|builtin|nohup|env|sudo(?: -[EHn])*|nice|doas)\s+/;

/**
 * The texts by which a rule may mean a command line: as written, and each simple command in it, without quotes and without
 * what only leads to it (`cd x && env A=1 /usr/bin/npm "publish"` is `npm publish` as well). It takes apart more than the shell
 * would, since a quoted text may be run, too: for rules that stop, never for exceptions.
 */
export function commandParts(line: string): readonly string[] {
  const text = line.slice(0, lengthLimit);
  const parts = text.split(/&&|\|\||[;|&\n(){}`]/, partLimit).flatMap(spellings);
  return [...new Set([collapse(line), ...parts])];
}

/** A pattern is written on one line; the command may be spread over several. Long texts are cut. */
export function collapse(text: string): string {
  return text.slice(0, lengthLimit).replaceAll(/\s+/g, " ").trim();
}

function spellings(part: string): readonly string[] {
  const plain = collapse(part);
  let bare = collapse(part.replaceAll(/["'\\]/g, ""));
  while (prefix.test(bare)) {
    bare = bare.replace(prefix, "");
  }
  return plain === "" ? [] : [plain, bare, bare.replace(/^\S*\//, "")];
}
