import type { ServerResponse } from "node:http";
import { openEventStream, type ModelDialect, type ModelReply, type ModelRequest } from "./model-api.ts";

interface MessagesBody {
  readonly stream?: boolean;
  readonly model?: string;
  readonly tools?: readonly { readonly name?: string }[];
}

/** Anthropic's Messages API, as Claude Code speaks it. Its own loop offers its shell; titles and summaries do not. */
export const anthropic: ModelDialect = {
  kindOf: ({ method, path, body }) => {
    if (method !== "POST" || path !== "/v1/messages") {
      return "other";
    }
    const { tools = [] } = body as MessagesBody;
    return tools.some((tool) => tool.name === "Bash") ? "turn" : "chore";
  },
  answer,
  other,
};

function answer(response: ServerResponse, { turn, id, request }: ModelReply): void {
  const { model = "scripted", stream } = request.body as MessagesBody;
  const calls = turn.calls ?? [];
  const content = [
    ...(turn.text === undefined ? [] : [{ type: "text", text: turn.text }]),
    ...calls.map((call, index) => ({
      type: "tool_use",
      id: `toolu_test_${id}_${index}`,
      name: call.name,
      input: call.input,
    })),
  ];
  const stopReason = calls.length > 0 ? "tool_use" : "end_turn";
  const usage = { input_tokens: 10, output_tokens: 10 };
  const message = { id: `msg_test_${id}`, type: "message", role: "assistant", model };
  if (stream !== true) {
    response.setHeader("content-type", "application/json");
    response.end(
      JSON.stringify({ ...message, content, stop_reason: stopReason, stop_sequence: null, usage }),
    );
    return;
  }
  const write = openEventStream(response);
  const send = (type: string, data: Readonly<Record<string, unknown>>): void => {
    write({ type, ...data }, type);
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

function other(response: ServerResponse, { method, path }: ModelRequest): void {
  const isCount = path.includes("count_tokens");
  response.writeHead(isCount || method === "HEAD" ? 200 : 404, { "content-type": "application/json" });
  const body = isCount
    ? { input_tokens: 100 }
    : { type: "error", error: { type: "not_found_error", message: "not scripted" } };
  response.end(method === "HEAD" ? undefined : JSON.stringify(body));
}
