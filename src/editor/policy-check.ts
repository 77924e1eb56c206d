import { existsSync } from "node:fs";
import { homedir } from "node:os";
import type { Diagnostic } from "../base/diagnostic.ts";
import { digestOf } from "../record/digest.ts";
import { packagedCatalogue } from "../boundary/files/packaged.ts";
import { readExtendedPolicy } from "../boundary/files/policy-files.ts";
import type { Catalogue } from "../catalogue/load.ts";
import { loadPolicy } from "../policy/load.ts";

/** A workspace's policy as it stands in the editor or on disk. */
export interface PolicyText {
  /** Absolute, as problems shall show it. */
  readonly file: string;
  readonly text: string;
  readonly workspace: string;
}

let catalogue: Catalogue | undefined;

/** What is wrong with a policy, with ranges. Throws only where a file that ships with the extension is broken. */
export function checkPolicy({ file, text, workspace }: PolicyText): readonly Diagnostic[] {
  catalogue ??= packagedCatalogue();
  const place = { layer: "workspace", workspace, home: homedir() } as const;
  const source = { file, text, ...place, read: readExtendedPolicy, world: { exists: existsSync } };
  return loadPolicy(source, catalogue, digestOf).diagnostics;
}
