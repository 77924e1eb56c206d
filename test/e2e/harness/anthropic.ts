import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Turn } from "./companion/wire.ts";
import type { ScriptedTurn } from "./model.ts";

/** A stand-in for Anthropic's Messages API on loopback: it plays written turns and records what it is told. */
export interface AnthropicApi {
  readonly address: string;
  play(turns: readonly ScriptedTurn[]): void;
  /** Bodies of the agent's own requests since `play`, as sent. */
  received(): readonly string[];
  left(): number;
  /** Everything received since the start: where a secret must never be found. */
  everything(): string;
  stop(): Promise<void>;
}

export async function startAnthropicApi(): Promise<AnthropicApi> {
  let script: ScriptedTurn[] = [];
  let received: string[] = [];
  const all: string[] = [];
  let count = 0;
  const server = createServer((request, response) => {
    void body(request).then((text) => {
      all.push(text);
      if (request.method !== "POST" || request.url?.split("?")[0] !== "/v1/messages") {
        answerElse(request, response);
        return;
      }
      const message = JSON.parse(text) as {
        stream?: boolean;
        model?: string;
        tools?: readonly { name?: string }[];
      };
      // The agent's own loop offers its shell; titles and summaries do not.
      const isLoop = (message.tools ?? []).some((tool) => tool.name === "Bash");
      let turn: Turn = { text: "A scripted conversation" };
      if (isLoop) {
        received.push(text);
        const { before, ...next } = script.shift() ?? { text: "Done." };
        before?.();
        turn = next;
      }
      count += 1;
      answerMessage(response, {
        turn,
        id: count,
        model: message.model ?? "scripted",
        stream: message.stream === true,
      });
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

async function body(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function answerElse(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader("content-type", "application/json");
  if (request.url?.includes("count_tokens") === true) {
    response.end(JSON.stringify({ input_tokens: 100 }));
    return;
  }
  response.statusCode = request.method === "HEAD" ? 200 : 404;
  response.end(
    request.method === "HEAD"
      ? undefined
      : JSON.stringify({ type: "error", error: { type: "not_found_error", message: "not scripted" } }),
  );
}

interface Reply {
  readonly turn: Turn;
  readonly id: number;
  readonly model: string;
  readonly stream: boolean;
}

function answerMessage(response: ServerResponse, reply: Reply): void {
  const calls = reply.turn.calls ?? [];
  const content = [
    ...(reply.turn.text === undefined ? [] : [{ type: "text", text: reply.turn.text }]),
    ...calls.map((call, index) => ({
      type: "tool_use",
      id: `toolu_test_${reply.id}_${index}`,
      name: call.name,
      input: call.input,
    })),
  ];
  const stopReason = calls.length > 0 ? "tool_use" : "end_turn";
  const usage = { input_tokens: 10, output_tokens: 10 };
  const message = { id: `msg_test_${reply.id}`, type: "message", role: "assistant", model: reply.model };
  if (!reply.stream) {
    response.setHeader("content-type", "application/json");
    response.end(
      JSON.stringify({ ...message, content, stop_reason: stopReason, stop_sequence: null, usage }),
    );
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  const send = (type: string, data: Readonly<Record<string, unknown>>): void => {
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  };
  send("message_start", {
    message: { ...message, content: [], stop_reason: null, stop_sequence: null, usage },
  });
  content.forEach((block, index) => {
    const isText = block.type === "text";
    const start = isText ? { type: "text", text: "" } : { ...block, input: {} };
    const delta = isText
      ? { type: "text_delta", text: "text" in block ? block.text : "" }
      : { type: "input_json_delta", partial_json: JSON.stringify("input" in block ? block.input : {}) };
    send("content_block_start", { index, content_block: start });
    send("content_block_delta", { index, delta });
    send("content_block_stop", { index });
  });
  send("message_delta", {
    delta: { stop_reason: stopReason, stop_sequence: null },
    usage: { output_tokens: 10 },
  });
  send("message_stop", {});
  response.end();
}
