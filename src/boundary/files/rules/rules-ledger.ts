import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isJsonObject, parseJson, stringField, type JsonObject, type JsonValue } from "../../../base/json.ts";
import { readOwnFile, writeDurably } from "../../../record/durable-file.ts";
import { removeIfEmpty } from "../../hooks/install-files.ts";
import type { InstallScope } from "../../hooks/installer.ts";

/** Whose rules were written where. */
export interface RulesTarget {
  readonly agent: string;
  readonly scope: InstallScope;
  /** Home directory, workspace or root of the file system, by scope. */
  readonly base: string;
}

/** What is known of our part in one file. */
export interface RulesEntry extends RulesTarget {
  readonly path: string;
  /** The text as it was before; undefined where there was no file. */
  readonly before: string | undefined;
  /** Digest of the text that was written. */
  readonly after: string;
  readonly ours: readonly JsonValue[];
  /** Folders that were made for it, the deepest first. */
  readonly folders: readonly string[];
}

export function rulesLedgerPath(stateDir: string): string {
  return join(stateDir, "rules.json");
}

/** Remembers which rules were written, so that they can follow the policies and be taken out. A damaged one is empty. */
export class RulesLedger {
  private readonly stateDir: string;
  private readonly entries: Map<string, RulesEntry>;

  private constructor(stateDir: string, entries: Map<string, RulesEntry>) {
    this.stateDir = stateDir;
    this.entries = entries;
  }

  static open(stateDir: string): RulesLedger {
    const text = readOwnFile(rulesLedgerPath(stateDir));
    const parsed = parseJson(text.ok ? (text.value ?? "[]") : "[]");
    const entries = new Map<string, RulesEntry>();
    const list = parsed.ok && Array.isArray(parsed.value) ? parsed.value : [];
    for (const value of list as readonly JsonValue[]) {
      const entry = isJsonObject(value) ? entryOf(value) : undefined;
      if (entry !== undefined) {
        entries.set(entry.path, entry);
      }
    }
    return new RulesLedger(stateDir, entries);
  }

  /** Every target once, in the order in which they were written. */
  targets(): readonly RulesTarget[] {
    const targets = new Map(
      [...this.entries.values()].map(({ agent, scope, base }) => [
        `${agent} ${scope} ${base}`,
        { agent, scope, base },
      ]),
    );
    return [...targets.values()];
  }

  paths(): readonly string[] {
    return [...this.entries.keys()];
  }

  get(path: string): RulesEntry | undefined {
    return this.entries.get(path);
  }

  note(entry: RulesEntry): void {
    this.entries.set(entry.path, entry);
    this.save();
  }

  /** The state directory goes with the last entry, where nothing else is in it. */
  forget(path: string): void {
    this.entries.delete(path);
    if (this.entries.size > 0) {
      this.save();
      return;
    }
    rmSync(rulesLedgerPath(this.stateDir), { force: true });
    removeIfEmpty(this.stateDir);
  }

  private save(): void {
    mkdirSync(this.stateDir, { recursive: true, mode: 0o700 });
    const text = JSON.stringify([...this.entries.values()], undefined, 1);
    writeDurably(rulesLedgerPath(this.stateDir), `${text}\n`);
  }
}

function entryOf(value: JsonObject): RulesEntry | undefined {
  const [agent, scope, base, path] = ["agent", "scope", "base", "path"].map((name) =>
    stringField(value, name),
  );
  const { ours, folders } = value;
  if (agent === undefined || base === undefined || path === undefined || !isScope(scope)) {
    return undefined;
  }
  return {
    agent,
    scope,
    base,
    path,
    before: stringField(value, "before"),
    after: stringField(value, "after") ?? "",
    ours: Array.isArray(ours) ? (ours as readonly JsonValue[]) : [],
    folders: Array.isArray(folders) ? folders.filter((item): item is string => typeof item === "string") : [],
  };
}

function isScope(text: string | undefined): text is InstallScope {
  return text === "user" || text === "workspace" || text === "managed";
}
