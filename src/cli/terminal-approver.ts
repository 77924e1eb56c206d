import { hostname } from "node:os";
import { endedWords } from "../approve/question-text.ts";
import { err, ok, type Result } from "../base/result.ts";
import { roleOf } from "../boundary/terminal/known-agents.ts";
import { ancestors, systemProcesses, type ProcessTable } from "../boundary/terminal/process-tree.ts";
import { ApproverClient, type ApproverStatus } from "../broker/approver-client.ts";
import { startBroker } from "../broker/client.ts";
import { placesOf, stateDirectory } from "../broker/places.ts";
import {
  protocolVersion,
  type Answer,
  type FromApprover,
  type Question,
  type ToApprover,
} from "../broker/protocol.ts";
import { brokerCommand, reachBroker } from "./broker-request.ts";
import type { TerminalKey } from "./terminal-key.ts";

/** A terminal's seat at the approvers' table. */
export interface TerminalSeat {
  readonly keyId: string;
  pending(): readonly Question[];
  /** Resolves, as soon as there is one, with a question that waits and whose id is not in `skip`. */
  next(skip: ReadonlySet<string>): Promise<Question>;
  /** Resolves with the first question that fits, or with the sentence that there will be none. */
  propose(
    message: Extract<FromApprover, { type: "propose" }>,
    fits: (question: Question) => boolean,
  ): Promise<Result<Question>>;
  /** Aborted once the question no longer waits; the reason is a text that says why. */
  ended(question: Question): AbortSignal;
  /** Resolves when the broker took the answer; the error says why it did not. */
  answer(question: Question, answer: Answer): Promise<Result<void>>;
  /** Calls `listener` with a sentence whenever the connection is lost or found; false where it will not come back. */
  onConnection(listener: (sentence: string, hope: boolean) => void): void;
  /** While the human is away, the broker must not count on an answer from here. */
  away(): void;
  back(): void;
  leave(): void;
}

/** How long to wait for the broker's next word, in ms. */
const wordMs = 10_000;
/** How long a broker may take to start, in ms: a human who waits for it sees that it takes long. */
const startMs = 15_000;
/** How long another approver has to let a new key in, in ms. */
const enrolMs = 5 * 60 * 1000;

/**
 * Why nobody may approve here: an agent is above this process or works on the same terminal, where it could type or draw.
 * Undefined where none does.
 */
export function whoHoldsTerminal(pid: number, table: ProcessTable = systemProcesses()): string | undefined {
  const session = table.get(pid)?.session ?? 0;
  const sharing = session === 0 ? [] : table.list().filter((info) => info.session === session);
  const agent = [...ancestors(pid, table), ...sharing].find((info) => roleOf(info.pid, table) === "agent");
  return agent === undefined
    ? undefined
    : `this terminal is held by an agent (\`${agent.name}\`, process ${agent.pid}); approve in a terminal of your own`;
}

/**
 * Takes a seat. Where no key is enrolled yet, this one becomes the first, over the pipe of a broker that is started for it;
 * where others are, one of them is asked to let it in, and `waiting` is called. `left` gives up.
 */
export async function takeSeat(
  home: string,
  key: TerminalKey,
  { waiting, left }: { readonly waiting: () => void; readonly left: AbortSignal },
): Promise<Result<TerminalSeat>> {
  const broker = await reachBroker(home, startMs);
  const seat = new Seat(home, key);
  const first = await seat.settled(wordMs);
  if (first.kind === "refused" && !first.enrolled) {
    await broker.request("POST", "/v1/handover", { version: "0.0.0" });
    const command = brokerCommand();
    const stateDir = stateDirectory(home);
    const started = await startBroker({
      stateDir,
      brokerCommand: command,
      home,
      startMs,
      enroll: key.publicKey,
    });
    if (!started.ok) {
      seat.leave();
      return started;
    }
  } else if (first.kind === "refused") {
    waiting();
  }
  const settled = first.kind === "connected" ? first : await seat.connected(enrolMs, left);
  if (left.aborted) {
    seat.leave();
    return err("broken off");
  }
  if (settled.kind !== "connected") {
    seat.leave();
    return err(settled.kind === "connecting" ? "the broker does not answer" : settled.reason);
  }
  seat.keyId = settled.keyId;
  return ok(seat);
}

interface Waiting {
  readonly question: Question;
  readonly end: AbortController;
}

class Seat implements TerminalSeat {
  keyId = "";
  private readonly client: ApproverClient;
  private readonly questions = new Map<string, Waiting>();
  private readonly listeners = new Set<(message: ToApprover) => void>();
  private readonly watchers = new Set<(status: ApproverStatus, before: ApproverStatus["kind"]) => void>();
  private status: ApproverStatus = { kind: "connecting" };

  constructor(home: string, key: TerminalKey) {
    this.client = new ApproverClient({
      stateDir: placesOf(stateDirectory(home)).stateDir,
      publicKey: key.publicKey,
      surface: `terminal on ${hostname()}`,
      sign: (text) => key.sign(text),
      onMessage: (message) => this.receive(message),
      onStatus: (status) => this.changed(status),
    });
    this.client.start();
  }

  pending(): readonly Question[] {
    return [...this.questions.values()].map(({ question }) => question);
  }

  ended({ id }: Question): AbortSignal {
    return this.questions.get(id)?.end.signal ?? AbortSignal.abort("it no longer waits");
  }

  onConnection(listener: (sentence: string, hope: boolean) => void): void {
    this.watchers.add((status, before) => {
      switch (status.kind) {
        case "connected":
          listener("connected again", true);
          return;
        case "refused":
          listener(`the broker refuses this key: ${status.reason}`, false);
          return;
        case "disconnected":
          if (before === "connected") {
            listener("the connection to the broker is lost; waiting for it", true);
          }
          return;
        case "connecting":
      }
    });
  }

  away(): void {
    this.client.stop();
    this.status = { kind: "disconnected", reason: "the human is away" };
    this.endAll();
  }

  back(): void {
    this.client.start();
  }

  next(skip: ReadonlySet<string>): Promise<Question> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = this.pending().find(({ id }) => !skip.has(id));
        if (found !== undefined) {
          this.listeners.delete(look);
          resolve(found);
        }
      };
      this.listeners.add(look);
      look();
    });
  }

  /** The first word that is neither "connecting" nor a broken line. */
  settled(ms: number): Promise<ApproverStatus> {
    return this.statusWhere(({ kind }) => kind === "connected" || kind === "refused", ms);
  }

  connected(ms: number, left: AbortSignal): Promise<ApproverStatus> {
    return this.statusWhere(({ kind }) => kind === "connected", ms, left);
  }

  async propose(
    message: Extract<FromApprover, { type: "propose" }>,
    fits: (question: Question) => boolean,
  ): Promise<Result<Question>> {
    const heard = this.heard((told) => {
      if (told.type === "question" && fits(told.question)) {
        return ok(told.question);
      }
      return told.type === "proposed" && told.message !== "" ? err(told.message) : undefined;
    });
    // The same question may wait already, from another window or an earlier try: then there is no new one.
    const known = this.pending().find(fits);
    if (known !== undefined) {
      return ok(known);
    }
    this.client.send(message);
    return heard;
  }

  async answer(question: Question, answer: Answer): Promise<Result<void>> {
    const { requestHash, policyHash, nonce } = question.binding;
    if (this.status.kind !== "connected") {
      return err("the broker is gone, so your answer did not count");
    }
    const heard = this.heard((told) =>
      told.type === "answered" && told.question === question.id
        ? told.accepted
          ? ok(undefined)
          : err(told.reason)
        : undefined,
    );
    const signed = {
      protocol: protocolVersion,
      question: question.id,
      answer,
      requestHash,
      policyHash,
      nonce,
      expiresAt: question.expiresAt,
    };
    return (await this.client.answer(signed))
      ? heard
      : err("the broker is gone, so your answer did not count");
  }

  leave(): void {
    this.client.stop();
  }

  private receive(message: ToApprover): void {
    if (message.type === "welcome") {
      message.pending.forEach((question) => this.lay(question));
    } else if (message.type === "question") {
      this.lay(message.question);
    } else if (message.type === "closed") {
      this.end(message.question, endedWords(message.result));
    }
    this.listeners.forEach((listener) => listener(message));
  }

  private changed(status: ApproverStatus): void {
    const before = this.status.kind;
    this.status = status;
    if (before === "connected") {
      this.endAll();
    }
    this.watchers.forEach((watcher) => watcher(status, before));
  }

  /** Another broker knows nothing of these questions; the same one tells again which of them still wait. */
  private endAll(): void {
    this.pending().forEach(({ id }) => this.end(id, "the connection to the broker is lost"));
  }

  private lay(question: Question): void {
    this.questions.set(question.id, { question, end: new AbortController() });
  }

  private end(id: string, why: string): void {
    const waiting = this.questions.get(id);
    this.questions.delete(id);
    waiting?.end.abort(why);
  }

  private heard<T>(read: (message: ToApprover) => Result<T> | undefined): Promise<Result<T>> {
    return new Promise((resolve) => {
      const finish = (result: Result<T>): void => {
        clearTimeout(timer);
        this.listeners.delete(listener);
        resolve(result);
      };
      const listener = (message: ToApprover): void => {
        const result = read(message);
        if (result !== undefined) {
          finish(result);
        }
      };
      const timer = setTimeout(() => finish(err("the broker does not answer")), wordMs);
      this.listeners.add(listener);
    });
  }

  private statusWhere(
    wanted: (status: ApproverStatus) => boolean,
    ms: number,
    left?: AbortSignal,
  ): Promise<ApproverStatus> {
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.watchers.delete(look);
        left?.removeEventListener("abort", finish);
        resolve(this.status);
      };
      const look = (): void => {
        if (wanted(this.status)) {
          finish();
        }
      };
      const timer = setTimeout(finish, ms);
      left?.addEventListener("abort", finish);
      this.watchers.add(look);
      look();
    });
  }
}
