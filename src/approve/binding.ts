import { canonicalJson } from "../base/json.ts";
import type { Decision } from "../model/decision.ts";
import type { AgentRequest } from "../model/request.ts";

/** What an approval is bound to: exactly this request with these files, under exactly these policies. */
export interface Binding {
  readonly requestHash: string;
  readonly policyHash: string;
}

/**
 * Binds an approval to everything that was judged: who asks, from where, the payload, what it was taken to mean, and the
 * contents of the files that decided that. The request's own id is left out: the same call seen twice is one question. The
 * agent's id of the call is not: a yes is for one call, not for every equal one that waits beside it.
 */
export function bindingOf(
  request: AgentRequest,
  decision: Decision,
  digest: (text: string) => string,
): Binding {
  const { agent, conversation, workspace, cwd, callId } = request.context;
  const { actions, inputs } = decision;
  const judged = { agent, conversation, workspace, cwd, callId, payload: request.payload, actions, inputs };
  return { requestHash: digest(canonicalJson(judged)), policyHash: decision.policyHash };
}

/** A change to Signalbox itself that only a human may make. All of it is bound by the answer's signature. */
export type Loosening =
  | { readonly kind: "reopen"; readonly session: string; readonly killedAt: string }
  | { readonly kind: "uninstall"; readonly what: string }
  | {
      readonly kind: "policy_approval";
      readonly workspace: string;
      readonly file: string;
      readonly textHash: string;
      /** Counts up per workspace: an old approval cannot be played back over a newer one. */
      readonly sequence: number;
    }
  | {
      readonly kind: "bind_task";
      readonly workspace: string;
      readonly task: string;
      /** A session's id, or the process (`pid@start`) whose descendants' sessions are meant. */
      readonly bound: string;
      /** Hash of the policies that say what the task may do. */
      readonly policyHash: string;
    }
  | { readonly kind: "enroll"; readonly publicKey: string };

/** Binds an answer to a loosening; `policyHash` is the text's own hash where a policy is approved. */
export function looseningBinding(loosening: Loosening, digest: (text: string) => string): Binding {
  return {
    requestHash: digest(canonicalJson(loosening)),
    policyHash: policyHashOf(loosening),
  };
}

function policyHashOf(loosening: Loosening): string {
  switch (loosening.kind) {
    case "policy_approval":
      return loosening.textHash;
    case "bind_task":
      return loosening.policyHash;
    case "reopen":
    case "uninstall":
    case "enroll":
      return "-";
  }
}
