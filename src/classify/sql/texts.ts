import type { SqlToken } from "./tokens.ts";

/** Characters up to which strings are put together. */
const longestText = 4096;

/** Strings of a statement; those that are put together are one, with a name for every part that is not known. */
export function textsOf(tokens: readonly SqlToken[]): readonly string[] {
  const texts: string[] = [];
  let joins = false;
  for (const [index, { kind, key, text }] of tokens.entries()) {
    const last = texts.length - 1;
    const behind = tokens[index + 1]?.key;
    if (kind === "string") {
      const name = behind === "||" || behind === "+" ? "_" : "";
      if (joins && last >= 0 && (texts[last]?.length ?? 0) < longestText) {
        texts[last] = `${texts[last]?.replace(/_$/, "") ?? ""}_ ${text}${name}`;
      } else {
        texts.push(text + name);
      }
    }
    joins = key === "||" || key === "+" || (joins && kind !== "string" && !/^(?:;|,|into|using)$/.test(key));
  }
  return tokens.some(({ key }) => key === "concat") ? [...texts, texts.slice(0, 64).join("")] : texts;
}
