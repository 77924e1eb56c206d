import { formatDiagnostic } from "../base/diagnostic.ts";
import { resolvedPath } from "../boundary/files/lookups.ts";
import { packagedCatalogue } from "../boundary/files/packaged.ts";
import { lookOf } from "../boundary/files/policy-files.ts";
import { openApproverKeys } from "../broker/approver-keys.ts";
import { openPolicies } from "../broker/open-policies.ts";
import { placesOf, stateDirectory } from "../broker/places.ts";
import { digestOf } from "../record/digest.ts";

/** What a policy builds on may change as well; that is noticed after this long, in ms. */
const freshMs = 5000;

/** A policy as it stands in the editor. Paths are absolute. */
interface WrittenPolicy {
  readonly file: string;
  readonly workspace: string;
  readonly text: string;
}

/** Tells which policies wait for a human, as the broker will: from the same pins, which are only read. */
export class Approvals {
  readonly #home: string;
  #last: { readonly key: string; readonly at: number; readonly waits: boolean } | undefined;

  constructor(home: string) {
    this.#home = home;
  }

  /** True where this text is what is saved as a workspace's policy, and nobody has approved it. Never throws. */
  waits({ file, workspace, text }: WrittenPolicy): boolean {
    const { pins, approvers } = placesOf(stateDirectory(this.#home));
    const key = [digestOf(text), ...[file, pins, approvers].map(lookOf)].join(" ");
    const now = performance.now();
    if (this.#last?.key !== key || now - this.#last.at > freshMs) {
      this.#last = { key, at: now, waits: this.#look(workspace, text) };
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
