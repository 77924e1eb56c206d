import { lstatSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { makeVisibleLine } from "../base/visible-text.ts";
import { UsageError } from "./command.ts";

const testFile = /\.test\.(?:ya?ml|json)$/i;

/** Most folders that are looked into, so that a path that was given by mistake (`/`) ends. */
const folderLimit = 20_000;

/** Folders that hold other people's files. */
const passedOver: ReadonlySet<string> = new Set(["node_modules", ".git"]);

/**
 * The test files that a path means, by name: the file itself, all below a folder, or those beside a policy. Throws
 * `UsageError` where there are none, since a run without tests cannot fail.
 */
export function findTests(path: string, cwd: string): readonly string[] {
  const place = resolve(cwd, path);
  const stats = statSync(place, { throwIfNoEntry: false });
  if (stats === undefined) {
    throw new UsageError(`there is no \`${makeVisibleLine(path)}\``);
  }
  const found = stats.isDirectory() ? below(place) : testFile.test(place) ? [place] : beside(place);
  if (found.length === 0) {
    const where = stats.isDirectory() ? "in" : "beside";
    throw new UsageError(
      `there is no \`*.test.yaml\` ${where} \`${makeVisibleLine(path)}\`; write requests with what they expect there`,
    );
  }
  return found;
}

function below(folder: string): readonly string[] {
  const found: string[] = [];
  const folders = [folder];
  for (let next = folders.pop(), seen = 0; next !== undefined; next = folders.pop()) {
    seen += 1;
    if (seen > folderLimit) {
      throw new UsageError(`there are more than ${folderLimit} folders; name the one that holds the tests`);
    }
    for (const entry of readdirSync(next, { withFileTypes: true })) {
      const path = join(next, entry.name);
      if (entry.isDirectory() && !passedOver.has(entry.name)) {
        folders.push(path);
      } else if (entry.isFile() && testFile.test(entry.name)) {
        found.push(path);
      }
    }
  }
  return found.sort();
}

/** `deploy.test.yaml` of `deploy.yaml`. */
function beside(policy: string): readonly string[] {
  const stem = basename(policy).replace(/\.(?:ya?ml|json)$/i, "");
  return ["yaml", "yml", "json"]
    .map((ending) => join(dirname(policy), `${stem}.test.${ending}`))
    .filter((file) => lstatSync(file, { throwIfNoEntry: false })?.isFile() === true);
}
