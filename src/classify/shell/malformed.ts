/**
 * Why bash would not read a text that the parser reads, where that shows in the text itself; undefined for all others.
 * Each was found by comparing with `bash -n`.
 */
export function whyMalformed(text: string): string | undefined {
  if (text.startsWith("\ufeff")) {
    return "it starts with a byte order mark";
  }
  if (text.includes("\r") && /\r(?:\n|$)/.test(text)) {
    return "its lines end in the manner of Windows, which bash takes for a part of the last word";
  }
  if (text.includes("coproc") && strayReserved.test(text)) {
    return "a reserved word where `coproc` wants a command";
  }
  if (text.includes("!(") && /(?:^|[;&|\n])\s*!\([^()\n]*\)[^\s;&|<>)]/.test(text)) {
    return "a pattern that may as well be a negated subshell";
  }
  return /\$\\\n[({]/.test(text) ? "an expansion is broken over two lines" : undefined;
}

/** Behind `coproc NAME`, bash reads reserved words, of which only those that open a compound command may stand there. */
const strayReserved =
  /\bcoproc(?:[ \t]|\\\n)+[^\s;&|<>()]+(?:[ \t]|\\\n)+(?:then|else|elif|fi|do|done|esac|in|function|time|coproc|!|\}|\]\])(?=[\s;&|<>()]|$)/;

/** Whether an expansion opens a process substitution that it does not close. */
export function leavesOpen(expansion: string): boolean {
  if (!/[<>]\(/.test(expansion)) {
    return false;
  }
  let depth = 0;
  for (const char of expansion) {
    depth += char === "(" ? 1 : char === ")" ? -1 : 0;
  }
  return depth > 0;
}

/** Whether the delimiter of a here-document has all its quotes closed and no substitution in it. */
export function isDelimiter(text: string): boolean {
  return !text.includes("${") && /^(?:[^'"\\`(]|\\[^]|'[^']*'|"(?:[^"\\`(]|\\[^])*")*$/.test(text);
}

/**
 * Whether a semicolon with no command in front of it follows a statement: `a ; ; b`, or `a` and `; b` on the next line.
 * bash refuses it, while the parser passes over it. Behind a here-document the next line is its text.
 */
export function isFollowedByNothing(
  source: string,
  { pos, end }: { readonly pos: number; readonly end: number },
): boolean {
  const rest = source.slice(end, end + 40);
  return (
    /^[ \t]*;[ \t]+;(?!;)/.test(rest) ||
    (/^\n[ \t\n]*;(?!;)/.test(rest) && !source.slice(pos, end).includes("<<"))
  );
}
