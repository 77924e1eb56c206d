import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { err, ok, type Result } from "../../base/result.ts";
import { errorCode } from "../../record/durable-file.ts";

/** A file of a workspace's catalogue as it lies there, before it is read. */
export interface FoundFile {
  readonly file: string;
  /** Changes whenever the file changes. */
  readonly look: string;
}

/** Most files of one catalogue. */
const fileLimit = 50;
/** Longest file in bytes. */
const sizeLimit = 256 * 1024;
/** Longest of all files together: reading them must not keep a broker busy for long. */
const totalLimit = 1024 * 1024;

export function catalogueFolder(workspace: string): string {
  return join(workspace, ".governance", "catalogue");
}

/**
 * The YAML files in a folder, by name; none where there is no folder. The error is a sentence: the folder cannot be
 * listed, or holds too many.
 */
export function findCatalogueFiles(folder: string): Result<readonly FoundFile[]> {
  try {
    if (lstatSync(folder, { throwIfNoEntry: false }) === undefined) {
      return ok([]);
    }
    const names = readdirSync(folder)
      .filter((name) => /\.ya?ml$/i.test(name))
      .sort();
    if (names.length > fileLimit) {
      return err(`there are more than ${fileLimit} files`);
    }
    const found = names.map((name) => foundFile(join(folder, name)));
    const size = found.reduce((sum, each) => sum + each.size, 0);
    return size > totalLimit
      ? err(`the files are larger than ${totalLimit / 1024} kB together`)
      : ok(found.map(({ file, look }) => ({ file, look })));
  } catch (error) {
    return err(`the folder cannot be listed (${errorCode(error)})`);
  }
}

function foundFile(file: string): FoundFile & { readonly size: number } {
  const stats = lstatSync(file, { bigint: true, throwIfNoEntry: false });
  return stats === undefined
    ? { file, look: "missing", size: 0 }
    : {
        file,
        look: `${stats.ino} ${stats.size} ${stats.mtimeNs} ${stats.ctimeNs} ${stats.mode}`,
        size: Number(stats.size),
      };
}

/** The text of one file. Links are not followed: what is read is what lies in the workspace. */
export function readCatalogueFile(file: string): Result<string> {
  let descriptor: number;
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK | (constants.O_NOFOLLOW ?? 0));
  } catch (error) {
    return err(`it cannot be opened (${errorCode(error)})`);
  }
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) {
      return err("it is not a regular file");
    }
    if (stats.size > sizeLimit) {
      return err(`it is larger than ${sizeLimit / 1024} kB`);
    }
    return ok(new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(descriptor)));
  } catch (error) {
    return err(`it cannot be read (${errorCode(error)})`);
  } finally {
    closeSync(descriptor);
  }
}
