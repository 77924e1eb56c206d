import { canonicalJson } from "../base/json.ts";
import { actionId, type Action } from "../model/action.ts";
import type { Decision } from "../model/decision.ts";
import type { Effect } from "../model/effect.ts";
import type { AgentRequest } from "../model/request.ts";
import { bindingOf } from "./binding.ts";

/**
 * A yes that covers more than one request: this exact request again, or this operation on this target, for 15 minutes, for an
 * hour, or until the session ends.
 */
export const grantAnswers = ["allow_request", "allow_15m", "allow_1h", "allow_session"] as const;

export type GrantAnswer = (typeof grantAnswers)[number];

export function isGrantAnswer(text: string): text is GrantAnswer {
  return (grantAnswers as readonly string[]).includes(text);
}

/** What each of them covers, in words for people. */
export const grantWords: { readonly [A in GrantAnswer]: string } = {
  allow_request: "this exact request until the session ends",
  allow_15m: "this operation on this target for 15 minutes",
  allow_1h: "this operation on this target for an hour",
  allow_session: "this operation on this target until the session ends",
};

/** How long each of them holds, in ms; until the session ends where it says nothing. */
const lasting: { readonly [A in GrantAnswer]?: number } = { allow_15m: 15 * 60_000, allow_1h: 60 * 60_000 };

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

/** A yes that still holds, as people see it. */
export interface Grant {
  readonly id: string;
  readonly session: string;
  readonly agent: string;
  readonly workspace: string;
  readonly answer: GrantAnswer;
  /** What was allowed, in one line; masked. */
  readonly headline: string;
  readonly actions: readonly string[];
  /** Key id of the human who answered. */
  readonly by: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Until then; until the session ends where it is not there. */
  readonly until?: number;
}

/** What the host adds to a new grant. */
export type GrantFrame = Pick<Grant, "id" | "session" | "headline" | "by" | "at">;

/** The wider answers that a human may give to a request. None where anything in it is beyond repair, or the policy says `once`. */
export function offeredGrants({ ask, actions }: Decision): readonly GrantAnswer[] {
  const mayRepeat =
    ask !== undefined &&
    ask.grant !== "once" &&
    actions.length > 0 &&
    actions.every(({ effects }) => effects.every((effect) => repeatable.has(effect)));
  if (!mayRepeat) {
    return [];
  }
  if (!actions.every(tellsAll)) {
    return ["allow_request"];
  }
  return ask.grant === "session" ? grantAnswers : ["allow_request", "allow_15m", "allow_1h"];
}

/** False where operation and target leave open what happens: what is written to a file stands in the request alone. */
function tellsAll({ provider, operation, access }: Action): boolean {
  return access !== "unknown" && !(provider === "fs" && /^(?:write|link|fill)/.test(operation));
}

/** How long a yes waits for the agent to try again, in ms. */
const retryMs = 10 * 60_000;

interface Held {
  readonly grant: Grant;
  /** True where it covers one request and is gone. */
  readonly once?: true;
  /** Digest of what it is bound to. */
  readonly bound: string;
}

/**
 * The yeses that hold for more than one request. A state machine without a clock: times are milliseconds since the epoch. In
 * memory only: whoever ends the broker is asked again.
 *
 * INVARIANT: a grant covers only requests of its own session that mean the same under the same policies, and only between its
 * beginning and its end.
 */
export class Grants {
  private readonly sessions = new Map<string, Held[]>();
  private readonly digest: (text: string) => string;

  constructor(digest: (text: string) => string) {
    this.digest = digest;
  }

  /** Undefined where this answer may not be given to this request. */
  add(answer: GrantAnswer, frame: GrantFrame, request: AgentRequest, decision: Decision): Grant | undefined {
    if (!offeredGrants(decision).includes(answer)) {
      return undefined;
    }
    const { agent, workspace } = request.context;
    const lasts = lasting[answer];
    const until = lasts === undefined ? undefined : frame.at + lasts;
    const actions = [...new Set(decision.actions.map(actionId))];
    const grant = { ...frame, answer, agent, workspace, actions, ...(until === undefined ? {} : { until }) };
    this.keep({ grant, bound: this.boundTo(answer, request, decision) });
    return grant;
  }

  /**
   * A yes to a request whose agent could not wait for it: the same request passes once, within ten minutes. That is no more
   * than what was asked, so it may be given to anything.
   */
  addRetry(frame: GrantFrame, request: AgentRequest, decision: Decision): Grant {
    const { agent, workspace } = request.context;
    const actions = [...new Set(decision.actions.map(actionId))];
    const answer = "allow_request";
    const grant = { ...frame, answer, agent, workspace, actions, until: frame.at + retryMs } as const;
    this.keep({ grant, once: true, bound: this.boundTo(answer, request, decision) });
    return grant;
  }

  /** Tells that a grant was made use of: one that covers a single request is gone then. */
  use({ id, session }: Pick<Grant, "id" | "session">): void {
    const held = this.sessions.get(session) ?? [];
    if (held.some(({ grant, once }) => grant.id === id && once === true)) {
      this.sessions.set(
        session,
        held.filter(({ grant }) => grant.id !== id),
      );
    }
  }

  private keep(fresh: Held): void {
    const { session, at } = fresh.grant;
    const held = (this.sessions.get(session) ?? []).filter((known) => isOpen(known.grant, at));
    this.sessions.delete(session);
    this.sessions.set(session, [...held, fresh].slice(-grantLimit));
    const [oldest] = this.sessions.keys();
    if (this.sessions.size > sessionLimit && oldest !== undefined) {
      this.sessions.delete(oldest);
    }
  }

  /** The grant that covers a request now. */
  covering(session: string, request: AgentRequest, decision: Decision, now: number): Grant | undefined {
    const offered = offeredGrants(decision);
    return this.sessions
      .get(session)
      ?.find(
        ({ grant, bound, once }) =>
          isOpen(grant, now) &&
          (once === true || offered.includes(grant.answer)) &&
          bound === this.boundTo(grant.answer, request, decision),
      )?.grant;
  }

  /** All that hold now, the newest last. */
  list(now: number): readonly Grant[] {
    return [...this.sessions.values()]
      .flatMap((held) => held.map(({ grant }) => grant))
      .filter((grant) => isOpen(grant, now))
      .toSorted((a, b) => a.at - b.at);
  }

  /** Takes one back; undefined where there is none with that name. */
  revoke(id: string): Grant | undefined {
    for (const [session, held] of this.sessions) {
      const found = held.find(({ grant }) => grant.id === id);
      if (found !== undefined) {
        this.sessions.set(
          session,
          held.filter((other) => other !== found),
        );
        return found.grant;
      }
    }
    return undefined;
  }

  /** Everything that was granted to a session; after a kill, and when it ends. */
  forget(session: string): void {
    this.sessions.delete(session);
  }

  private boundTo(answer: GrantAnswer, request: AgentRequest, decision: Decision): string {
    const { approvers = [] } = decision.ask ?? {};
    const meant =
      answer === "allow_request" ? sameRequest(request, decision) : sameOperations(request, decision);
    return this.digest(canonicalJson({ ...meant, policyHash: decision.policyHash, approvers }));
  }
}

/** Word for word the same, with the same files, from the same folder. The agent's number of the call is another each time. */
function sameRequest(request: AgentRequest, decision: Decision): Readonly<Record<string, unknown>> {
  const { callId: _, ...context } = request.context;
  return { request: bindingOf({ ...request, context }, decision, (text) => text).requestHash };
}

/**
 * The same operations on the same targets with the same credentials and files. The words of the request are left out: they
 * are what changes from call to call.
 */
function sameOperations(
  { context }: AgentRequest,
  { actions, inputs }: Decision,
): Readonly<Record<string, unknown>> {
  return {
    workspace: context.workspace,
    actions: actions.map((action) => ({
      id: actionId(action),
      target: action.target,
      effects: action.effects,
      credentials: action.credentials,
    })),
    inputs,
  };
}

function isOpen({ at, until }: Grant, now: number): boolean {
  // A clock that was set back gives nobody more time.
  return now >= at && (until === undefined || now < until);
}
