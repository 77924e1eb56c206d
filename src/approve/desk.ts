import { canonicalJson } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import { isGrantAnswer, type GrantAnswer } from "./grants.ts";
import type { PendingQuestion } from "./question.ts";

export type DeskAnswer = "allow_once" | GrantAnswer | "deny" | "kill";

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
  /** True while nobody is asked it, because its session asks too much at once. */
  held: boolean;
}

/** Requests of one session that wait before people at a time; what comes on top is held. */
const crowd = 5;

/**
 * The desk where questions wait for a human: a state machine without clock, chance or cryptography of its own.
 *
 * INVARIANT: a question leaves the desk once, with one result; an answer counts only while its question lies there, was
 * signed by a key that may answer it, and carries exactly the binding that was asked. All else leaves it waiting.
 */
export class ApprovalDesk {
  private readonly entries = new Map<string, Entry>();
  /** Sessions of which a human wants to see each request, until none of theirs waits. */
  private readonly released = new Set<string>();

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
    this.entries.set(question.id, { question, approvers, waiters: new Set([waiter]), held: false });
  }

  /** True where another request of this session would be one too many to ask a human. */
  isCrowded(sessionId: string): boolean {
    const waiting = this.requestsOf(sessionId);
    return !this.released.has(sessionId) && waiting.length >= crowd;
  }

  /** Lays a question on the desk that nobody is asked yet. */
  hold(question: PendingQuestion, waiter: string, approvers: readonly string[]): void {
    this.entries.set(question.id, { question, approvers, waiters: new Set([waiter]), held: true });
  }

  /** What of a session is held. */
  heldOf(sessionId: string): readonly PendingQuestion[] {
    return this.requestsOf(sessionId).flatMap(({ held, question }) => (held ? [question] : []));
  }

  /** Lets people see everything of a session; gives what was held. */
  release(sessionId: string): readonly PendingQuestion[] {
    const held = this.requestsOf(sessionId).filter((entry) => entry.held);
    this.released.add(sessionId);
    for (const entry of held) {
      entry.held = false;
    }
    return held.map(({ question }) => question);
  }

  /** Closes requests of a session: all of them, or those that are held. */
  closeRequests(sessionId: string, result: DeskResult, which: "all" | "held" = "all"): readonly Settlement[] {
    return this.requestsOf(sessionId)
      .filter(({ held }) => held || which === "all")
      .map((entry) => this.settle(entry, result));
  }

  join(id: string, waiter: string): boolean {
    const entry = this.entries.get(id);
    entry?.waiters.add(waiter);
    return entry !== undefined;
  }

  /** What people are asked. */
  pending(): readonly PendingQuestion[] {
    return [...this.entries.values()].flatMap(({ question, held }) => (held ? [] : [question]));
  }

  /** When the next question runs out of time; undefined where none waits. */
  nextExpiry(): string | undefined {
    return [...this.entries.values()].map(({ question }) => question.expiresAt).toSorted()[0];
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
    return ok(this.settle(entry, resultOf(signed.answer), { keyId: key.keyId, signed, signature }));
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

  /** Closes everything, because the broker goes or nobody is left to answer. */
  closeAll(result: "denied" | "unattended"): readonly Settlement[] {
    return [...this.entries.values()].map((entry) => this.settle(entry, result));
  }

  private requestsOf(sessionId: string): readonly Entry[] {
    return [...this.entries.values()].filter(
      ({ question }) => question.kind === "request" && question.sessionId === sessionId,
    );
  }

  private settle(entry: Entry, result: DeskResult, by?: Settlement["by"]): Settlement {
    this.entries.delete(entry.question.id);
    const { question, waiters } = entry;
    if (this.requestsOf(question.sessionId).length === 0) {
      this.released.delete(question.sessionId);
    }
    return { question, waiters: [...waiters], result, ...(by === undefined ? {} : { by }) };
  }
}

function resultOf(answer: DeskAnswer): "approved" | "denied" | "killed" {
  return answer === "deny" ? "denied" : answer === "kill" ? "killed" : "approved";
}

function refusalOf(
  { question, approvers, held }: Entry,
  { signed, key }: Submission,
  now: string,
): string | undefined {
  const { binding } = question;
  if (held) {
    return "this request is held back, because its session asks too much at once; answer that first";
  }
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
  if (signed.answer === "kill" && question.kind !== "request" && question.kind !== "pause") {
    return "this question is answered with `allow_once` or `deny`";
  }
  if (isGrantAnswer(signed.answer) && question.grants?.includes(signed.answer) !== true) {
    return "this question is not answered for more than this request in that way";
  }
  if (
    resultOf(signed.answer) === "approved" &&
    approvers.length > 0 &&
    !approvers.some((name) => name === key.keyId || name === key.name)
  ) {
    return `the policy wants the approval of ${approvers.join(" or ")}`;
  }
  return undefined;
}
