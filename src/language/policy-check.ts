import { loadRemarked, type PolicyRemarks } from "../boundary/check/policy-remarks.ts";
import { packagedCatalogue } from "../boundary/files/packaged.ts";
import { readTests } from "../boundary/policy-tests/read-tests.ts";
import { Catalogues } from "../broker/catalogues.ts";
import { readAddition } from "../catalogue/additions.ts";
import type { Catalogue } from "../catalogue/load.ts";
import { isKnownProgram, localProviders } from "../classify/known-programs.ts";
import type { GovernedFile } from "./policy-files.ts";

/** A file as it stands in the editor or on disk. */
export interface GovernedText extends GovernedFile {
  /** Absolute, as problems shall show it. */
  readonly file: string;
  readonly text: string;
}

/** Who looks at a file, as far as that has a say in what is wrong with it. */
export interface Reader {
  readonly home: string;
  /** Names and key ids of the approvers who can answer; nothing is said of approvers without it. */
  readonly enrolled?: readonly string[];
}

let catalogues: Catalogues | undefined;

/** The shipped catalogue with what a workspace adds to it; undefined where it adds nothing. */
export function extendedCatalogue(workspace: string): Catalogue | undefined {
  catalogues ??= new Catalogues(packagedCatalogue());
  return catalogues.extended(workspace);
}

/** What the names of a workspace's policies mean. Throws only where a file that ships with us is broken. */
export function vocabularyOf(workspace: string): Catalogue {
  return extendedCatalogue(workspace) ?? packagedCatalogue();
}

/** What is wrong with a file, with ranges. Throws only where a file that ships with us is broken. */
export function checkFile(source: GovernedText, reader: Reader): PolicyRemarks {
  const { kind, file, text, workspace, layer } = source;
  switch (kind) {
    case "policy":
      return loadRemarked({ file, text, workspace, layer, ...reader }, vocabularyOf(workspace));
    case "tests":
      return { diagnostics: readTests(file, text).diagnostics, extended: [] };
    case "catalogue": {
      const taken = { shipped: packagedCatalogue(), localProviders, isKnownProgram };
      return { diagnostics: readAddition({ file, text }, taken).diagnostics, extended: [] };
    }
  }
}
