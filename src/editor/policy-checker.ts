import { existsSync } from "node:fs";
import { Worker } from "node:worker_threads";
import type { Diagnostic } from "../base/diagnostic.ts";
import type { PolicyText } from "../language/policy-check.ts";
import type { CheckReply, CheckRequest } from "./policy-worker.ts";

/** The thread is ended after this long without work, in ms. */
const idleMs = 60_000;

interface Waiting {
  readonly resolve: (diagnostics: readonly Diagnostic[]) => void;
  readonly reject: (error: Error) => void;
}

/** Checks policies beside the extension host's own thread. */
export class PolicyChecker {
  readonly #program: string;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #timer: NodeJS.Timeout | undefined;
  #last = 0;

  /** `program` is the bundled worker. Without it checks run in this thread, as they do from source. */
  constructor(program: string) {
    this.#program = program;
  }

  /** Rejects where the check itself fails: a fault of ours, never the policy's. */
  async check(source: PolicyText): Promise<readonly Diagnostic[]> {
    if (!existsSync(this.#program)) {
      const { checkPolicy } = await import("../language/policy-check.ts");
      return checkPolicy(source);
    }
    return new Promise((resolve, reject) => {
      const id = ++this.#last;
      this.#waiting.set(id, { resolve, reject });
      const request: CheckRequest = { id, source };
      this.#start().postMessage(request);
    });
  }

  dispose(): void {
    clearTimeout(this.#timer);
    const worker = this.#worker;
    this.#worker = undefined;
    this.#fail(new Error("the policy check was ended"));
    void worker?.terminate();
  }

  #start(): Worker {
    clearTimeout(this.#timer);
    if (this.#worker !== undefined) {
      return this.#worker;
    }
    const worker = new Worker(this.#program);
    worker.on("message", (reply: CheckReply) => this.#settle(reply));
    worker.on("error", (error) =>
      this.#ended(worker, error instanceof Error ? error : new Error("it failed")),
    );
    worker.on("exit", () => this.#ended(worker, new Error("the policy check ended early")));
    this.#worker = worker;
    return worker;
  }

  #settle(reply: CheckReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ("error" in reply) {
      waiting?.reject(new Error(reply.error));
    } else {
      waiting?.resolve(reply.diagnostics);
    }
    if (this.#waiting.size === 0) {
      this.#timer = setTimeout(() => this.dispose(), idleMs);
    }
  }

  #ended(worker: Worker, error: Error): void {
    if (this.#worker === worker) {
      this.#worker = undefined;
      this.#fail(error);
    }
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) {
      reject(error);
    }
    this.#waiting.clear();
  }
}
