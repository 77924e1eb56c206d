import { isMap, isScalar, isSeq, parseDocument } from "yaml";
import { nearby, withoutClosed } from "./nearby.ts";

/** Names that a policy declares under a top-level key (`credentials`, `environments`, `sessions`), also while it is broken. */
export function declaredNames(text: string, section: string): readonly string[] {
  const at = new RegExp(`^(?:${section}|"${section}")[ \\t]*:`, "m").exec(text)?.index;
  const json = /^\s*\{/.test(text);
  if (at === undefined && !json) {
    return [];
  }
  // Names of a map, or of a list of maps: three levels of braces.
  const rest = json ? withoutClosed(text, 3) : text.slice(at ?? 0);
  const next = json ? -1 : rest.search(/\n[^\s#-]/);
  const lines = (next < 0 ? rest : rest.slice(0, next + 1)).split("\n");
  // Names of a list stand inside of its items.
  const listed = json || lines.some((line, index) => index > 0 && line.trimStart().startsWith("- name"));
  try {
    const document = parseDocument((listed ? lines : nearby(lines, 0)).join("\n"), {
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
