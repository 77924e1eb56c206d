import { answerEvents, answerJson, type ModelProtocol, type ModelRequest } from "./model-server.ts";

interface ChatBody {
  readonly model?: string;
  readonly stream?: boolean;
  readonly tools?: readonly { readonly function?: { readonly name?: string } }[];
}

/** OpenAI's Chat Completions, which most agents speak to models of one's own. */
export const chatCompletions: ModelProtocol = {
  toolsOf: (request) =>
    request.method === "POST" && /\/chat\/completions(?:\?|$)/.test(request.url)
      ? (bodyOf(request).tools ?? []).map((tool) => tool.function?.name ?? "")
      : undefined,
  answer: (response, request, { turn, id }) => {
    const { model = "scripted", stream } = bodyOf(request);
    const head = { id: `chatcmpl-${id}`, created: 1, model };
    const calls = (turn.calls ?? []).map((call, index) => ({
      index,
      id: `${id}_${index}`,
      type: "function",
      function: { name: call.name, arguments: JSON.stringify(call.input) },
    }));
    const message = {
      role: "assistant",
      content: turn.text ?? null,
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
    };
    const finish_reason = calls.length === 0 ? "stop" : "tool_calls";
    const usage = { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 };
    if (stream !== true) {
      const choices = [{ index: 0, message, finish_reason }];
      answerJson(response, { ...head, object: "chat.completion", choices, usage });
      return;
    }
    const chunk = { ...head, object: "chat.completion.chunk" };
    answerEvents(
      response,
      [
        { ...chunk, choices: [{ index: 0, delta: message, finish_reason: null }] },
        { ...chunk, choices: [{ index: 0, delta: {}, finish_reason }] },
        { ...chunk, choices: [], usage },
      ],
      "data: [DONE]\n\n",
    );
  },
  answerElse: (response, request) => {
    if (/\/models(?:\?|$)/.test(request.url)) {
      answerJson(response, { object: "list", data: [{ id: "scripted", object: "model", owned_by: "test" }] });
      return;
    }
    answerJson(response, { error: { message: "not scripted" } }, 404);
  },
};

function bodyOf(request: ModelRequest): ChatBody {
  return (request.body ?? {}) as ChatBody;
}
