import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isJsonObject, parseJson, stringField, type JsonObject } from "../../base/json.ts";
import { readOwnFile, writeDurably } from "../../record/durable-file.ts";

/** What is known of one file that the installer wrote. */
export interface LedgerEntry {
  /** The text as it was before; undefined where there was no file. */
  readonly before: string | undefined;
  /** Digest of the text that was written. */
  readonly after: string;
  /** Folders that were made for it, the deepest first. */
  readonly folders: readonly string[];
  /** The file did not exist before the first installation. */
  readonly isNew: boolean;
}

/** Remembers in the state directory what was written where, so that it can be undone. A damaged ledger is an empty one. */
export class Ledger {
  private readonly path: string;
  private readonly stateDir: string;
  private readonly entries: Map<string, LedgerEntry>;

  private constructor(stateDir: string, entries: Map<string, LedgerEntry>) {
    this.stateDir = stateDir;
    this.path = join(stateDir, "installed.json");
    this.entries = entries;
  }

  static open(stateDir: string): Ledger {
    const text = readOwnFile(join(stateDir, "installed.json"));
    const parsed = parseJson(text.ok ? (text.value ?? "{}") : "{}");
    const entries = new Map<string, LedgerEntry>();
    if (parsed.ok && isJsonObject(parsed.value)) {
      for (const [path, value] of Object.entries(parsed.value)) {
        if (isJsonObject(value)) {
          entries.set(path, entryOf(value));
        }
      }
    }
    return new Ledger(stateDir, entries);
  }

  has(path: string): boolean {
    return this.entries.has(path);
  }

  get(path: string): LedgerEntry | undefined {
    return this.entries.get(path);
  }

  paths(): readonly string[] {
    return [...this.entries.keys()];
  }

  /** Folders and newness are those of the first time. */
  note(path: string, entry: LedgerEntry): void {
    const first = this.entries.get(path);
    this.entries.set(path, {
      ...entry,
      folders: [...entry.folders, ...(first?.folders ?? [])],
      isNew: first?.isNew ?? entry.isNew,
    });
    this.save();
  }

  /** Returns the folders that were made for the file. */
  forget(path: string): readonly string[] {
    const folders = this.entries.get(path)?.folders ?? [];
    this.entries.delete(path);
    return folders;
  }

  save(): void {
    mkdirSync(this.stateDir, { recursive: true, mode: 0o700 });
    writeDurably(this.path, `${JSON.stringify(Object.fromEntries(this.entries), undefined, 2)}\n`);
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }
}

function entryOf(value: JsonObject): LedgerEntry {
  const folders = value["folders"];
  return {
    before: stringField(value, "before"),
    after: stringField(value, "after") ?? "",
    folders: Array.isArray(folders) ? folders.filter((item): item is string => typeof item === "string") : [],
    isNew: value["isNew"] === true,
  };
}
