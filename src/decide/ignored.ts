import type { Lookups } from "../model/lookups.ts";

/** Most lines of one ignore file that are read. */
const lineLimit = 2000;

/**
 * Whether git ignores a file, by the `.gitignore` files between it and the top of its repository: the last line that matches
 * decides, and nothing below an ignored folder is seen again. False outside of repositories, and where it cannot be told.
 */
export function isIgnored(path: string, lookups: Lookups): boolean {
  const top = topOf(path, lookups);
  if (top === undefined) {
    return false;
  }
  const rules: Rule[] = [];
  const segments = path.slice(top === "/" ? 1 : top.length + 1).split("/");
  let folder = top;
  for (const [index, segment] of segments.entries()) {
    rules.push(...rulesOf(folder, lookups));
    const entry = `${folder === "/" ? "" : folder}/${segment}`;
    const isFolder = index < segments.length - 1;
    const last = rules.findLast((rule) => (isFolder || !rule.folders) && rule.matches(entry));
    if (last !== undefined && !last.negated) {
      return true;
    }
    folder = entry;
  }
  return false;
}

function topOf(path: string, lookups: Lookups): string | undefined {
  for (let slash = path.lastIndexOf("/"); slash >= 0; slash = path.lastIndexOf("/", slash - 1)) {
    const folder = path.slice(0, slash);
    if (lookups.kind(`${folder}/.git`) !== "missing") {
      return folder === "" ? "/" : folder;
    }
    if (slash === 0) {
      break;
    }
  }
  return undefined;
}

interface Rule {
  readonly negated: boolean;
  /** True for a line that ends with a slash. */
  readonly folders: boolean;
  matches(path: string): boolean;
}

function rulesOf(folder: string, lookups: Lookups): readonly Rule[] {
  const file = lookups.readFile(`${folder === "/" ? "" : folder}/.gitignore`);
  return file.kind === "text"
    ? file.text
        .split(/\r?\n/)
        .slice(0, lineLimit)
        .flatMap((line) => ruleOf(line, folder === "/" ? "" : folder))
    : [];
}

function ruleOf(line: string, folder: string): readonly Rule[] {
  const text = line.replace(/(?<!\\)\s+$/, "");
  const negated = text.startsWith("!");
  const pattern = text.replace(/^!/, "").replace(/\/+$/, "");
  if (text === "" || text.startsWith("#") || pattern === "" || pattern.split("*").length > 8) {
    return [];
  }
  const anchored = pattern.includes("/");
  const source = translated(pattern.replace(/^\//, ""));
  if (source === undefined) {
    return [];
  }
  const regex = new RegExp(`^${anchored ? "" : "(?:.*/)?"}${source}$`, "su");
  return [
    {
      negated,
      folders: /\/\s*$/.test(text),
      matches: (path) => path.startsWith(`${folder}/`) && regex.test(path.slice(folder.length + 1)),
    },
  ];
}

/** The body of a regular expression; undefined for what this does not know, such as classes of letters. */
function translated(pattern: string): string | undefined {
  if (/[[\\]/.test(pattern)) {
    return undefined;
  }
  return pattern
    .replaceAll(/[.+^${}()|]/g, "\\$&")
    .replaceAll(/\*\*\/|\/\*\*$|\*+|\?/g, (glob) =>
      glob === "**/" ? "(?:.*/)?" : glob === "/**" ? "/.*" : glob === "?" ? "[^/]" : "[^/]*",
    );
}
