import { canonicalJson } from "../base/json.ts";
import { actionId } from "../model/action.ts";
import type { Decision } from "../model/decision.ts";
import type { Effect } from "../model/effect.ts";
import type { AgentRequest } from "../model/request.ts";

/** What can be put right afterwards, or only costs time. All else is asked anew each time, whatever the policy says. */
const repeatable: ReadonlySet<Effect> = new Set<Effect>([
  "file_deletion",
  "production_api_call",
  "infrastructure_change",
  "deployment",
  "process_kill",
  "system_modification",
]);

/** Sessions whose grants are kept at once, and grants of one. */
const sessionLimit = 200;
const grantLimit = 200;

/** Whether one yes may hold for the rest of the session: every rule says so, and nothing in it is beyond repair. */
export function mayRepeat({ ask, actions }: Decision): boolean {
  return (
    ask?.grant === "session" &&
    actions.length > 0 &&
    actions.every(({ effects }) => effects.every((effect) => repeatable.has(effect)))
  );
}

/**
 * What a yes for the session is bound to: the same operations on the same targets with the same credentials and files, under
 * the same policies, by the same approvers. The words of the request are left out: they are what changes from call to call.
 */
function boundTo(request: AgentRequest, decision: Decision): string {
  const { actions, inputs, policyHash, ask } = decision;
  return canonicalJson({
    workspace: request.context.workspace,
    actions: actions.map((action) => ({
      id: actionId(action),
      target: action.target,
      effects: action.effects,
      credentials: action.credentials,
    })),
    inputs,
    policyHash,
    approvers: ask?.approvers ?? [],
  });
}

/** The yeses that hold for a session. In memory only: whoever ends the broker is asked again. */
export class SessionGrants {
  private readonly sessions = new Map<string, Set<string>>();
  private readonly digest: (text: string) => string;

  constructor(digest: (text: string) => string) {
    this.digest = digest;
  }

  add(session: string, request: AgentRequest, decision: Decision): void {
    if (!mayRepeat(decision)) {
      return;
    }
    const grants = this.sessions.get(session) ?? new Set();
    this.sessions.delete(session);
    if (grants.size < grantLimit) {
      grants.add(this.digest(boundTo(request, decision)));
    }
    this.sessions.set(session, grants);
    const [oldest] = this.sessions.keys();
    if (this.sessions.size > sessionLimit && oldest !== undefined) {
      this.sessions.delete(oldest);
    }
  }

  holds(session: string, request: AgentRequest, decision: Decision): boolean {
    return (
      mayRepeat(decision) && this.sessions.get(session)?.has(this.digest(boundTo(request, decision))) === true
    );
  }

  /** Everything that was granted to a session; after a kill, and when it ends. */
  forget(session: string): void {
    this.sessions.delete(session);
  }
}
