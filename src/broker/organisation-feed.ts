import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { isJsonObject, parseJson, stringField } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import { readExtendedPolicy } from "../boundary/files/policy-files.ts";
import type { OrganisationSource } from "../policy/compiled.ts";
import type { PolicyReader } from "../policy/extend.ts";
import { digestOf } from "../record/digest.ts";
import { errorCode, readOwnFile, writeDurably } from "../record/durable-file.ts";
import { fetchText } from "./fetch-text.ts";
import { expiryOf, mayFollow, readPublished, type OrganisationDocument } from "./organisation-document.ts";
import type { CompilePolicy, PolicyText } from "./policy-compiler.ts";

export interface FeedOptions {
  readonly compile: CompilePolicy;
  /** Folder in which what was fetched is kept. */
  readonly folder: string;
  readonly home: string;
  readonly now: () => number;
  readonly fetch?: (url: string) => Promise<Result<string>>;
}

/** An organisation's policy as it is known now. */
export interface Published {
  readonly document?: OrganisationDocument;
  /** The document's policy, as a file that people can open. */
  readonly text?: PolicyText;
  readonly expired: boolean;
  /** Why the last attempt to get a newer one failed. The end of a sentence. */
  readonly trouble?: string;
}

interface Entry {
  current?: { readonly document: OrganisationDocument; readonly text: PolicyText };
  trouble?: string;
  /** When to fetch it again. */
  dueAt: number;
  fetching: boolean;
}

/** After a failure it is tried again that soon, in ms, or at the usual time where that is sooner. */
const retryMs = 60_000;

/**
 * Policies that organisations publish: the last one of each address that was signed by its key, kept on disk. Fetching
 * happens beside decisions; what is in force is always at hand.
 */
export class OrganisationFeed {
  private readonly options: FeedOptions;
  private readonly entries = new Map<string, Entry>();
  /** Told when an address gave something new, or stopped or started to fail. */
  onChange: () => void = () => undefined;

  constructor(options: FeedOptions) {
    this.options = options;
  }

  current(source: OrganisationSource): Published {
    const { current, trouble } = this.entry(source);
    const about = trouble === undefined ? {} : { trouble };
    return current === undefined
      ? { ...about, expired: false }
      : { ...about, ...current, expired: this.isExpired(current.document) };
  }

  /** Starts to fetch what is due. Returns at once, and never throws. */
  refresh(sources: readonly OrganisationSource[]): void {
    for (const source of sources) {
      const entry = this.entry(source);
      if (!entry.fetching && this.options.now() >= entry.dueAt) {
        entry.fetching = true;
        void this.fetch(source, entry);
      }
    }
  }

  private async fetch(source: OrganisationSource, entry: Entry): Promise<void> {
    const before = entry.trouble;
    const told = await (this.options.fetch ?? fetchText)(source.url);
    const taken = told.ok ? this.take(told.value, source, entry) : told;
    entry.fetching = false;
    const wait = taken.ok ? source.refreshMs : Math.min(source.refreshMs, retryMs);
    entry.dueAt = this.options.now() + wait;
    if (taken.ok) {
      delete entry.trouble;
    } else {
      entry.trouble = taken.error;
    }
    if (before !== entry.trouble || (taken.ok && taken.value === "newer")) {
      this.onChange();
    }
  }

  private take(text: string, source: OrganisationSource, entry: Entry): Result<"same" | "newer"> {
    const read = this.read(text, source);
    if (!read.ok) {
      return read;
    }
    const follows = mayFollow(read.value.document, entry.current?.document);
    if (!follows.ok || follows.value === "same") {
      return follows;
    }
    entry.current = read.value;
    try {
      writeDurably(this.fileOf(source, "json"), `${JSON.stringify({ url: source.url, published: text })}\n`);
      writeFileSync(read.value.text.file, read.value.text.text, { mode: 0o600 });
    } catch (error) {
      // In force all the same, as long as this process lives.
      return err(
        `version ${read.value.document.version} is in force and could not be kept (${errorCode(error)})`,
      );
    }
    return follows;
  }

  private read(text: string, source: OrganisationSource): Result<NonNullable<Entry["current"]>> {
    const document = readPublished(text, source.keys);
    if (!document.ok) {
      return document;
    }
    const { policy, version } = document.value;
    const file = this.fileOf(source, "yaml");
    const place = { layer: "organisation", workspace: this.options.home } as const;
    const compiled = this.options.compile({ file, text: policy, ...place, read: readTemplate });
    return compiled.ok
      ? ok({ document: document.value, text: { file, text: policy, extended: compiled.value.extended } })
      : err(`version ${version} does not load: ${compiled.error}`);
  }

  private entry(source: OrganisationSource): Entry {
    const key = JSON.stringify([source.url, source.keys]);
    const known = this.entries.get(key);
    if (known !== undefined) {
      return known;
    }
    const entry: Entry = { dueAt: 0, fetching: false, ...this.kept(source) };
    this.entries.set(key, entry);
    return entry;
  }

  /** What was kept is checked again: between two starts anybody may have written there. */
  private kept(source: OrganisationSource): Pick<Entry, "current" | "trouble"> {
    const text = readOwnFile(this.fileOf(source, "json"));
    const parsed = text.ok && text.value !== undefined ? parseJson(text.value) : undefined;
    const value = parsed?.ok === true && isJsonObject(parsed.value) ? parsed.value : undefined;
    const published = value === undefined ? undefined : stringField(value, "published");
    if (published === undefined) {
      return {};
    }
    const read = this.read(published, source);
    return read.ok ? { current: read.value } : { trouble: `what was kept is not used: ${read.error}` };
  }

  private isExpired({ expires }: OrganisationDocument): boolean {
    return this.options.now() >= (expiryOf(expires) ?? 0);
  }

  private fileOf({ url }: OrganisationSource, ending: string): string {
    return join(this.options.folder, `${digestOf(url).slice(0, 32)}.${ending}`);
  }
}

/** A document has no folder: it builds on what ships with the package alone. */
export const readTemplate: PolicyReader = (file) =>
  file.startsWith("signalbox:")
    ? readExtendedPolicy(file)
    : err("a published policy extends templates alone");
