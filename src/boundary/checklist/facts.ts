import type { Diagnostic } from "../../base/diagnostic.ts";
import type { Result } from "../../base/result.ts";
import type { Catalogue } from "../../catalogue/load.ts";
import type { Action } from "../../model/action.ts";
import type { Decision } from "../../model/decision.ts";
import type { RequestPayload } from "../../model/request.ts";
import type { Session } from "../../model/session.ts";
import type { PoliciesInForce } from "../../policy/compiled.ts";
import type { VerifyReport } from "../../record/verify.ts";
import type { HookStatus } from "../hooks/install.ts";
import type { CanaryProof } from "../canary/proofs.ts";
import type { CredentialSearch } from "./found-credentials.ts";
import type { WorkspaceScan } from "./workspace-scan.ts";

/** A policy file and whether it counts. */
export interface PolicyFact {
  readonly layer: "workspace" | "user" | "organisation";
  readonly file: string;
  readonly state: "approved" | "unapproved" | "missing" | "broken" | "expired" | "ignored";
  readonly detail: string;
}

/** Whose answer a control rule needs, and who could give one now. */
export interface ApproverFacts {
  readonly enrolled: readonly { readonly name: string; readonly keyId: string }[];
  /** Approvers that are connected now: windows and terminals. */
  readonly connected: number;
}

/** An agent that was found here. */
export interface DetectedAgent {
  /** The installer's name. */
  readonly agent: string;
  readonly title: string;
  /** What speaks for it: a program, a folder, a session, or only its hooks. */
  readonly because: string;
  /** False where nothing but installed hooks speaks for it. */
  readonly present: boolean;
  /** As the program itself says; undefined where nobody asked it. */
  readonly version?: string;
  /** Its hooks at every level that there is. */
  readonly hooks: readonly HookStatus[];
  /** The last canary of these very hooks; undefined where there was none. */
  readonly canary?: CanaryProof;
  /** Longest time in ms that it waits for an answer. */
  readonly waitsMs: number;
}

/** A decision, and whose session it would be: empty where it is anybody's. */
export type Decided = Decision & { readonly as?: string };

/** As the end of a sentence. */
export function whose({ as }: Decided): string {
  return as === undefined ? "" : `, ${as}`;
}

/**
 * All that the checklist looks at, measured by whoever runs it. An error says why something could not be looked at: then the
 * point says `not_measured`, never `pass`.
 */
export interface ChecklistFacts {
  readonly workspace: string;
  /** The home directory of those who work here; undefined where that is nobody's, as in a build. */
  readonly home?: string;
  readonly catalogue: Catalogue;
  readonly inForce: PoliciesInForce;
  /** The state of each policy file; the error where approvals are not known here. */
  readonly policies: Result<readonly PolicyFact[]>;
  /** What is wrong with the policy files, or cannot be meant. */
  readonly remarks: readonly Diagnostic[];
  readonly scan: WorkspaceScan;
  readonly credentials: CredentialSearch;
  /**
   * Decides a request as it would be decided now, without a trace: for an agent's session without a task, or else the loosest
   * decision of all sessions that there may be.
   */
  readonly judge: (payload: RequestPayload, agent?: string) => Decided;
  /** The loosest decision on one action. */
  readonly decide: (action: Action) => Decided;
  readonly approvers: Result<ApproverFacts>;
  /** Where none runs, the next hook starts one; the error tells of one that is there and does not serve. */
  readonly broker: Result<"answers" | "absent">;
  readonly agents: Result<readonly DetectedAgent[]>;
  /** Those of the workspace. */
  readonly sessions: Result<readonly Session[]>;
  readonly record: Result<VerifyReport>;
}
