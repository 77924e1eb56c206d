import { createHmac, randomBytes, randomInt, timingSafeEqual } from "node:crypto";
import { statSync } from "node:fs";
import { join } from "node:path";
import { valuesOfEnv, valuesOfSpec, type NamedValue } from "../boundary/files/credential-values.ts";
import { filesBelow } from "../boundary/files/tree-lookup.ts";
import type { CredentialSpec } from "../catalogue/catalogue.ts";
import { readOwnFile, writeDurably } from "../record/durable-file.ts";
import type { KnownSecret } from "../record/redact.ts";

export interface CredentialsOptions {
  readonly home: string;
  readonly specs: readonly CredentialSpec[];
  /** Key of the keyed hashes: see `loadHashKey`. */
  readonly key: Uint8Array;
}

/** A value that is remembered without being kept: its length, a cheap hash to find it and a keyed one to be sure. */
interface Fingerprint {
  readonly name: string;
  /** False for values of files whose name no catalogue or policy knows: they are masked, not judged. */
  readonly named: boolean;
  readonly file: string;
  readonly quick: number;
  readonly sure: Buffer;
}

const fileLimit = 256 * 1024;
/** How old what is known of a workspace's folders may be, in milliseconds. */
const searchAgainMs = 10_000;
/** Texts beyond this length are searched up to here: a value can hide behind it, but such a request is asked anyway. */
const searchLimit = 1024 * 1024;

/** The key of the keyed hashes, made at the first start. Throws where it cannot be saved. */
export function loadHashKey(file: string): Uint8Array {
  const text = readOwnFile(file, 4096);
  if (text.ok && text.value !== undefined && /^[0-9a-f]{64}\n$/.test(text.value)) {
    return Buffer.from(text.value.trim(), "hex");
  }
  const key = randomBytes(32);
  writeDurably(file, `${key.toString("hex")}\n`);
  return key;
}

/**
 * Knows credentials by their values without keeping them: the files where the catalogue says that they lie, and the
 * variables of `.env` files in workspaces, are read and turned into keyed hashes.
 */
export class Credentials {
  private readonly options: CredentialsOptions;
  private readonly files = new Map<
    string,
    { look: string; prints: ReadonlyMap<number, readonly Fingerprint[]> }
  >();
  private readonly workspaces = new Map<string, { look: string; files: readonly string[]; at: number }>();
  /** All fingerprints by length; made anew when a file changed. */
  private byLength: ReadonlyMap<number, readonly Fingerprint[]> | undefined;
  private readonly multiplier = (randomInt(2 ** 31) << 1) | 1;

  constructor(options: CredentialsOptions) {
    this.options = options;
  }

  /** Looks at the files of the home directory and of a workspace, for what its policies `declared`, too; what did not change is not read again. */
  learn(workspace: string, declared: readonly CredentialSpec[] = []): void {
    const specs = declared.length === 0 ? this.options.specs : [...this.options.specs, ...declared];
    for (const spec of specs) {
      for (const { path, json } of spec.files) {
        const file = path.startsWith("~/") ? join(this.options.home, path.slice(2)) : path;
        this.learnFile(`${file}\0${spec.name}\0${json ?? ""}`, file, (text) =>
          valuesOfSpec(text, spec.name, json),
        );
      }
    }
    for (const file of this.envFilesOf(workspace)) {
      // Other names in force make other values of the same file.
      const id = `${file}\0${declared.map(({ name, environment }) => `${name}=${environment.join()}`).join("\0")}`;
      this.learnFile(id, file, (text) => valuesOfEnv(text, specs));
    }
  }

  /** Names of the catalogue's credentials whose value is in the text. */
  namesIn(text: string): readonly string[] {
    return [...new Set(this.search(text).flatMap(({ print }) => (print.named ? [print.name] : [])))];
  }

  /** The file that a credential's value was learned from, the latest where it lay in several. */
  fileOf(name: string): string | undefined {
    const prints = [...this.files.values()].flatMap((each) => [...each.prints.values()].flat());
    return prints.findLast((print) => print.name === name)?.file;
  }

  /** Every place where a known value is in the text, for masking. */
  readonly find = (text: string): readonly KnownSecret[] =>
    this.search(text).map(({ start, end, print }) => ({
      start,
      end,
      name: print.name,
      named: print.named,
      file: print.file,
    }));

  private envFilesOf(workspace: string): readonly string[] {
    // A folder's time changes with its names; what lies deeper is looked for again from time to time.
    const look = lookOf(workspace);
    const known = this.workspaces.get(workspace);
    const now = Date.now();
    if (known?.look === look && now - known.at < searchAgainMs) {
      return known.files;
    }
    const files = look === "" ? [] : envFiles(workspace);
    this.workspaces.set(workspace, { look, files, at: now });
    return files;
  }

  private learnFile(id: string, file: string, values: (text: string) => readonly NamedValue[]): void {
    const look = lookOf(file);
    if (this.files.get(id)?.look === look) {
      return;
    }
    const text = look === "" ? undefined : readOwnFile(file, fileLimit);
    const found = text?.ok === true && text.value !== undefined ? values(text.value) : [];
    const known = this.files.get(id)?.prints ?? new Map<number, Fingerprint[]>();
    // A value that was replaced in its file is still a secret: it stays known while the broker runs.
    const prints = new Map([...known].map(([length, list]) => [length, [...list]]));
    for (const { name, named, value } of found) {
      const sure = this.sureHash(value);
      const list = prints.get(value.length) ?? [];
      if (!list.some((print) => print.name === name && print.sure.equals(sure))) {
        prints.set(value.length, [...list, { name, named, file, quick: this.quickHash(value), sure }]);
      }
    }
    this.files.set(id, { look, prints });
    this.byLength = undefined;
  }

  private search(text: string): readonly { start: number; end: number; print: Fingerprint }[] {
    const searched = text.length > searchLimit ? text.slice(0, searchLimit) : text;
    this.byLength ??= this.collect();
    return [...this.byLength].flatMap(([length, prints]) => this.searchLength(searched, length, prints));
  }

  private collect(): ReadonlyMap<number, readonly Fingerprint[]> {
    const byLength = new Map<number, Fingerprint[]>();
    for (const { prints } of this.files.values()) {
      for (const [length, list] of prints) {
        byLength.set(length, [...(byLength.get(length) ?? []), ...list]);
      }
    }
    return byLength;
  }

  /** A rolling hash over all stretches of one length: linear in the text, whatever stands around the value. */
  private searchLength(
    text: string,
    length: number,
    prints: readonly Fingerprint[],
  ): { start: number; end: number; print: Fingerprint }[] {
    if (text.length < length) {
      return [];
    }
    const hits: { start: number; end: number; print: Fingerprint }[] = [];
    let power = 1;
    for (let index = 1; index < length; index++) {
      power = Math.imul(power, this.multiplier);
    }
    let hash = this.quickHash(text.slice(0, length));
    for (let start = 0; ; start++) {
      for (const print of prints) {
        if (
          print.quick === hash &&
          timingSafeEqual(print.sure, this.sureHash(text.slice(start, start + length)))
        ) {
          hits.push({ start, end: start + length, print });
        }
      }
      if (start + length >= text.length) {
        return hits;
      }
      const without = (hash - Math.imul(text.charCodeAt(start), power)) | 0;
      hash = (Math.imul(without, this.multiplier) + text.charCodeAt(start + length)) | 0;
    }
  }

  private quickHash(value: string): number {
    let hash = 0;
    for (let index = 0; index < value.length; index++) {
      hash = (Math.imul(hash, this.multiplier) + value.charCodeAt(index)) | 0;
    }
    return hash;
  }

  private sureHash(value: string): Buffer {
    return createHmac("sha256", this.options.key).update(value, "utf8").digest();
  }
}

/** Environment files wherever they lie below a workspace, the nearest first; examples hold nothing. */
function envFiles(workspace: string): readonly string[] {
  const { files } = filesBelow(workspace, (path) => {
    const name = path.slice(path.lastIndexOf("/") + 1);
    return envFile.test(name) && !example.test(name);
  });
  return files
    .filter(({ isLink }) => !isLink)
    .map(({ path }) => path)
    .slice(0, 50);
}

const envFile = /^\.env(?:rc|\..*)?$|\.env$|^\.dev\.vars$/;
const example = /\b(?:example|sample|template|dist|defaults|schema)\b/;

function lookOf(file: string): string {
  try {
    // Most of these files are missing on most machines, and an exception costs more than the look itself.
    const stats = statSync(file, { bigint: true, throwIfNoEntry: false });
    const usable = stats?.isFile() === true || stats?.isDirectory() === true;
    return usable ? `${stats.ino} ${stats.size} ${stats.mtimeNs} ${stats.ctimeNs}` : "";
  } catch {
    return "";
  }
}
