import { isGrantAnswer, type GrantFrame } from "../approve/grants.ts";
import type { PendingQuestion } from "../approve/question.ts";
import { actionId } from "../model/action.ts";
import type { Decision } from "../model/decision.ts";
import type { ApprovalResult } from "../model/outcome.ts";
import type { AgentRequest } from "../model/request.ts";
import type { Session } from "../model/session.ts";
import type { Answered } from "./approvals.ts";
import type { Asker, Host } from "./host.ts";

interface Asked {
  readonly request: AgentRequest;
  readonly decision: Decision;
  readonly question: PendingQuestion;
  readonly approvers: readonly string[];
  readonly session: Session | undefined;
  /** True where people have longer than the agent can wait. */
  readonly outlives: boolean;
}

/** Answers that were made use of: one yes lets one request pass, however often its agent asked meanwhile. */
const used = new WeakSet<object>();

type Desk = Pick<Host, "approvals" | "approvers" | "grants" | "registry">;

/**
 * Asks a human and keeps what the yes is for. Where people have longer than the agent can wait, the agent is told so in its
 * time and the question lives on without it: after a yes the same request passes once when it is tried again. An agent that
 * goes before it was told takes its question with it.
 */
export async function askHuman(host: Desk, asker: Asker, asked: Asked): Promise<ApprovalResult> {
  const { question, approvers, outlives } = asked;
  const gone = new AbortController();
  let waits = true;
  const leave = (): void => {
    if (waits) {
      gone.abort();
    }
  };
  if (asker.signal.aborted) {
    leave();
  } else {
    asker.signal.addEventListener("abort", leave, { once: true });
  }
  const answered = host.approvals.ask(question, { approvers, signal: gone.signal });
  const first = outlives ? await within(answered, asker.waitsMs) : await answered;
  waits = false;
  if (first === undefined) {
    answered.then(
      // Whoever waits for it now comes first.
      (answer) => void setImmediate(() => keep(host, asked, answer, true)),
      () => undefined,
    );
    return "awaited";
  }
  keep(host, asked, first, false);
  return first.result;
}

/** Undefined where it takes longer. */
async function within<T>(promise: Promise<T>, milliseconds: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function keep(host: Desk, asked: Asked, { result, by }: Answered, late: boolean): void {
  const { request, decision, question, session } = asked;
  if (result !== "approved" || by === undefined || session === undefined) {
    return;
  }
  if (late && used.has(by)) {
    return;
  }
  used.add(by);
  const at = Date.now();
  const actions = decision.actions.map(actionId);
  host.registry.grant(session.id, { at: new Date(at).toISOString(), by: by.keyId, actions });
  const { answer } = by.signed;
  const id = host.approvals.freshIds().id.replace("q_", "g_");
  const frame: GrantFrame = { id, session: session.id, headline: question.headline, by: by.keyId, at };
  if (isGrantAnswer(answer)) {
    host.grants.add(answer, frame, request, decision);
  } else if (late) {
    host.grants.addRetry(frame, request, decision);
  } else {
    return;
  }
  host.approvers.stateChanged();
}
