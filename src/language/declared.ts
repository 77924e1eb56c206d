import { isMap, isScalar, isSeq, parseDocument } from "yaml";

/** Names that a policy declares under a top-level key (`credentials`, `environments`, `sessions`), also while it is broken. */
export function declaredNames(text: string, section: string): readonly string[] {
  const at = new RegExp(`^(?:${section}|"${section}")[ \\t]*:`, "m").exec(text)?.index;
  const json = /^\s*\{/.test(text);
  if (at === undefined && !json) {
    return [];
  }
  const from = json ? 0 : (at ?? 0);
  const rest = text.slice(from);
  const next = json ? -1 : rest.search(/\n[^\s#-]/);
  try {
    const document = parseDocument(next < 0 ? rest : rest.slice(0, next + 1), {
      strict: false,
      uniqueKeys: false,
      logLevel: "silent",
    });
    const value = isMap(document.contents) ? document.contents.get(section) : undefined;
    if (isMap(value)) {
      return value.items
        .map(({ key }) => (isScalar(key) ? String(key.value) : ""))
        .filter((name) => name !== "");
    }
    return isSeq(value)
      ? value.items
          .map((item) => (isMap(item) ? String(item.get("name") ?? "") : ""))
          .filter((name) => name !== "")
      : [];
  } catch {
    return [];
  }
}
