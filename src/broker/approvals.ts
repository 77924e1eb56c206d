import { randomBytes } from "node:crypto";
import type { Result } from "../base/result.ts";
import {
  ApprovalDesk,
  type ApproverKey,
  type BoundAnswer,
  type DeskResult,
  type Settlement,
} from "../approve/desk.ts";
import type { PendingQuestion } from "../approve/question.ts";
import type { AuditEvent } from "../record/entry.ts";
import { verifySignature } from "./approver-keys.ts";
import { protocolVersion, type SignedAnswer } from "./protocol.ts";

/** How a question ended, with the signed answer where there was one. */
export interface Answered {
  readonly result: DeskResult;
  readonly by?: NonNullable<Settlement["by"]>;
}

/** Those who may answer, as the approver endpoint knows them. */
export interface Audience {
  connected(): number;
  opened(question: PendingQuestion): void;
  closed(questionId: string, result: string): void;
}

export interface ApprovalsOptions {
  readonly audience: Audience;
  now(): Date;
  record(event: AuditEvent): Promise<unknown>;
}

export interface AskOptions {
  readonly approvers: readonly string[];
  /** Aborted when the asker has gone: the question is withdrawn. */
  readonly signal: AbortSignal;
}

/** How long questions wait for an approver to come back: an editor window that reloads needs a few seconds. */
const graceMs = 5000;

/** Runs the approval desk in real time: waiters are promises, expiry is a timer, every answer is recorded first. */
export class Approvals {
  private readonly desk = new ApprovalDesk();
  private readonly options: ApprovalsOptions;
  private readonly waiting = new Map<string, (answered: Answered) => void>();
  private timer: NodeJS.Timeout | undefined;
  private graceTimer: NodeJS.Timeout | undefined;
  private waiters = 0;

  constructor(options: ApprovalsOptions) {
    this.options = options;
  }

  pending(): readonly PendingQuestion[] {
    return this.desk.pending();
  }

  /** A name for a question and a nonce for its answer. */
  freshIds(): { readonly id: string; readonly nonce: string } {
    return { id: `q_${randomBytes(6).toString("hex")}`, nonce: randomBytes(32).toString("base64url") };
  }

  /** Puts a question to the approvers, or joins the same one that waits already. Resolves when it is over. */
  ask(question: PendingQuestion, { approvers, signal }: AskOptions): Promise<Answered> {
    if (signal.aborted) {
      return Promise.resolve({ result: "withdrawn" });
    }
    if (this.options.audience.connected() === 0) {
      return Promise.resolve({ result: "unattended" });
    }
    const waiter = String(++this.waiters);
    const { requestHash, policyHash } = question.binding;
    return new Promise((resolve) => {
      const withdraw = (): void => this.settleAll(this.desk.withdraw(waiter), waiter);
      this.waiting.set(waiter, (answered) => {
        signal.removeEventListener("abort", withdraw);
        resolve(answered);
      });
      signal.addEventListener("abort", withdraw, { once: true });
      const same = this.desk.waitingFor(question, requestHash, policyHash);
      if (same === undefined || !this.desk.join(same, waiter)) {
        this.desk.open(question, waiter, approvers);
        this.options.audience.opened(question);
      }
      this.schedule();
    });
  }

  /** Takes an approver's answer. The error says why it does not count. */
  async submit(signed: SignedAnswer, signature: string, key: ApproverKey): Promise<Result<string>> {
    if (signed.protocol !== protocolVersion) {
      return { ok: false, error: `this broker speaks protocol ${protocolVersion}` };
    }
    const at = this.options.now().toISOString();
    const settled = this.desk.answer({ signed, signature, key }, at, verifySignature);
    if (!settled.ok) {
      return settled;
    }
    const { question, result } = settled.value;
    try {
      await this.options.record(approvalEvent(question, key, signed, signature));
    } catch {
      this.settle({ ...settled.value, result: "denied" });
      return { ok: false, error: "the record cannot be written, so the request is denied" };
    }
    this.settle(settled.value);
    return { ok: true, value: result };
  }

  /** Ends every question about a session that was killed. */
  closeSession(sessionId: string): void {
    this.settleAll(this.desk.closeSession(sessionId));
  }

  closeAll(result: "denied" | "unattended"): void {
    clearTimeout(this.timer);
    clearTimeout(this.graceTimer);
    this.settleAll(this.desk.closeAll(result));
  }

  /** Called when an approver came or went. */
  audienceChanged(): void {
    clearTimeout(this.graceTimer);
    this.graceTimer = undefined;
    if (this.options.audience.connected() === 0 && this.desk.pending().length > 0) {
      this.graceTimer = setTimeout(() => this.closeAll("unattended"), graceMs);
    }
  }

  private schedule(): void {
    clearTimeout(this.timer);
    const expiries = this.desk.pending().map(({ expiresAt }) => Date.parse(expiresAt));
    if (expiries.length > 0) {
      const wait = Math.min(...expiries) - this.options.now().getTime();
      this.timer = setTimeout(() => this.expire(), Math.min(Math.max(wait, 0) + 1, 2 ** 31 - 1));
    }
  }

  private expire(): void {
    this.settleAll(this.desk.expire(this.options.now().toISOString()));
    this.schedule();
  }

  private settleAll(settlements: readonly Settlement[], gone?: string): void {
    for (const settlement of settlements) {
      this.settle(settlement);
    }
    // A waiter that left a question which others still wait for has its own end.
    if (gone !== undefined) {
      this.resolve(gone, { result: "withdrawn" });
    }
  }

  private settle({ question, waiters, result, by }: Settlement): void {
    this.options.audience.closed(question.id, result);
    for (const waiter of waiters) {
      this.resolve(waiter, { result, ...(by === undefined ? {} : { by }) });
    }
  }

  private resolve(waiter: string, answered: Answered): void {
    const resolve = this.waiting.get(waiter);
    this.waiting.delete(waiter);
    resolve?.(answered);
  }
}

function approvalEvent(
  question: PendingQuestion,
  key: ApproverKey,
  signed: BoundAnswer,
  signature: string,
): AuditEvent {
  const { headline, sessionId, agent, workspace } = question;
  const about = { question: question.kind, headline, sessionId, agent, workspace };
  return { kind: "approval", ...about, answer: signed.answer, keyId: key.keyId, signed, signature };
}
