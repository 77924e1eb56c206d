import type { Lookups } from "../model/lookups.ts";
import type { NamePattern, Narrowing, TreeFile, TreeReach } from "../model/tree.ts";
import { isIgnored } from "./ignored.ts";

/** Most hidden files that are looked at in one tree, and most linked folders that are followed. */
const fileLimit = 200;
const linkLimit = 8;

/** Files of a tree that a command would show, of those that are `hidden`; `unknown` where git could not tell in time. */
export interface Reached {
  readonly files: readonly string[];
  readonly unknown: boolean;
}

/** A tree, and who may say what of it is hidden. Paths are absolute and resolved. */
export interface TreeQuestion {
  readonly root: string;
  readonly tree: TreeReach;
  readonly lookups: Lookups;
  readonly hidden: (path: string) => boolean;
}

/** The hidden files below a folder that a command reaches, the nearest first. */
export function hiddenInTree(question: TreeQuestion): Reached {
  const { tree, lookups, root, hidden } = question;
  if (tree.git === undefined) {
    return { files: onDisk(question).filter((path) => shows(question, path)), unknown: false };
  }
  const named = lookups.gitNames(root, tree.git, hidden);
  if (named === undefined) {
    const tracked = lookups.gitNames(root, { verb: "index", words: [], paths: [] }, hidden);
    return { files: (tracked ?? []).slice(0, 1), unknown: true };
  }
  return { files: named.slice(0, fileLimit).filter((path) => shows(question, path)), unknown: false };
}

function onDisk({ root, tree, lookups, hidden }: TreeQuestion): readonly string[] {
  const { files } = lookups.below(root, hidden);
  const found = files.filter(({ isLink }) => !isLink).map(({ path }) => path);
  const links = tree.links === true ? files.filter(({ isLink }) => isLink).slice(0, 500) : [];
  return [...found.slice(0, fileLimit), ...links.flatMap((link) => behind(link, root, { lookups, hidden }))];
}

/** What a link leads to is shown under the link's name, and hidden under its own. */
function behind(
  { path }: TreeFile,
  root: string,
  { lookups, hidden }: Pick<TreeQuestion, "lookups" | "hidden">,
): readonly string[] {
  const real = lookups.realPath(path);
  if (isBelow(real, root)) {
    return [];
  }
  if (lookups.kind(real) !== "directory") {
    return hidden(real) ? [real] : [];
  }
  const { files } = lookups.below(real, hidden);
  return files.flatMap((file) => (file.isLink ? [] : [file.path])).slice(0, linkLimit);
}

function isBelow(path: string, root: string): boolean {
  return root === "/" || path === root || path.startsWith(`${root}/`);
}

/** Whether a command shows a file that lies there, as far as what it leaves out tells. */
function shows({ root, tree, lookups, hidden }: TreeQuestion, path: string): boolean {
  const from = root === "/" ? "" : root;
  const below = path.startsWith(`${from}/`) ? path.slice(from.length + 1) : undefined;
  const segments = (below ?? path.slice(1)).split("/");
  if (
    (below !== undefined && tree.depth !== undefined && segments.length > tree.depth) ||
    (tree.noDotFiles === true && segments.some((segment) => segment.startsWith("."))) ||
    (tree.only !== undefined && !tree.only.some((pattern) => isNamed(pattern, segments, false))) ||
    tree.except?.some((pattern) => isNamed(pattern, segments, true)) === true
  ) {
    return false;
  }
  if (tree.copiedTo !== undefined && below !== undefined && hidden(`${tree.copiedTo}/${below}`)) {
    return false;
  }
  return !(tree.noIgnored === true && isIgnored(path, lookups)) && holdsAny(path, tree.texts, lookups);
}

/** A pattern means a file; where it leaves out, also the folders that the file lies in. */
function isNamed(
  { on, source, ignoreCase }: NamePattern,
  segments: readonly string[],
  folders: boolean,
): boolean {
  const pattern = new RegExp(source, ignoreCase === true ? "isu" : "su");
  const from = folders && on !== "file" ? 0 : segments.length - 1;
  return segments.some(
    (segment, index) =>
      index >= from && pattern.test(on === "path" ? segments.slice(0, index + 1).join("/") : segment),
  );
}

/** INVARIANT: what cannot be read is taken to hold everything. */
function holdsAny(path: string, texts: readonly string[] | undefined, lookups: Lookups): boolean {
  if (texts === undefined) {
    return true;
  }
  const file = lookups.readFile(path);
  if (file.kind !== "text") {
    return file.kind !== "missing";
  }
  const content = file.text.toLowerCase();
  return file.bytes !== undefined || texts.some((text) => content.includes(text.toLowerCase()));
}

/** The same command without those files, where it can be written down. */
export function narrowed(
  { text, at, option, by }: Narrowing,
  files: readonly string[],
  root: string,
): string | undefined {
  const names = files.map((file) =>
    by === "name" || !isBelow(file, root)
      ? file.slice(file.lastIndexOf("/") + 1)
      : file.slice(root === "/" ? 1 : root.length + 1),
  );
  const distinct = [...new Set(names)];
  if (distinct.length > 8 || distinct.some((name) => !/^[\w./@+ -]+$/.test(name))) {
    return undefined;
  }
  const options = distinct.map((name) => option.replaceAll("%", name)).join(" ");
  return `${text.slice(0, at)}${options} ${text.slice(at)}`.trim();
}
