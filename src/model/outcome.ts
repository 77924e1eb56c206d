import type { Decision } from "./decision.ts";

/** How an `ask` ended. `granted`: a yes for the whole session covers it. `unattended`: no approver was connected.
 * `awaited`: the agent cannot wait any longer, and a human is still asked: after a yes the same request passes once. */
export type ApprovalResult =
  | "approved"
  | "granted"
  | "denied"
  | "killed"
  | "timed_out"
  | "awaited"
  | "unattended"
  | "withdrawn"
  | "changed";

/**
 * What the boundary must do now. `approved` is true only right after a human's yes: then, and only then, may a hook say
 * `allow` on the wire; otherwise a pass is "no opinion".
 */
export interface Outcome {
  readonly effect: "pass" | "deny" | "kill";
  readonly approved: boolean;
  readonly approval?: ApprovalResult;
  readonly decision: Decision;
  readonly sessionId: string;
}
