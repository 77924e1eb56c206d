import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Turn } from "../harness/companion/wire.ts";
import type { ScriptedTurn } from "../harness/model.ts";

/** A stand-in for a model's API on loopback: it plays written turns and records what it is told. */
export interface ModelServer {
  /** `http://127.0.0.1:PORT`, without the path that a protocol adds. */
  readonly address: string;
  /** The turns of the next conversation; those of an earlier one that were not played are dropped. */
  play(turns: readonly ScriptedTurn[]): void;
  /** Bodies of the agent's own requests since `play`, as sent. */
  received(): readonly string[];
  left(): number;
  /** Tools that the agent offered last. */
  tools(): readonly string[];
  /** Everything received since the start: where a secret must never be found. */
  everything(): string;
  stop(): Promise<void>;
}

/** A model's request as it arrived. */
export interface ModelRequest {
  readonly method: string;
  /** With the query. */
  readonly url: string;
  /** The body as JSON; null where it is none. */
  readonly body: unknown;
}

/** How one API words tools and turns. */
export interface ModelProtocol {
  /** Names of the tools that a request for a turn offers; undefined for a request for something else. */
  toolsOf(request: ModelRequest): readonly string[] | undefined;
  /** Answers with the turn, whose calls get ids that start with `id`. */
  answer(
    response: ServerResponse,
    request: ModelRequest,
    reply: { readonly turn: Turn; readonly id: string },
  ): void;
  /** Answers what is no request for a turn: lists of models, counts of tokens. */
  answerElse(response: ServerResponse, request: ModelRequest): void;
}

/**
 * Starts the API. Requests that do not offer `loopTool` are the agent's own chores (titles, summaries, memory): they are recorded, and
 * get a fixed text.
 */
export async function startModelServer(protocol: ModelProtocol, loopTool: string): Promise<ModelServer> {
  let script: ScriptedTurn[] = [];
  let received: string[] = [];
  let tools: readonly string[] = [];
  const all: string[] = [];
  const server = createServer((incoming, response) => {
    void bodyOf(incoming).then((text) => {
      all.push(text);
      const request: ModelRequest = {
        method: incoming.method ?? "",
        url: incoming.url ?? "",
        body: parsed(text),
      };
      const offered = protocol.toolsOf(request);
      if (offered === undefined) {
        protocol.answerElse(response, request);
        return;
      }
      let turn: Turn = { text: "A scripted conversation" };
      if (offered.includes(loopTool)) {
        tools = offered;
        received.push(text);
        const { before, ...next } = script.shift() ?? { text: "Done." };
        before?.();
        turn = next;
      }
      protocol.answer(response, request, { turn, id: `call_test_${all.length}` });
    });
  });
  return {
    address: `http://127.0.0.1:${await listen(server)}`,
    play: (turns) => {
      script = [...turns];
      received = [];
    },
    received: () => received,
    left: () => script.length,
    tools: () => tools,
    everything: () => all.join("\n"),
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}

/** Answers with one JSON document. */
export function answerJson(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
}

/** Answers with server-sent events, one per value. */
export function answerEvents(response: ServerResponse, values: readonly unknown[], end = ""): void {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  response.end(values.map((value) => `data: ${JSON.stringify(value)}\n\n`).join("") + end);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}
