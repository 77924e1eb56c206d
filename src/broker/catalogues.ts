import { existsSync } from "node:fs";
import type { Diagnostic } from "../base/diagnostic.ts";
import {
  catalogueFolder,
  findCatalogueFiles,
  readCatalogueFile,
  type FoundFile,
} from "../boundary/files/workspace-catalogue.ts";
import {
  extendCatalogue,
  readAddition,
  unreadable,
  withoutConflicts,
  type Addition,
} from "../catalogue/additions.ts";
import type { Taken } from "../catalogue/claims.ts";
import type { Catalogue, CatalogueFile } from "../catalogue/load.ts";
import { foldersAround } from "./workspace.ts";
import { isKnownProgram, localProviders } from "../classify/known-programs.ts";

/** One file: what it holds now, and the last of its versions that could be used. */
interface KnownFile {
  readonly look: string;
  readonly good: Addition | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

interface KnownWorkspace {
  readonly look: string;
  readonly files: ReadonlyMap<string, KnownFile>;
  readonly additions: readonly Addition[];
  readonly extended: Catalogue | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Workspaces whose catalogues are kept at once. */
const workspaceLimit = 64;

/**
 * What each workspace adds to the shipped catalogue in `.governance/catalogue`. Files are read when they changed.
 *
 * INVARIANT: a file that breaks, or is removed, takes nothing away: the last version of it that could be used stays in
 * force for as long as this object lives. The other files are in force all the same.
 */
export class Catalogues {
  private readonly taken: Taken;
  private readonly workspaces = new Map<string, KnownWorkspace>();
  /** What was made of a workspace's additions and those around it. */
  private readonly combinations = new WeakMap<
    KnownWorkspace,
    { readonly of: readonly KnownWorkspace[]; readonly catalogue: Catalogue }
  >();
  private readonly kept = new WeakMap<readonly CatalogueFile[], Catalogue>();
  /** Told what is wrong with a workspace's files, whenever that is another than before. */
  onProblem: (workspace: string, diagnostics: readonly Diagnostic[]) => void = () => undefined;

  constructor(shipped: Catalogue) {
    this.taken = { shipped, localProviders, isKnownProgram };
  }

  /**
   * The catalogue with what a workspace adds, and the folders around it; undefined where none adds anything. Where two
   * describe the same, the outer one counts: a folder with a catalogue of its own is no way out of what holds around it.
   */
  extended(workspace: string): Catalogue | undefined {
    const all = this.adding(workspace);
    return all.length < 2 ? all[0]?.extended : this.combined(all);
  }

  /** What that is made of now. Where two describe the same, the first one counts. */
  texts(workspace: string): readonly CatalogueFile[] {
    return this.adding(workspace)
      .toReversed()
      .flatMap(({ additions }) => additions.map(({ file, text }) => ({ file, text })));
  }

  /** The workspace and the folders around it, from the inside out, as far as they add anything. */
  private adding(workspace: string): readonly KnownWorkspace[] {
    const around = foldersAround(workspace).filter(
      (folder) => this.workspaces.has(folder) || existsSync(catalogueFolder(folder)),
    );
    return [workspace, ...around]
      .map((folder) => this.current(folder))
      .filter(({ extended }) => extended !== undefined);
  }

  /** Each of these lists of texts that were kept as a catalogue, those left out of which nothing can be used. */
  ofEach(lists: readonly (readonly CatalogueFile[])[]): readonly Catalogue[] {
    return lists.map((texts) => this.ofTexts(texts)).filter((catalogue) => catalogue !== undefined);
  }

  /** The catalogue of texts that were kept; undefined where none of them can be used. */
  private ofTexts(texts: readonly CatalogueFile[]): Catalogue | undefined {
    if (texts.length === 0) {
      return undefined;
    }
    const known = this.kept.get(texts);
    if (known !== undefined) {
      return known;
    }
    const additions = texts.flatMap((each) => readAddition(each, this.taken).addition ?? []);
    const made = extendCatalogue(this.taken.shipped, withoutConflicts(additions).additions);
    this.kept.set(texts, made);
    return made;
  }

  private combined(all: readonly KnownWorkspace[]): Catalogue {
    const [own = nothing] = all;
    const before = this.combinations.get(own);
    if (before?.of.length === all.length && before.of.every((each, index) => each === all[index])) {
      return before.catalogue;
    }
    const { additions } = withoutConflicts(all.toReversed().flatMap((each) => each.additions));
    const catalogue = extendCatalogue(this.taken.shipped, additions);
    this.combinations.set(own, { of: all, catalogue });
    return catalogue;
  }

  diagnostics(workspace: string): readonly Diagnostic[] {
    return this.current(workspace).diagnostics;
  }

  private current(workspace: string): KnownWorkspace {
    const before = this.workspaces.get(workspace);
    const folder = catalogueFolder(workspace);
    const found = findCatalogueFiles(folder);
    const look = found.ok ? found.value.map((each) => `${each.file}\n${each.look}\n`).join("") : found.error;
    if (before?.look === look) {
      return before;
    }
    const known = found.ok
      ? this.load(look, found.value, before)
      : { ...(before ?? nothing), look, diagnostics: unreadable(folder, found.error) };
    if (this.workspaces.size >= workspaceLimit && before === undefined) {
      this.forgetOldest();
    }
    this.workspaces.set(workspace, known);
    if (known.diagnostics.length > 0 || (before?.diagnostics.length ?? 0) > 0) {
      this.onProblem(workspace, known.diagnostics);
    }
    return known;
  }

  private load(
    look: string,
    found: readonly FoundFile[],
    before: KnownWorkspace | undefined,
  ): KnownWorkspace {
    const files = new Map(found.map((each) => [each.file, this.file(each, before?.files.get(each.file))]));
    const removed = [...(before?.files ?? [])].filter(([file]) => !files.has(file));
    const good = [...files.values()].flatMap((each) => each.good ?? []);
    const kept = removed.flatMap(([, each]) => each.good ?? []);
    const checked = withoutConflicts(good);
    // What a new file has taken over from one that is gone is no conflict to tell anybody of.
    const { additions } = withoutConflicts([...checked.additions, ...kept]);
    const goneButGood = removed.filter(
      ([, each]) => each.good !== undefined && additions.includes(each.good),
    );
    return {
      look,
      files: new Map([...files, ...goneButGood]),
      additions,
      extended: additions.length === 0 ? undefined : extendCatalogue(this.taken.shipped, additions),
      diagnostics: [...[...files.values()].flatMap((each) => each.diagnostics), ...checked.diagnostics],
    };
  }

  private file({ file, look }: FoundFile, before: KnownFile | undefined): KnownFile {
    if (before?.look === look) {
      return before;
    }
    const text = readCatalogueFile(file);
    const read = text.ok
      ? readAddition({ file, text: text.value }, this.taken)
      : { addition: undefined, diagnostics: unreadable(file, text.error) };
    return { look, good: read.addition ?? before?.good, diagnostics: read.diagnostics };
  }

  /** A workspace that adds nothing is forgotten first: what is read again would lose its last good versions. */
  private forgetOldest(): void {
    const names = [...this.workspaces];
    const [name] = names.find(([, { extended }]) => extended === undefined) ?? names[0] ?? [];
    if (name !== undefined) {
      this.workspaces.delete(name);
    }
  }
}

const nothing: KnownWorkspace = {
  look: "",
  files: new Map(),
  additions: [],
  extended: undefined,
  diagnostics: [],
};
