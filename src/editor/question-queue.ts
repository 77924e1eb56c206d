import type { Answer, Question } from "../broker/protocol.ts";
import type { Reply } from "./modal-text.ts";

/** What the queue does in the world. */
export interface QueuePorts {
  /** Shows the one dialog; resolves when the human closed it. `waiting` counts the questions behind it by then. */
  show(question: Question, waiting: () => number): Promise<Reply>;
  /** Sends the answer to a question that is still open. */
  answer(question: Question, answer: Answer): void;
  /** The human wants to read first; the question is still open and leaves the queue. */
  park(question: Question): void;
  /** The human wants a rule in place of the question, which is still open and leaves the queue. */
  rule(question: Question): void;
  /** The human wants to see them all in one list; they are still open, and leave the queue. */
  review(questions: readonly Question[]): void;
  /** Tells the human that what they just answered had ended before. */
  late(question: Question, answer: Reply, result: string): void;
  /** The number of questions changed, the shown one included. */
  changed(count: number): void;
  failed(error: unknown): void;
}

/**
 * One dialog at a time, in the order of asking. A dialog that is on the screen cannot be taken back, so a question that
 * ends meanwhile stays there; its answer is not sent.
 */
export class QuestionQueue {
  readonly #ports: QueuePorts;
  readonly #waiting: Question[] = [];
  #shown: Question | undefined;
  /** How the shown question ended, once it did. */
  #ended: string | undefined;

  constructor(ports: QueuePorts) {
    this.#ports = ports;
  }

  /** Open questions: the shown one and those behind it. */
  get count(): number {
    return this.#waiting.length + (this.#shown === undefined || this.#ended !== undefined ? 0 : 1);
  }

  /** The shown one first, unless it has ended. */
  get questions(): readonly Question[] {
    const shown = this.#shown === undefined || this.#ended !== undefined ? [] : [this.#shown];
    return [...shown, ...this.#waiting];
  }

  /** The next dialog is this question's. */
  first(id: string): void {
    const index = this.#waiting.findIndex((question) => question.id === id);
    this.#waiting.unshift(...this.#waiting.splice(index < 0 ? this.#waiting.length : index, 1));
  }

  add(question: Question): void {
    if (this.#knows(question.id)) {
      return;
    }
    this.#waiting.push(question);
    this.#ports.changed(this.count);
    this.#next();
  }

  /** The question has ended elsewhere: answered in another window, timed out, or its asker has gone. */
  close(id: string, result: string): void {
    const index = this.#waiting.findIndex((question) => question.id === id);
    if (index >= 0) {
      this.#waiting.splice(index, 1);
    }
    if (this.#shown?.id === id) {
      this.#ended ??= result;
    }
    this.#ports.changed(this.count);
  }

  /** After a reconnection: whatever is not in `open` has ended while nobody listened. */
  keepOnly(open: ReadonlySet<string>): void {
    for (const question of [...this.#waiting, ...(this.#shown === undefined ? [] : [this.#shown])]) {
      if (!open.has(question.id)) {
        this.close(question.id, "it ended while Signalbox was not connected");
      }
    }
  }

  #knows(id: string): boolean {
    return this.#shown?.id === id || this.#waiting.some((question) => question.id === id);
  }

  #next(): void {
    const question = this.#shown === undefined ? this.#waiting.shift() : undefined;
    if (question === undefined) {
      return;
    }
    this.#shown = question;
    this.#ended = undefined;
    this.#ports
      .show(question, () => this.#waiting.length)
      .then(
        (answer) => this.#settle(question, answer),
        (error: unknown) => {
          this.#ports.failed(error);
          // A dialog that could not be shown must not leave the agent waiting for nobody.
          this.#settle(question, "deny");
        },
      )
      .catch((error: unknown) => this.#ports.failed(error));
  }

  #settle(question: Question, answer: Reply): void {
    const ended = this.#ended;
    this.#shown = undefined;
    this.#ended = undefined;
    try {
      if (ended !== undefined) {
        this.#ports.late(question, answer, ended);
      } else if (answer === "details") {
        this.#ports.park(question);
      } else if (answer === "rule") {
        this.#ports.rule(question);
      } else if (answer === "review") {
        this.#ports.review([question, ...this.#waiting.splice(0)]);
      } else {
        this.#ports.answer(question, answer);
      }
    } finally {
      this.#ports.changed(this.count);
      this.#next();
    }
  }
}
