import { canonicalJson } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { PendingQuestion } from "./question.ts";

export type DeskAnswer = "allow_once" | "allow_session" | "deny" | "kill";

/** What an approver signs: the answer with everything that it is bound to. */
export interface BoundAnswer {
  readonly protocol: number;
  readonly question: string;
  readonly answer: DeskAnswer;
  readonly requestHash: string;
  readonly policyHash: string;
  readonly nonce: string;
  readonly expiresAt: string;
}

/** An answer as it arrived, with the enrolled key it claims to be from. */
export interface Submission {
  readonly signed: BoundAnswer;
  readonly signature: string;
  readonly key: ApproverKey;
}

export interface ApproverKey {
  readonly keyId: string;
  readonly publicKey: string;
  readonly name: string;
}

/** Checks an Ed25519 signature over a text; the host has the cryptography. */
export type VerifySignature = (publicKey: string, text: string, signature: string) => boolean;

export type DeskResult = "approved" | "denied" | "killed" | "timed_out" | "withdrawn" | "unattended";

/** A question that is over, with everybody who waited for it. */
export interface Settlement {
  readonly question: PendingQuestion;
  readonly waiters: readonly string[];
  readonly result: DeskResult;
  readonly by?: { readonly keyId: string; readonly signed: BoundAnswer; readonly signature: string };
}

interface Entry {
  readonly question: PendingQuestion;
  readonly approvers: readonly string[];
  readonly waiters: Set<string>;
}

/**
 * The desk where questions wait for a human: a state machine without clock, chance or cryptography of its own.
 *
 * INVARIANT: a question leaves the desk once, with one result; an answer counts only while its question lies there, was
 * signed by a key that may answer it, and carries exactly the binding that was asked. All else leaves it waiting.
 */
export class ApprovalDesk {
  private readonly entries = new Map<string, Entry>();

  /** The question that already waits for the same binding of the same session, if there is one. */
  waitingFor(
    question: Pick<PendingQuestion, "kind" | "sessionId">,
    requestHash: string,
    policyHash: string,
  ): string | undefined {
    for (const { question: known } of this.entries.values()) {
      if (
        known.kind === question.kind &&
        known.sessionId === question.sessionId &&
        known.binding.requestHash === requestHash &&
        known.binding.policyHash === policyHash
      ) {
        return known.id;
      }
    }
    return undefined;
  }

  /** Lays a question on the desk. `approvers` names who may say yes; empty means any enrolled key. */
  open(question: PendingQuestion, waiter: string, approvers: readonly string[]): void {
    this.entries.set(question.id, { question, approvers, waiters: new Set([waiter]) });
  }

  join(id: string, waiter: string): boolean {
    const entry = this.entries.get(id);
    entry?.waiters.add(waiter);
    return entry !== undefined;
  }

  pending(): readonly PendingQuestion[] {
    return [...this.entries.values()].map(({ question }) => question);
  }

  /** Judges an answer. The error says why it does not count; the question then waits on. `now` is ISO 8601 in UTC with milliseconds, as in questions, so that times compare as text. */
  answer(submission: Submission, now: string, verify: VerifySignature): Result<Settlement> {
    const { signed, signature, key } = submission;
    const entry = this.entries.get(signed.question);
    if (entry === undefined) {
      return err("this question is closed: it was answered, withdrawn or ran out of time");
    }
    const refusal = refusalOf(entry, submission, now);
    if (refusal !== undefined) {
      return err(refusal);
    }
    if (!verify(key.publicKey, canonicalJson(signed), signature)) {
      return err("the signature does not fit the answer");
    }
    const result = {
      allow_once: "approved",
      allow_session: "approved",
      deny: "denied",
      kill: "killed",
    } as const;
    return ok(this.settle(entry, result[signed.answer], { keyId: key.keyId, signed, signature }));
  }

  /** Takes a waiter away; the question closes with the last one. */
  withdraw(waiter: string): readonly Settlement[] {
    return [...this.entries.values()]
      .filter(({ waiters }) => waiters.delete(waiter) && waiters.size === 0)
      .map((entry) => this.settle(entry, "withdrawn"));
  }

  /** Closes what ran out of time. `now` is ISO 8601 in UTC with milliseconds, as in questions, so that times compare as text. */
  expire(now: string): readonly Settlement[] {
    return [...this.entries.values()]
      .filter(({ question }) => now >= question.expiresAt)
      .map((entry) => this.settle(entry, "timed_out"));
  }

  /** Closes all that is asked about a session, because it was killed meanwhile. */
  closeSession(sessionId: string): readonly Settlement[] {
    return [...this.entries.values()]
      .filter(({ question }) => question.kind === "request" && question.sessionId === sessionId)
      .map((entry) => this.settle(entry, "killed"));
  }

  /** Closes everything, because the broker goes or nobody is left to answer. */
  closeAll(result: "denied" | "unattended"): readonly Settlement[] {
    return [...this.entries.values()].map((entry) => this.settle(entry, result));
  }

  private settle(entry: Entry, result: DeskResult, by?: Settlement["by"]): Settlement {
    this.entries.delete(entry.question.id);
    const { question, waiters } = entry;
    return { question, waiters: [...waiters], result, ...(by === undefined ? {} : { by }) };
  }
}

function refusalOf(
  { question, approvers }: Entry,
  { signed, key }: Submission,
  now: string,
): string | undefined {
  const { binding } = question;
  if (
    signed.requestHash !== binding.requestHash ||
    signed.policyHash !== binding.policyHash ||
    signed.nonce !== binding.nonce ||
    signed.expiresAt !== question.expiresAt
  ) {
    return "the answer is bound to another request or policy than the one that waits";
  }
  if (now >= question.expiresAt) {
    return "the time to answer has run out";
  }
  if (signed.answer === "kill" && question.kind !== "request") {
    return "this question is answered with `allow_once` or `deny`";
  }
  if (signed.answer === "allow_session" && question.grant !== "session") {
    return "this question is answered for this request alone";
  }
  if (
    (signed.answer === "allow_once" || signed.answer === "allow_session") &&
    approvers.length > 0 &&
    !approvers.some((name) => name === key.keyId || name === key.name)
  ) {
    return `the policy wants the approval of ${approvers.join(" or ")}`;
  }
  return undefined;
}
