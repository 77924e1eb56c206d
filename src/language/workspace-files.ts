import { readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { packagedTemplates } from "../boundary/files/packaged.ts";
import { governedFile } from "./policy-files.ts";

/** Most files of a workspace that are offered. */
const fileLimit = 2000;
/** Most folders that are looked into. */
const folderLimit = 2000;
/** While somebody types, what was found is good enough for this long, in ms. */
const freshMs = 3000;
const skipped = /^(?:node_modules|\.git|dist|target|\.venv)$/;

let last: { readonly folder: string; readonly at: number; readonly files: readonly string[] } | undefined;

/** Files that a policy may want to name, hidden ones as well, without what tools made. Relative, `/`-separated. */
export function filesBelow(folder: string): readonly string[] {
  const now = performance.now();
  if (last?.folder !== folder || now - last.at > freshMs) {
    last = { folder, at: now, files: list(folder) };
  }
  return last.files;
}

function list(top: string): readonly string[] {
  const files: string[] = [];
  const folders = [top];
  for (let index = 0; index < Math.min(folders.length, folderLimit) && files.length < fileLimit; index++) {
    const folder = folders[index] ?? "";
    try {
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        const path = join(folder, entry.name);
        if (entry.isDirectory() && !skipped.test(entry.name)) {
          folders.push(path);
        } else if (entry.isFile()) {
          files.push(relative(top, path).replaceAll("\\", "/"));
        }
      }
    } catch {
      // What cannot be listed is not offered.
    }
  }
  return files.slice(0, fileLimit);
}

/** What `extends` may name in a policy: other policies of its `.governance`, and the shipped templates. */
export function extendableFrom(file: string, workspace: string): readonly string[] {
  const folder = join(workspace, ".governance");
  const others = filesBelow(folder)
    .map((name) => join(folder, name))
    .filter((other) => other !== file && governedFile(other)?.kind === "policy")
    .map((other) => relative(dirname(file), other).replaceAll("\\", "/"));
  return [
    ...others.map((name) => (name.startsWith(".") ? name : `./${name}`)),
    ...[...packagedTemplates().keys()].map((name) => `signalbox:${name}`),
  ];
}
