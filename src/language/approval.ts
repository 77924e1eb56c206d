import { formatDiagnostic } from "../base/diagnostic.ts";
import { resolvedPath } from "../boundary/files/lookups.ts";
import { packagedCatalogue } from "../boundary/files/packaged.ts";
import { lookOf } from "../boundary/files/policy-files.ts";
import { openApproverKeys } from "../broker/approver-keys.ts";
import { openPolicies } from "../broker/open-policies.ts";
import { placesOf, stateDirectory } from "../broker/places.ts";
import { digestOf } from "../record/digest.ts";

/** Tells which policies wait for a human, as the broker will: from the same pins, which are only read. */
export class Approvals {
  readonly #home: string;
  #last: { readonly key: string; readonly waits: boolean } | undefined;

  constructor(home: string) {
    this.#home = home;
  }

  /** True where this text is what is saved as a workspace's policy, and nobody has approved it. Never throws. */
  waits(workspace: string, text: string): boolean {
    const { pins, approvers } = placesOf(stateDirectory(this.#home));
    const key = [workspace, digestOf(text), lookOf(pins), lookOf(approvers)].join(" ");
    // Saving changes the answer as well, and is asked about soon after.
    if (this.#last?.key !== key || !this.#last.waits) {
      this.#last = { key, waits: this.#look(workspace, text) };
    }
    return this.#last.waits;
  }

  #look(workspace: string, text: string): boolean {
    try {
      const places = placesOf(stateDirectory(this.#home));
      const keys = openApproverKeys(places.approvers);
      if (!keys.ok) {
        return false;
      }
      const policies = openPolicies({
        catalogue: packagedCatalogue(),
        home: this.#home,
        places,
        keys: keys.value,
        shown: formatDiagnostic,
      });
      const candidate = policies.candidate(resolvedPath(workspace));
      return candidate.ok && candidate.value.text === text;
    } catch {
      // Whether anything waits is a comfort here; the broker decides.
      return false;
    }
  }
}
