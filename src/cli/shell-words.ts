/**
 * The command line that the words after `--` mean. One word is taken as the whole line, as it was typed; several are
 * put back into one line, each quoted so that a shell reads the same words again.
 */
export function commandLine(words: readonly string[]): string {
  const [only, ...more] = words;
  return only !== undefined && more.length === 0 ? only : words.map(quoted).join(" ");
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
