import { dirname, resolve } from "node:path";
import { readPolicyFile } from "../boundary/files/policy-files.ts";
import { packagedTemplates } from "../boundary/files/packaged.ts";
import type { Problems } from "./problems.ts";
import type { FamilyText } from "./rename.ts";

const templatePrefix = "signalbox:";

/**
 * A policy, what it builds on, and what builds on it, itself first: as far as they were looked at. `textOf` gives what
 * stands in the editor.
 */
export function familyOf(
  file: string,
  problems: Problems,
  textOf: (file: string) => string | undefined,
): readonly FamilyText[] {
  const below = (each: string): readonly string[] =>
    (problems.of(each)?.extended ?? []).map((extended) => extended.file);
  const above = problems.files().filter((each) => below(each).includes(file));
  const files = new Set([file, ...below(file), ...above, ...above.flatMap(below)]);
  return [...files].flatMap((each): readonly FamilyText[] => {
    const path = pathOfExtended(each);
    const text = textOf(each) ?? (path === undefined ? undefined : textIn(path));
    return path === undefined || text === undefined
      ? []
      : [{ file: path, text, shipped: each.startsWith(templatePrefix) }];
  });
}

/** Where a name behind `extends` leads from a file; undefined for what is not there. Absolute. */
export function pathOfExtends(name: string, from: string): string | undefined {
  if (name.startsWith(templatePrefix)) {
    return pathOfExtended(name);
  }
  const file = resolve(dirname(from), name);
  return textIn(file) === undefined ? undefined : file;
}

function pathOfExtended(file: string): string | undefined {
  return file.startsWith(templatePrefix)
    ? packagedTemplates().get(file.slice(templatePrefix.length))?.file
    : file;
}

function textIn(file: string): string | undefined {
  const text = readPolicyFile(file);
  return text.ok ? text.value : undefined;
}
