import { homedir } from "node:os";
import type { Diagnostic } from "../base/diagnostic.ts";
import { policyRemarks } from "../boundary/check/policy-remarks.ts";
import { packagedCatalogue } from "../boundary/files/packaged.ts";
import type { Catalogue } from "../catalogue/load.ts";

/** A workspace's policy as it stands in the editor or on disk. */
export interface PolicyText {
  /** Absolute, as problems shall show it. */
  readonly file: string;
  readonly text: string;
  readonly workspace: string;
}

let catalogue: Catalogue | undefined;

/** What is wrong with a policy, with ranges. Throws only where a file that ships with the extension is broken. */
export function checkPolicy(policy: PolicyText): readonly Diagnostic[] {
  catalogue ??= packagedCatalogue();
  return policyRemarks({ ...policy, home: homedir() }, catalogue);
}
