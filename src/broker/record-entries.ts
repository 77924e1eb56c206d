import { canonicalJson } from "../base/json.ts";
import { actionId } from "../model/action.ts";
import type { Decision, RuleHit } from "../model/decision.ts";
import type { Outcome } from "../model/outcome.ts";
import type { AgentRequest, RequestPayload } from "../model/request.ts";
import type { AuditEvent } from "../record/entry.ts";
import { redactCut, redactValue } from "../record/redact.ts";
import { headlineOf } from "../approve/headline.ts";
import { requestText } from "../approve/request-text.ts";
import type { Vocabulary } from "../catalogue/catalogue.ts";
import type { DecidedNotice } from "./protocol.ts";

/** Longest string in UTF-16 units that goes into the record: a command of the longest length that is judged fits. */
const textLimit = 128 * 1024;
/** Longest request text that stands for a headline. */
const headlineLimit = 160;
/** Longest text in a notice to the editor. */
const noticeLimit = 8 * 1024;

export interface Telling {
  readonly vocabulary: Vocabulary;
  readonly redact: (text: string) => string;
  /** The task that the session is bound to. */
  readonly task?: string | undefined;
}

/** The record's entry for a decided request: the request itself with secrets masked, so that it can be replayed. */
export function decisionEntry(request: AgentRequest, outcome: Outcome, telling: Telling): AuditEvent {
  const { context, payload } = request;
  const { decision } = outcome;
  const masked = (value: unknown): unknown => redactValue(value, telling.redact, textLimit);
  const told = recordable(payload, telling.redact);
  return {
    kind: "decision",
    id: context.id,
    agent: context.agent,
    sessionId: outcome.sessionId,
    task: telling.task,
    conversation: context.conversation,
    workspace: context.workspace,
    cwd: context.cwd,
    boundary: context.boundary,
    callId: context.callId,
    headline: headline(request, decision, telling),
    verdict: decision.verdict,
    effect: outcome.effect,
    approval: outcome.approval,
    reason: telling.redact(decision.reason),
    remedy: telling.redact(decision.remedy),
    payload: told,
    // A replay classifies a request again only where the record holds all of it.
    whole: canonicalJson(told) === canonicalJson(payload),
    actions: masked(
      decision.actions.map((action) => ({
        action: actionId(action),
        effects: action.effects,
        access: action.access,
        reach: action.reach,
        target: action.target,
        credentials: action.credentials,
        groups: action.groups,
        aliases: action.aliases,
        because: action.because,
      })),
    ),
    rules: masked(decision.rules),
    observed: masked(decision.observed),
    inputs: masked(decision.inputs),
    policyHash: decision.policyHash,
  };
}

/** What was asked, in one line: the parsed effect where there is one, else the beginning of the request itself. */
function headline({ payload }: AgentRequest, decision: Decision, telling: Telling): string {
  if (decision.actions.length > 0) {
    return telling.redact(headlineOf(decision, telling.vocabulary));
  }
  return redactCut(requestText(payload), telling.redact, headlineLimit).replaceAll(/\s+/g, " ");
}

/**
 * A payload as it is recorded: secrets masked, and without the texts that would be written to files, which may hold secrets in forms
 * that nobody can mask.
 */
export function recordable(payload: RequestPayload, redact: Telling["redact"]): RequestPayload {
  // Masking keeps the form: it replaces texts within.
  return redactValue(withoutContents(payload), redact, textLimit) as RequestPayload;
}

function withoutContents(payload: RequestPayload): unknown {
  if (payload.kind !== "file_write") {
    return payload;
  }
  const changes = payload.changes.map(({ content, ...change }) =>
    content === undefined ? change : { ...change, contentLength: content.length },
  );
  return { ...payload, changes };
}

/** What the editor's list and status bar hear of a decided request. */
export function decidedNotice(
  request: AgentRequest,
  outcome: Outcome,
  at: string,
  telling: Telling,
): DecidedNotice {
  const { context, payload } = request;
  const { decision } = outcome;
  const { observed } = decision;
  return {
    at,
    sessionId: outcome.sessionId,
    agent: context.agent,
    workspace: context.workspace,
    conversation: context.conversation,
    effect: outcome.effect,
    verdict: decision.verdict,
    headline: headline(request, decision, telling),
    reason: telling.redact(decision.reason),
    rules: toldRules(decision.rules, telling),
    ...(observed === undefined
      ? {}
      : {
          observed: {
            verdict: observed.verdict,
            reason: telling.redact(observed.reason),
            rules: toldRules(observed.rules, telling),
          },
        }),
    text: redactCut(requestText(payload), telling.redact, noticeLimit),
  };
}

function toldRules(rules: readonly RuleHit[], { redact }: Telling): DecidedNotice["rules"] {
  return rules
    .filter(({ verdict }) => verdict !== "allow")
    .map(({ because, file, line }) => ({ because: redact(because), file, line }));
}
