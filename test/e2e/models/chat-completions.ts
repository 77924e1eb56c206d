import type { ServerResponse } from "node:http";
import { openEventStream, type ModelDialect, type ModelReply, type ModelRequest } from "./model-api.ts";

interface ChatBody {
  readonly model?: string;
  readonly stream?: boolean;
  readonly tools?: readonly { readonly function?: { readonly name?: string } }[];
}

/**
 * OpenAI's Chat Completions, which most agents speak to models of one's own. Requests that do not offer `loopTool` are the
 * agent's chores.
 */
export function chatCompletions(loopTool: string): ModelDialect {
  return {
    kindOf: (request) => {
      if (request.method !== "POST" || !request.path.endsWith("/chat/completions")) {
        return "other";
      }
      const { tools = [] } = request.body as ChatBody;
      return tools.some((tool) => tool.function?.name === loopTool) ? "turn" : "chore";
    },
    answer,
    other,
  };
}

function answer(response: ServerResponse, { turn, id, request }: ModelReply): void {
  const { model = "scripted", stream } = request.body as ChatBody;
  const calls = (turn.calls ?? []).map((call, index) => ({
    index,
    id: `call_test_${id}_${index}`,
    type: "function",
    function: { name: call.name, arguments: JSON.stringify(call.input) },
  }));
  const message = {
    role: "assistant",
    content: turn.text ?? null,
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
  const reason = calls.length === 0 ? "stop" : "tool_calls";
  const head = { id: `chatcmpl-test-${id}`, created: 1, model };
  const usage = { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 };
  if (stream !== true) {
    response.setHeader("content-type", "application/json");
    const choices = [{ index: 0, message, finish_reason: reason }];
    response.end(JSON.stringify({ ...head, object: "chat.completion", choices, usage }));
    return;
  }
  const send = openEventStream(response);
  const chunk = { ...head, object: "chat.completion.chunk" };
  send({ ...chunk, choices: [{ index: 0, delta: message, finish_reason: null }] });
  send({ ...chunk, choices: [{ index: 0, delta: {}, finish_reason: reason }] });
  send({ ...chunk, choices: [], usage });
  send("[DONE]");
  response.end();
}

function other(response: ServerResponse, request: ModelRequest): void {
  const isList = request.path.endsWith("/models");
  response.writeHead(isList ? 200 : 404, { "content-type": "application/json" });
  response.end(
    JSON.stringify(
      isList
        ? { object: "list", data: [{ id: "scripted", object: "model", owned_by: "test" }] }
        : { error: { message: "not scripted" } },
    ),
  );
}
