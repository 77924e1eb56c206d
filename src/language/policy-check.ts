import { existsSync } from "node:fs";
import { homedir } from "node:os";
import type { Diagnostic } from "../base/diagnostic.ts";
import { digestOf } from "../record/digest.ts";
import { packagedBaseline, packagedCatalogue } from "../boundary/files/packaged.ts";
import { readExtendedPolicy } from "../boundary/files/policy-files.ts";
import type { Catalogue } from "../catalogue/load.ts";
import type { CompiledPolicy } from "../policy/compiled.ts";
import { loadPolicy } from "../policy/load.ts";

/** A workspace's policy as it stands in the editor or on disk. */
export interface PolicyText {
  /** Absolute, as problems shall show it. */
  readonly file: string;
  readonly text: string;
  readonly workspace: string;
}

let catalogue: Catalogue | undefined;
let baseline: CompiledPolicy | undefined;

/** What is wrong with a policy, with ranges. Throws only where a file that ships with the extension is broken. */
export function checkPolicy({ file, text, workspace }: PolicyText): readonly Diagnostic[] {
  catalogue ??= packagedCatalogue();
  const home = homedir();
  // Its paths do not matter here, so one is enough for all workspaces.
  baseline ??= loadPolicy(
    { ...packagedBaseline(), layer: "builtin", workspace: "/", home },
    catalogue,
    digestOf,
  ).policy;
  const world = { exists: existsSync, above: baseline === undefined ? [] : [baseline] };
  const source = {
    file,
    text,
    layer: "workspace",
    workspace,
    home,
    read: readExtendedPolicy,
    world,
  } as const;
  return loadPolicy(source, catalogue, digestOf).diagnostics;
}
