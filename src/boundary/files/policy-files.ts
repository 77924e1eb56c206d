import { closeSync, constants, fstatSync, openSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, relative } from "node:path";
import { err, ok, type Result } from "../../base/result.ts";
import { policyFolder, type PolicyReader } from "../../policy/extend.ts";
import { errorCode } from "../../record/durable-file.ts";
import { packagedTemplates } from "./packaged.ts";

/** Longest policy in bytes. */
const sizeLimit = 1024 * 1024;

/** Of a file that is not there. */
export const noLook = "missing";

/** What a file looks like from outside: another look means that it has to be read again. Never throws. */
export function lookOf(file: string): string {
  try {
    const stats = statSync(file, { bigint: true, throwIfNoEntry: false });
    return stats === undefined
      ? noLook
      : `${stats.ino} ${stats.size} ${stats.mtimeNs} ${stats.ctimeNs} ${stats.mode}`;
  } catch (error) {
    return errorCode(error);
  }
}

/** Reads a policy: a regular file of bounded size that did not change meanwhile. */
export function readPolicyFile(file: string): Result<string> {
  let descriptor: number;
  try {
    // O_NONBLOCK: a pipe in the policy's place must not stop the broker.
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    return err(`\`${file}\` cannot be opened (${errorCode(error)})`);
  }
  try {
    const before = fstatSync(descriptor, { bigint: true });
    if (!before.isFile()) {
      return err(`\`${file}\` is not a regular file`);
    }
    if (before.size > sizeLimit) {
      return err(`\`${file}\` is larger than ${sizeLimit / 1024} kB`);
    }
    const text = readFileSync(descriptor, "utf8");
    const after = fstatSync(descriptor, { bigint: true });
    return after.size === before.size && after.mtimeNs === before.mtimeNs
      ? ok(text)
      : err(`\`${file}\` changed while it was read`);
  } catch (error) {
    return err(`\`${file}\` cannot be read (${errorCode(error)})`);
  } finally {
    closeSync(descriptor);
  }
}

/** Reads what policies build on: files of their folder, which no symlink leads out of, and shipped templates. */
export const readExtendedPolicy: PolicyReader = (file) => {
  if (file.startsWith("signalbox:")) {
    const name = file.slice("signalbox:".length);
    const templates = packagedTemplates();
    const template = templates.get(name);
    return template === undefined
      ? err(`there is no template \`${name}\`; there are ${[...templates.keys()].join(", ")}`)
      : ok(template.text);
  }
  try {
    // A policy that is named without a folder stands in the working directory.
    const inside = relative(realpathSync(policyFolder(file) || "."), realpathSync(file));
    if (inside.startsWith("..") || inside === "" || dirname(inside) === inside) {
      return err(`\`${file}\` is a link that leads out of its folder`);
    }
  } catch (error) {
    return err(`\`${file}\` cannot be opened (${errorCode(error)})`);
  }
  return readPolicyFile(file);
};

/** A reader that remembers how each file looked before it was read. */
export class PolicyReading {
  readonly #looks = new Map<string, string>();

  readonly read: PolicyReader = (file) => {
    this.#looks.set(file, lookOf(file));
    return readExtendedPolicy(file);
  };

  /** Files that were asked for, whether they were there or not. */
  get looks(): ReadonlyMap<string, string> {
    return this.#looks;
  }
}
