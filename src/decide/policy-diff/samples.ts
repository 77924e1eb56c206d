/** Most texts that one pattern is instantiated as. */
const limit = 8;

/** What stands where a pattern takes anything. */
const anything = "x";

/** Texts that a pattern over names or paths was probably written for: each alternative, with something in place of wildcards. */
export function samplesOf(source: string): readonly string[] {
  return alternativesOf(source).map((text) =>
    text
      .replaceAll(/\*+/g, anything)
      .replaceAll("?", anything)
      .replaceAll(/\[!?(.)[^\]]*\]/g, "$1"),
  );
}

/** What `{a,b}` stand for, innermost first, up to a limit. */
export function alternativesOf(source: string): readonly string[] {
  let texts: readonly string[] = [source];
  for (let round = 0; round < limit && texts.some((text) => /\{[^{}]*\}/.test(text)); round++) {
    texts = texts
      .flatMap((text) => {
        const list = /\{([^{}]*)\}/.exec(text);
        return list === null
          ? [text]
          : (list[1] ?? "")
              .split(",")
              .map((one) => text.slice(0, list.index) + one + text.slice(list.index + list[0].length));
      })
      .slice(0, limit);
  }
  return texts;
}
