import type { Diagnostic } from "../../base/diagnostic.ts";
import { BugError } from "../../base/result.ts";
import type { Catalogue } from "../../catalogue/load.ts";
import type { PoliciesInForce } from "../../policy/compiled.ts";
import { policiesInForce } from "../../policy/layers.ts";
import { loadPolicy, type LoadedPolicy } from "../../policy/load.ts";
import { digestOf } from "../../record/digest.ts";
import { packagedBaseline, type PackagedText } from "../files/packaged.ts";
import { readExtendedPolicy } from "../files/policy-files.ts";

/** Where a policy would apply. Paths are absolute. */
export interface PolicyPlace {
  readonly workspace: string;
  readonly home: string;
}

export interface LoadedCandidate {
  /** The policy on top of the baseline; missing exactly when there is an error diagnostic. */
  readonly policies?: PoliciesInForce;
  readonly diagnostics: readonly Diagnostic[];
}

/** What would be in force if that policy were approved. Without a policy: the baseline alone. Throws for a broken baseline only. */
export function policyOnBaseline(
  candidate: PackagedText | undefined,
  place: PolicyPlace,
  catalogue: Catalogue,
): LoadedCandidate {
  const builtin = load({ ...packagedBaseline(), layer: "builtin", ...place }, catalogue).policy;
  if (builtin === undefined) {
    throw new BugError("the built-in policy does not load");
  }
  if (candidate === undefined) {
    return { policies: policiesInForce({ builtin, workspace: {} }, digestOf), diagnostics: [] };
  }
  const { policy: approved, diagnostics } = load(
    { ...candidate, ...place, layer: "workspace", read: readExtendedPolicy },
    catalogue,
  );
  return approved === undefined
    ? { diagnostics }
    : { policies: policiesInForce({ builtin, workspace: { approved } }, digestOf), diagnostics };
}

function load(source: Parameters<typeof loadPolicy>[0], catalogue: Catalogue): LoadedPolicy {
  return loadPolicy(source, catalogue, digestOf);
}
