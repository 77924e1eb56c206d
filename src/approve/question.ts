import type { Decision } from "../model/decision.ts";
import { actionId } from "../model/action.ts";
import type { AgentRequest } from "../model/request.ts";
import type { Vocabulary } from "../catalogue/catalogue.ts";
import type { Binding } from "./binding.ts";
import { mayRepeat } from "./session-grants.ts";
import { headlineOf } from "./headline.ts";
import { requestText } from "./request-text.ts";

export type QuestionKind = "request" | "reopen" | "uninstall" | "policy_approval" | "bind_task" | "enroll";

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
  readonly actions: readonly {
    readonly id: string;
    readonly effects: readonly string[];
    readonly target: string;
    readonly environment?: string;
  }[];
  readonly text: string;
  /** Present where a yes may hold for the same operations until the session ends. */
  readonly grant?: "session";
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
}

/** Longest text in UTF-16 units that is sent to a dialog; the whole is in the record. */
const textLimit = 64 * 1024;

/** The question that a decision `ask` puts to a human. */
export function requestQuestion(
  request: AgentRequest,
  decision: Decision,
  frame: QuestionFrame,
  sources: QuestionSources,
): PendingQuestion {
  const { redact } = sources;
  // Masked with a margin beyond the limit: a secret that begins before it must not be cut in half unmasked.
  const text = redact(requestText(request.payload).slice(0, textLimit + 4096));
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
      .map(({ because, file, line, pointer }) => ({ because: redact(because), file, line, pointer })),
    actions: decision.actions.map((action) => ({
      id: actionId(action),
      effects: action.effects,
      target: redact(action.target.display),
      ...(action.target.environment === undefined ? {} : { environment: action.target.environment }),
    })),
    text: text.length > textLimit ? `${text.slice(0, textLimit)}…` : text,
    ...(mayRepeat(decision) ? { grant: "session" as const } : {}),
    askedAt: frame.askedAt,
    expiresAt: frame.expiresAt,
    binding: { ...sources.binding, nonce: frame.nonce },
  };
}
