import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { FromCompanion, ToCompanion, Turn } from "./wire.ts";

/** The test's end of the companion's socket. */
export interface Companion {
  /** Runs the body of an async function in the extension host, where `vscode` is the editor's API. */
  evaluate<Value>(code: string, timeoutMs?: number): Promise<Value>;
  /** Called for every request that the agent makes of its model; what it returns is the model's turn. */
  onModelRequest(answer: (tools: readonly string[], received: string) => Turn): void;
  close(): void;
}

/** Waits until the extension host serves the socket. Throws after `timeoutMs`. */
export async function connectCompanion(path: string, timeoutMs: number): Promise<Companion> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return serve(await open(path));
    } catch (error) {
      if (Date.now() > deadline) {
        throw new Error(`the editor's extension host did not come up within ${timeoutMs / 1000} s`, {
          cause: error,
        });
      }
      await sleep(100);
    }
  }
}

function open(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once("connect", () => {
      resolve(socket);
    });
    socket.once("error", reject);
  });
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

function serve(socket: Socket): Companion {
  const pending = new Map<number, Pending>();
  let next = 0;
  let model: (tools: readonly string[], received: string) => Turn = () => ({ text: "no script" });
  const send = (message: ToCompanion): void => {
    socket.write(`${JSON.stringify(message)}\n`);
  };
  createInterface({ input: socket }).on("line", (line) => {
    const message = JSON.parse(line) as FromCompanion;
    if (message.type === "model") {
      send({ type: "turn", id: message.id, turn: model(message.tools, message.received) });
      return;
    }
    const call = pending.get(message.id);
    pending.delete(message.id);
    if (message.type === "value") {
      call?.resolve(message.value);
    } else {
      call?.reject(new Error(message.message));
    }
  });
  const fail = (): void => {
    for (const call of pending.values()) {
      call.reject(new Error("the editor's extension host went away"));
    }
    pending.clear();
  };
  socket.on("close", fail);
  socket.on("error", fail);
  return {
    evaluate: <Value>(code: string, timeoutMs = 20_000) =>
      new Promise<Value>((resolve, reject) => {
        next += 1;
        const id = next;
        const timer = setTimeout(() => {
          pending.delete(id);
          reject(new Error(`the editor did not answer within ${timeoutMs / 1000} s: ${code.slice(0, 200)}`));
        }, timeoutMs);
        pending.set(id, {
          resolve: (value) => {
            clearTimeout(timer);
            resolve(value as Value);
          },
          reject: (error) => {
            clearTimeout(timer);
            reject(error);
          },
        });
        send({ type: "evaluate", id, code });
      }),
    onModelRequest: (answer) => {
      model = answer;
    },
    close: () => {
      socket.destroy();
    },
  };
}
