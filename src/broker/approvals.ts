import { randomBytes } from "node:crypto";
import { canonicalJson } from "../base/json.ts";
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
import { digestOf } from "../record/digest.ts";
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
  /** In ms; 20 s where it is not there. */
  readonly graceMs?: number;
}

export interface AskOptions {
  readonly approvers: readonly string[];
  /** Aborted when the asker has gone: the question is withdrawn. */
  readonly signal: AbortSignal;
}

/** How long questions wait for an approver to come back: an editor window that reloads needs ten seconds, and more on a busy machine. */
const defaultGraceMs = 20_000;

/** Runs the approval desk in real time: waiters are promises, expiry is a timer, every answer is recorded first. */
export class Approvals {
  private readonly desk = new ApprovalDesk();
  private readonly options: ApprovalsOptions;
  private readonly graceMs: number;
  private readonly waiting = new Map<string, (answered: Answered) => void>();
  /** The waiters of questions that stand for many, by session. */
  private readonly pauses = new Map<string, string>();
  private timer: NodeJS.Timeout | undefined;
  private graceTimer: NodeJS.Timeout | undefined;
  private waiters = 0;
  /** When the last approver went, in ms since the epoch; infinite while one is there. */
  private attendedAt = -Infinity;

  constructor(options: ApprovalsOptions) {
    this.options = options;
    this.graceMs = options.graceMs ?? defaultGraceMs;
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
    const attended = this.options.audience.connected() > 0 || (question.kind === "request" && this.isBack());
    if (!attended) {
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
        this.lay(question, waiter, approvers);
      }
      this.schedule();
      if (this.options.audience.connected() === 0 && this.graceTimer === undefined) {
        this.graceTimer = setTimeout(() => this.closeAll("unattended"), this.graceMs);
      }
    });
  }

  /** Asks people, or holds it back where they are asked enough by this session already. */
  private lay(question: PendingQuestion, waiter: string, approvers: readonly string[]): void {
    const { kind, sessionId } = question;
    if (kind === "request" && this.desk.isCrowded(sessionId)) {
      this.desk.hold(question, waiter, approvers);
      this.pause(question);
    } else {
      this.desk.open(question, waiter, approvers);
      this.options.audience.opened(question);
    }
  }

  /** One question for all that a session asks beyond a few: forty dialogs are how a person learns to click them away. */
  private pause(last: PendingQuestion): void {
    const { sessionId } = last;
    if (this.pauses.has(sessionId)) {
      return;
    }
    const asked = this.desk.pending().filter((known) => known.sessionId === sessionId);
    const question = pauseQuestion([...asked, last], this.freshIds());
    const waiter = String(++this.waiters);
    this.pauses.set(sessionId, waiter);
    this.waiting.set(waiter, (answered) => {
      this.pauses.delete(sessionId);
      this.paused(sessionId, answered.result);
    });
    this.desk.open(question, waiter, []);
    this.options.audience.opened(question);
  }

  private paused(sessionId: string, result: DeskResult): void {
    if (result === "approved") {
      for (const question of this.desk.release(sessionId)) {
        this.options.audience.opened(question);
      }
    } else if (result === "denied" || result === "killed") {
      this.settleAll(this.desk.closeRequests(sessionId, result));
    } else {
      this.settleAll(this.desk.closeRequests(sessionId, result, "held"));
    }
  }

  /** A pause is over when nothing is held any more. */
  private endPauses(): void {
    for (const [sessionId, waiter] of this.pauses) {
      if (this.desk.heldOf(sessionId).length === 0) {
        this.pauses.delete(sessionId);
        this.settleAll(this.desk.withdraw(waiter), waiter);
      }
    }
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
      this.endPauses();
      return { ok: false, error: "the record cannot be written, so the request is denied" };
    }
    this.settle(settled.value);
    this.endPauses();
    return { ok: true, value: result };
  }

  /** Ends every question about a session that was killed. */
  closeSession(sessionId: string): void {
    this.settleAll(this.desk.closeRequests(sessionId, "killed"));
  }

  closeAll(result: "denied" | "unattended"): void {
    clearTimeout(this.timer);
    clearTimeout(this.graceTimer);
    this.graceTimer = undefined;
    this.settleAll(this.desk.closeAll(result));
  }

  /** Called when an approver came or went. */
  audienceChanged(): void {
    clearTimeout(this.graceTimer);
    this.graceTimer = undefined;
    const connected = this.options.audience.connected();
    if (connected > 0) {
      this.attendedAt = Infinity;
    } else if (this.attendedAt === Infinity) {
      this.attendedAt = this.options.now().getTime();
    }
    if (connected === 0 && this.desk.pending().length > 0) {
      this.graceTimer = setTimeout(() => this.closeAll("unattended"), this.graceMs);
    }
  }

  /** True where the last approver went a moment ago: a window that reloads is back in time for what is asked meanwhile. */
  private isBack(): boolean {
    const awayMs = this.options.now().getTime() - this.attendedAt;
    return awayMs >= 0 && awayMs < this.graceMs;
  }

  private schedule(): void {
    clearTimeout(this.timer);
    const next = this.desk.nextExpiry();
    if (next !== undefined) {
      const wait = Date.parse(next) - this.options.now().getTime();
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
    this.endPauses();
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

/** What people read of a session that asks too much at once; later requests of it are held as well. */
function pauseQuestion(
  asked: readonly PendingQuestion[],
  { id, nonce }: { readonly id: string; readonly nonce: string },
): PendingQuestion {
  const last = asked.at(-1) as PendingQuestion;
  const counted = new Map<string, number>();
  for (const { headline } of asked) {
    counted.set(headline, (counted.get(headline) ?? 0) + 1);
  }
  const { agent, sessionId, workspace, task, askedAt, expiresAt } = last;
  const requestHash = digestOf(canonicalJson({ kind: "pause", sessionId, agent, workspace, askedAt }));
  return {
    id,
    kind: "pause",
    headline: `${agent} asks for ${asked.length} things at once; the rest is held back.`,
    agent,
    sessionId,
    workspace,
    ...(task === undefined ? {} : { task }),
    rules: [],
    actions: [],
    text: [...counted]
      .map(([headline, count]) => (count === 1 ? headline : `${count} × ${headline}`))
      .join("\n"),
    askedAt,
    expiresAt,
    binding: { requestHash, policyHash: "-", nonce },
  };
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
