import { EventEmitter, window, type Event } from "vscode";
import type { Answer, DecidedNotice, Question, SignedAnswer, ToApprover } from "../broker/protocol.ts";
import { protocolVersion } from "../broker/protocol.ts";
import type { Folders } from "./folders.ts";
import { askHuman } from "./modal.ts";
import { endedWords } from "../approve/question-text.ts";
import { questionLine, type Reply } from "./modal-text.ts";
import { showDetails } from "./details-view.ts";
import { reviewQuestions } from "./review-list.ts";
import { QuestionQueue } from "./question-queue.ts";
import { reasonOf } from "./reason.ts";
import { comesFrom, routeOf, type Proposal } from "./routing.ts";
import type { ApproverLink, Store } from "./store.ts";
import { makePlainLine } from "../base/visible-text.ts";

interface ApproverParts {
  readonly store: Store;
  readonly folders: Folders;
  readonly report: (error: unknown) => void;
  /** Shows what change of the policy would have decided a question. */
  readonly makeRule: (question: Question) => Promise<void>;
}

/** The human in this window: what the broker asks is shown, what the human answers is sent. */
export class Approver {
  readonly #parts: ApproverParts;
  readonly #queue: QuestionQueue;
  readonly #decided = new EventEmitter<DecidedNotice>();
  /** Open questions without a dialog: another window is nearer, or the human reads the details first. */
  readonly #elsewhere = new Map<string, Question>();
  /** Those of them that no window is nearer to: they are raised in the window that people turn to. */
  readonly #unseen = new Set<string>();
  /** Those that the human has put aside, to read first or to make a rule. */
  readonly #put = new Set<string>();
  #proposals: readonly Proposal[] = [];
  readonly #focus = window.onDidChangeWindowState(({ focused }) => {
    if (focused) {
      this.#raise([...this.#unseen]);
    }
  });
  #link: ApproverLink | undefined;

  readonly onDecided: Event<DecidedNotice> = this.#decided.event;

  constructor(parts: ApproverParts) {
    this.#parts = parts;
    this.#queue = new QuestionQueue({
      show: askHuman,
      answer: (question, answer) => this.#answer(question, answer),
      park: (question) => this.#park(question),
      rule: (question) => this.#rule(question),
      review: (questions) => this.#review(questions),
      late: (question, answer, result) => this.#tellLate(question, answer, result),
      changed: () => this.#count(),
      failed: parts.report,
    });
  }

  get link(): ApproverLink | undefined {
    return this.#link;
  }

  /** Undefined while there is no connection. */
  set link(link: ApproverLink | undefined) {
    this.#link = link;
  }

  /** A human in this window wants something loosened; the broker's question about it is answered here. */
  propose(proposal: Proposal): void {
    if (this.#link === undefined) {
      throw new Error("not connected to the broker; run Signalbox: Repair");
    }
    this.#proposals = [...this.#proposals, proposal];
    this.#link.send({ type: "propose", ...proposal });
  }

  /** Every open question of this human: first those that have a dialog, or wait for theirs. */
  get questions(): readonly Question[] {
    return [...this.#queue.questions, ...this.#elsewhere.values()];
  }

  /** Raises the dialog of one question, before those that wait. False where it has been settled. */
  raise(id: string): boolean {
    const known = this.questions.some((question) => question.id === id);
    this.#raise([id]);
    this.#queue.first(id);
    return known;
  }

  /** Denies a question without its dialog; undone by nothing but another request. */
  deny(question: Question): void {
    this.#answer(question, "deny");
  }

  #raise(ids: readonly string[]): void {
    for (const id of ids) {
      const question = this.#elsewhere.get(id);
      this.#forget(id);
      if (question !== undefined) {
        this.#queue.add(question);
      }
    }
  }

  #forget(id: string): void {
    this.#elsewhere.delete(id);
    this.#unseen.delete(id);
    this.#put.delete(id);
  }

  receive(message: ToApprover): void {
    switch (message.type) {
      case "welcome":
        this.#welcome(message.pending);
        this.#parts.store.updateBroker(message.state);
        break;
      case "question":
        this.#ask(message.question, message.elsewhere === true);
        break;
      case "closed":
        this.#close(message.question, message.result);
        break;
      case "answered":
        this.#tellRefused(message.accepted, message.reason);
        break;
      case "proposed":
        this.#tellNotProposed(message.message);
        break;
      case "decided":
        this.#parts.store.addDecision(message.decision);
        this.#decided.fire(message.decision);
        break;
      case "state":
        this.#parts.store.updateBroker(message.state);
        break;
      case "challenge":
      case "refused":
        break;
    }
  }

  dispose(): void {
    this.#link = undefined;
    this.#focus.dispose();
    this.#decided.dispose();
  }

  #welcome(pending: readonly Question[]): void {
    const open = new Set(pending.map((question) => question.id));
    this.#queue.keepOnly(open);
    for (const id of this.#elsewhere.keys()) {
      if (!open.has(id)) {
        this.#forget(id);
      }
    }
    // Which window is nearest is told right after, once every window has said what it shows.
    for (const question of pending) {
      this.#ask(question, true);
    }
  }

  #ask(question: Question, elsewhere: boolean): void {
    const facts = {
      folders: this.#parts.folders.paths,
      focused: window.state.focused,
      elsewhere,
      proposals: this.#proposals,
    };
    const route = routeOf(question, facts);
    const chosen =
      question.kind === "bind_task" && this.#proposals.some((proposal) => comesFrom(question, proposal));
    this.#proposals = this.#proposals.filter((proposal) => !comesFrom(question, proposal));
    if (chosen) {
      // The human has just picked this task for this session from a list: asking the same again would be noise.
      this.#answer(question, "allow_once");
    } else if (this.#put.has(question.id)) {
      // The human has put it aside: it comes back when they say so.
    } else if (route === "dialog") {
      this.#elsewhere.delete(question.id);
      this.#unseen.delete(question.id);
      this.#queue.add(question);
    } else if (!this.#elsewhere.has(question.id)) {
      this.#elsewhere.set(question.id, question);
      this.#mention(question);
    }
    if (!elsewhere && this.#elsewhere.has(question.id) && !this.#put.has(question.id)) {
      this.#unseen.add(question.id);
    }
    this.#count();
  }

  #mention(question: Question): void {
    window.showWarningMessage(`Signalbox: ${questionLine(question)}`, "Answer…").then((picked) => {
      if (picked === "Answer…" && this.#elsewhere.has(question.id)) {
        this.#raise([question.id]);
      } else if (picked === "Answer…") {
        void window.showInformationMessage("Signalbox: that question has been settled already.");
      }
    }, this.#parts.report);
  }

  #park(question: Question): void {
    this.#aside(question);
    showDetails(question).catch(this.#parts.report);
  }

  #aside(question: Question): void {
    this.#elsewhere.set(question.id, question);
    this.#put.add(question.id);
    this.#mention(question);
  }

  #review(questions: readonly Question[]): void {
    for (const question of questions) {
      this.#elsewhere.set(question.id, question);
      this.#put.add(question.id);
    }
    reviewQuestions({ approver: this }).catch(this.#parts.report);
  }

  #rule(question: Question): void {
    this.#aside(question);
    this.#parts.makeRule(question).catch((error: unknown) => {
      this.#parts.report(error);
      void window.showWarningMessage(`Signalbox: ${makePlainLine(reasonOf(error))}.`);
    });
  }

  #close(id: string, result: string): void {
    this.#forget(id);
    this.#queue.close(id, result);
  }

  #answer(question: Question, answer: Answer): void {
    const { requestHash, policyHash, nonce } = question.binding;
    const signed: SignedAnswer = {
      protocol: protocolVersion,
      question: question.id,
      answer,
      requestHash,
      policyHash,
      nonce,
      expiresAt: question.expiresAt,
    };
    (this.#link?.answer(signed) ?? Promise.resolve(false)).then((sent) => {
      if (!sent) {
        void window.showWarningMessage(
          "Signalbox: the broker is gone, so your answer did not count: it is denied.",
        );
      }
    }, this.#parts.report);
  }

  #tellLate(question: Question, answer: Reply, result: string): void {
    const what =
      answer !== "deny" && answer !== "kill" ? "nothing was allowed" : "your answer was not needed";
    void window.showInformationMessage(
      `Signalbox: ${questionLine(question)} has ended before (${endedWords(result)}); ${what}.`,
    );
  }

  #tellRefused(accepted: boolean, reason: string): void {
    if (!accepted) {
      void window.showWarningMessage(`Signalbox: your answer was not taken: ${makePlainLine(reason)}.`);
    }
  }

  #tellNotProposed(message: string): void {
    if (message !== "") {
      this.#proposals = [];
      void window.showWarningMessage(`Signalbox: ${makePlainLine(message)}`);
    }
  }

  #count(): void {
    this.#parts.store.update({ questions: this.#queue.count + this.#elsewhere.size });
  }
}
