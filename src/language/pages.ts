import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { packageRoot } from "../boundary/files/package-root.ts";

let lines: ReadonlyMap<string, number> | undefined;

/**
 * Where a diagnostic's code is explained: a line of the reference that ships with the package, as an address that editors
 * open there. Undefined for codes without a page.
 */
export function pageOf(code: string): string | undefined {
  const file = join(packageRoot(), "policies", "reference.md");
  lines ??= headings(existsSync(file) ? readFileSync(file, "utf8") : "");
  const line = code.startsWith("policy/") ? lines.get(code.slice("policy/".length)) : undefined;
  return line === undefined ? undefined : `${pathToFileURL(file).href}#L${line}`;
}

/** Lines of the headings below "Diagnostics", from 1. */
function headings(text: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  let inside = false;
  for (const [index, line] of text.split("\n").entries()) {
    if (line.startsWith("## ")) {
      inside = line === "## Diagnostics";
    } else if (inside && line.startsWith("### ")) {
      found.set(line.slice("### ".length).trim(), index + 1);
    }
  }
  return found;
}
