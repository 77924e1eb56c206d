import { existsSync } from "node:fs";
import { homedir } from "node:os";
import type { Diagnostic } from "../base/diagnostic.ts";
import { packagedBaseline, packagedCatalogue } from "../boundary/files/packaged.ts";
import { readExtendedPolicy } from "../boundary/files/policy-files.ts";
import { readTests } from "../boundary/policy-tests/read-tests.ts";
import { Catalogues } from "../broker/catalogues.ts";
import { readAddition } from "../catalogue/additions.ts";
import type { Catalogue } from "../catalogue/load.ts";
import { isKnownProgram, localProviders } from "../classify/known-programs.ts";
import type { CompiledPolicy } from "../policy/compiled.ts";
import type { ExtendedText } from "../policy/extend.ts";
import { loadPolicy } from "../policy/load.ts";
import { digestOf } from "../record/digest.ts";
import type { GovernedFile } from "./policy-files.ts";

/** A file as it stands in the editor or on disk. */
export interface GovernedText extends GovernedFile {
  /** Absolute, as problems shall show it. */
  readonly file: string;
  readonly text: string;
}

export interface Checked {
  readonly diagnostics: readonly Diagnostic[];
  /** Of a policy, the texts that it builds on. */
  readonly extended: readonly ExtendedText[];
}

let catalogues: Catalogues | undefined;
let baseline: CompiledPolicy | undefined;

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
export function checkFile(source: GovernedText): Checked {
  const { kind, file, text } = source;
  switch (kind) {
    case "policy":
      return checkPolicy(source);
    case "tests":
      return { diagnostics: readTests(file, text).diagnostics, extended: [] };
    case "catalogue": {
      const taken = { shipped: packagedCatalogue(), localProviders, isKnownProgram };
      return { diagnostics: readAddition({ file, text }, taken).diagnostics, extended: [] };
    }
  }
}

function checkPolicy({ file, text, workspace }: GovernedText): Checked {
  const vocabulary = vocabularyOf(workspace);
  const home = homedir();
  // Its paths do not matter here, so one is enough for all workspaces.
  baseline ??= loadPolicy(
    { ...packagedBaseline(), layer: "builtin", workspace: "/", home },
    vocabulary,
    digestOf,
  ).policy;
  const world = { exists: existsSync, above: baseline === undefined ? [] : [baseline] };
  const place = { layer: "workspace", workspace, home, read: readExtendedPolicy, world } as const;
  const { diagnostics, extended } = loadPolicy({ file, text, ...place }, vocabulary, digestOf);
  return { diagnostics, extended };
}
