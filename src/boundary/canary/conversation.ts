import type { Session } from "../../model/session.ts";

const start = "signalbox-canary-";

/** The name of a canary's conversation. */
export function canaryConversation(nonce: string): string {
  return `${start}${nonce}`;
}

/**
 * A conversation that ends with each answer: nobody works in it. An agent that calls its own so gains nothing, because it could
 * begin a new one each time as well.
 */
export function isCanaryConversation(conversation: string): boolean {
  return conversation.startsWith(start);
}

/** A session of a canary, and of nothing else: one that was asked more is an agent's, whatever it is called. */
export function isCanary({ conversation, requests }: Pick<Session, "conversation" | "requests">): boolean {
  return isCanaryConversation(conversation) && requests <= 2;
}
