import { existsSync } from "node:fs";
import type { Diagnostic } from "../../base/diagnostic.ts";
import type { Catalogue } from "../../catalogue/load.ts";
import type { CompiledPolicy, Layer } from "../../policy/compiled.ts";
import type { ExtendedText } from "../../policy/extend.ts";
import { loadPolicy } from "../../policy/load.ts";
import { digestOf } from "../../record/digest.ts";
import { packagedBaseline } from "../files/packaged.ts";
import { readExtendedPolicy } from "../files/policy-files.ts";

/** A policy as it stands in an editor or on disk. Paths are absolute. */
export interface RemarkedPolicy {
  /** As diagnostics shall show it. */
  readonly file: string;
  readonly text: string;
  readonly workspace: string;
  readonly home: string;
  /** The workspace's where it is not said. */
  readonly layer?: Layer;
  /** Names and key ids of the approvers who can answer; nothing is said of approvers without it. */
  readonly enrolled?: readonly string[];
}

let baseline: CompiledPolicy | undefined;

export interface PolicyRemarks {
  /** In the order of the text. */
  readonly diagnostics: readonly Diagnostic[];
  /** The texts that it builds on. */
  readonly extended: readonly ExtendedText[];
}

/** All that there is to say about a policy on this machine, in the order of its text. */
export function policyRemarks(policy: RemarkedPolicy, catalogue: Catalogue): readonly Diagnostic[] {
  return loadRemarked(policy, catalogue).diagnostics;
}

/** The same with what the policy builds on. */
export function loadRemarked(policy: RemarkedPolicy, catalogue: Catalogue): PolicyRemarks {
  const { enrolled, ...text } = policy;
  // Of the baseline only its rules about effects matter here, so one serves all workspaces.
  baseline ??= loadPolicy(
    { ...packagedBaseline(), layer: "builtin", workspace: "/", home: "/" },
    catalogue,
    digestOf,
  ).policy;
  const world = {
    exists: existsSync,
    above: baseline === undefined ? [] : [baseline],
    ...(enrolled === undefined ? {} : { enrolled }),
  };
  const source = { layer: "workspace", ...text, read: readExtendedPolicy, world } as const;
  const { diagnostics, extended } = loadPolicy(source, catalogue, digestOf);
  return { diagnostics, extended };
}
