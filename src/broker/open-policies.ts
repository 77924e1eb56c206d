import type { Diagnostic } from "../base/diagnostic.ts";
import { packagedBaseline } from "../boundary/files/packaged.ts";
import type { Vocabulary } from "../catalogue/catalogue.ts";
import type { ExtendedText } from "../policy/extend.ts";
import type { ApproverKeys } from "./approver-keys.ts";
import { managedPlace, type ManagedPlace } from "./managed-policy.ts";
import type { Places } from "./places.ts";
import { Policies } from "./policies.ts";
import { policyCompiler } from "./policy-compiler.ts";

/** The policies of a user as the broker holds them. Whoever never calls `look` only reads. */
export function openPolicies(options: {
  readonly catalogue: Vocabulary;
  readonly home: string;
  readonly places: Places;
  readonly keys: ApproverKeys;
  /** How the first error of a file that does not load is put. */
  shown(diagnostic: Diagnostic): string;
  /** What a workspace's catalogue is made of now. */
  readonly catalogueOf?: (workspace: string) => readonly ExtendedText[];
  /** Where the organisation's policy lies, where that is not the system's own place. */
  readonly managed?: ManagedPlace;
}): Policies {
  const { home, places, keys, catalogueOf, managed = managedPlace() } = options;
  return new Policies({
    baseline: packagedBaseline(),
    compile: policyCompiler(options),
    pins: places.pins,
    keys,
    home,
    ...(catalogueOf === undefined ? {} : { catalogue: catalogueOf }),
    managed,
    organisation: places.organisation,
    now: () => Date.now(),
  });
}
