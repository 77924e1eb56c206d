import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Turn } from "../harness/companion/wire.ts";
import type { ScriptedTurn } from "../harness/model.ts";

/** A turn that may depend on what the model was told: `fill` gets the whole body of the request for it. */
export interface ModelTurn extends ScriptedTurn {
  readonly fill?: (told: string) => Turn;
}

/** A stand-in for a model's API on loopback: it plays written turns and records everything that it is told. */
export interface ModelApi {
  readonly address: string;
  /** The turns of the next conversation; those of an earlier one that were not played are dropped. */
  play(turns: readonly ModelTurn[]): void;
  /** Bodies of the requests of the agent's own loop since `play`, as sent. */
  received(): readonly string[];
  /** Turns that have not been asked for yet. */
  left(): number;
  /** Everything received since the start: where a secret must never be found. */
  everything(): string;
  stop(): Promise<void>;
}

export interface ModelRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** An empty object where the body is no JSON object. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface ModelReply {
  readonly turn: Turn;
  /** Counts replies, so that call ids are unique over all conversations. */
  readonly id: number;
  readonly request: ModelRequest;
}

/** One wire protocol of models. */
export interface ModelDialect {
  /** What a request is: `turn` takes the next scripted one, `chore` (a title, a summary) gets a fixed text. */
  kindOf(request: ModelRequest): "turn" | "chore" | "other";
  answer(response: ServerResponse, reply: ModelReply): void;
  /** Answers what is no request for a turn; without it that is 404. */
  readonly other?: (response: ServerResponse, request: ModelRequest) => void;
}

export async function startModelApi(dialect: ModelDialect): Promise<ModelApi> {
  let script: ModelTurn[] = [];
  let received: string[] = [];
  const all: string[] = [];
  let count = 0;
  const server = createServer((incoming, response) => {
    void readBody(incoming).then((text) => {
      all.push(text);
      const path = incoming.url?.split("?")[0] ?? "/";
      const request: ModelRequest = { method: incoming.method ?? "GET", path, body: parsed(text) };
      const kind = dialect.kindOf(request);
      if (kind === "other") {
        (dialect.other ?? notScripted)(response, request);
        return;
      }
      let turn: Turn = { text: "A scripted conversation" };
      if (kind === "turn") {
        received.push(text);
        const { before, fill, ...next }: ModelTurn = script.shift() ?? { text: "Done." };
        before?.();
        turn = fill?.(text) ?? next;
      }
      count += 1;
      dialect.answer(response, { turn, id: count, request });
    });
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
  return {
    address: `http://127.0.0.1:${port}`,
    play: (turns) => {
      script = [...turns];
      received = [];
    },
    received: () => received,
    left: () => script.length,
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

/** Opens an event stream and returns what writes one event; an event without a name has only data. */
export function openEventStream(
  response: ServerResponse,
): (data: Readonly<Record<string, unknown>> | string, event?: string) => void {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  return (data, event) => {
    const text = typeof data === "string" ? data : JSON.stringify(data);
    response.write(`${event === undefined ? "" : `event: ${event}\n`}data: ${text}\n\n`);
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function notScripted(response: ServerResponse): void {
  response.writeHead(404, { "content-type": "application/json" });
  response.end(JSON.stringify({ error: { message: "not scripted", type: "not_found_error" } }));
}
