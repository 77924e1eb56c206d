import type { Vocabulary } from "../catalogue/catalogue.ts";
import { actionId, type Action } from "../model/action.ts";
import type { Decision } from "../model/decision.ts";
import type { AgentRequest, RequestPayload } from "../model/request.ts";
import { verdicts } from "../model/verdict.ts";
import type { Binding } from "./binding.ts";
import { bySeverity, headlineOf } from "./headline.ts";
import { shownText, type QuestionDetails } from "./request-details.ts";
import { offeredGrants, type GrantAnswer } from "./grants.ts";
import { actionSentence } from "./wording.ts";

export type QuestionKind =
  | "request"
  /** A session asks too much at once: one question in place of many. */
  | "pause"
  | "reopen"
  | "uninstall"
  | "policy_approval"
  | "bind_task"
  | "enroll";

/** One action as a human reads it. */
export interface QuestionAction {
  readonly id: string;
  readonly effects: readonly string[];
  readonly target: string;
  readonly environment?: string;
  /** What a rule can name of the target: the outside thing, or the file. */
  readonly resource?: string;
  readonly path?: string;
  /** Operation, target, environment, can it be undone, in words. */
  readonly sentence?: string;
  /** How it is known: "`volumeDelete` in a GraphQL mutation sent by curl". */
  readonly because?: string;
  /** Where it stands in the question's text; UTF-16 offsets, `end` exclusive. */
  readonly evidence?: { readonly start: number; readonly end: number };
  /** The file that it stands in, where that is not the request itself. */
  readonly via?: string;
}

/** What a human is asked. Plain data; the broker's protocol sends it as it is. */
export interface PendingQuestion {
  readonly id: string;
  readonly kind: QuestionKind;
  readonly headline: string;
  readonly agent: string;
  readonly sessionId: string;
  readonly workspace: string;
  readonly task?: string;
  readonly rules: readonly {
    readonly because: string;
    readonly file: string;
    readonly line: number;
    readonly pointer: string;
  }[];
  /** The gravest first. */
  readonly actions: readonly QuestionAction[];
  readonly text: string;
  /** What would be lost, as far as it can be told without running anything; a line each. */
  readonly stakes?: readonly string[];
  readonly details?: QuestionDetails;
  /** Wider answers that a human may give. */
  readonly grants?: readonly GrantAnswer[];
  readonly askedAt: string;
  readonly expiresAt: string;
  readonly binding: Binding & { readonly nonce: string };
}

/** What the host adds: names, times (ISO 8601) and chance, which this pure step may not make. */
export interface QuestionFrame {
  readonly id: string;
  readonly nonce: string;
  readonly sessionId: string;
  readonly task?: string;
  readonly askedAt: string;
  readonly expiresAt: string;
}

export interface QuestionSources {
  readonly vocabulary: Vocabulary;
  readonly binding: Binding;
  /** Masks secrets in everything that is shown. */
  readonly redact: (text: string) => string;
  /** What was found out about the request on this machine; masked already. */
  readonly facts?: { readonly stakes: readonly string[]; readonly details: QuestionDetails };
}

/** Most actions that are sent; the headline counts them all. */
const actionLimit = 200;
/** Most actions whose place in the text is looked up. */
const evidenceLimit = 40;

/** The question that a decision `ask` puts to a human. */
export function requestQuestion(
  request: AgentRequest,
  decision: Decision,
  frame: QuestionFrame,
  sources: QuestionSources,
): PendingQuestion {
  const { redact, facts } = sources;
  const text = shownText(request.payload, redact);
  const grants = offeredGrants(decision);
  return {
    id: frame.id,
    kind: "request",
    headline: redact(headlineOf(decision, sources.vocabulary)),
    agent: request.context.agent,
    sessionId: frame.sessionId,
    workspace: request.context.workspace,
    ...(frame.task === undefined ? {} : { task: frame.task }),
    rules: decision.rules
      .filter(({ verdict }) => verdict !== "allow")
      .toSorted((a, b) => verdicts.indexOf(b.verdict) - verdicts.indexOf(a.verdict))
      .map(({ because, file, line, pointer }) => ({ because: redact(because), file, line, pointer })),
    actions: bySeverity(decision)
      .slice(0, actionLimit)
      .map((action, index) => ({
        ...questionAction(action, sources),
        ...(index < evidenceLimit ? placeIn(text, action, request.payload, redact) : {}),
      })),
    text,
    ...(facts === undefined || facts.stakes.length === 0 ? {} : { stakes: facts.stakes }),
    ...(facts === undefined ? {} : { details: facts.details }),
    ...(grants.length === 0 ? {} : { grants }),
    askedAt: frame.askedAt,
    expiresAt: frame.expiresAt,
    binding: { ...sources.binding, nonce: frame.nonce },
  };
}

function questionAction(action: Action, { redact, vocabulary }: QuestionSources): QuestionAction {
  const { environment, display, resource, path } = action.target;
  return {
    id: actionId(action),
    effects: action.effects,
    target: redact(display),
    ...(environment === undefined ? {} : { environment }),
    ...(resource === undefined ? {} : { resource: redact(resource) }),
    ...(path === undefined ? {} : { path }),
    sentence: redact(actionSentence(action, vocabulary)),
    because: redact(action.because),
  };
}

/** Where the evidence stands in the text that is shown, whose secrets are masked: what does not fit is not marked. */
function placeIn(
  text: string,
  { evidence }: Action,
  payload: RequestPayload,
  redact: (text: string) => string,
): Pick<QuestionAction, "evidence" | "via"> {
  if (evidence.via !== undefined) {
    return { via: evidence.via };
  }
  const found = redact(evidence.text);
  const source = payload.kind === "shell" ? payload.command : undefined;
  if (source === undefined || found === "" || !source.startsWith(evidence.text, evidence.start)) {
    return {};
  }
  const shifted = redact(source.slice(0, evidence.start)).length;
  const start = text.startsWith(found, shifted) ? shifted : text.indexOf(found);
  return start < 0 ? {} : { evidence: { start, end: start + found.length } };
}
