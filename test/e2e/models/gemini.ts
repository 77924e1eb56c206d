import { answerEvents, answerJson, type ModelProtocol, type ModelRequest } from "./model-server.ts";

interface GenerateBody {
  readonly tools?: readonly { readonly functionDeclarations?: readonly { readonly name?: string }[] }[];
}

/** Google's Generative Language API, as far as Gemini CLI uses it. */
export const gemini: ModelProtocol = {
  toolsOf: (request) =>
    /:(?:streamGenerateContent|generateContent)(?:\?|$)/.test(request.url)
      ? (((request.body ?? {}) as GenerateBody).tools?.flatMap((each) =>
          (each.functionDeclarations ?? []).map(({ name }) => name ?? ""),
        ) ?? [])
      : undefined,
  answer: (response, request, { turn, id }) => {
    const parts = [
      ...(turn.text === undefined ? [] : [{ text: turn.text }]),
      ...(turn.calls ?? []).map((call, index) => ({
        functionCall: { id: `${id}_${index}`, name: call.name, args: call.input },
      })),
    ];
    const whole = {
      candidates: [{ index: 0, content: { role: "model", parts }, finishReason: "STOP" }],
      usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 10, totalTokenCount: 20 },
      modelVersion: modelOf(request),
    };
    if (request.url.includes(":streamGenerateContent")) {
      answerEvents(response, [whole]);
    } else {
      answerJson(response, whole);
    }
  },
  answerElse: (response, request) => {
    if (request.url.includes(":countTokens")) {
      answerJson(response, { totalTokens: 100 });
      return;
    }
    answerJson(response, { error: { code: 404, message: "not scripted", status: "NOT_FOUND" } }, 404);
  },
};

function modelOf(request: ModelRequest): string {
  return /models\/([^:/?]+):/.exec(request.url)?.[1] ?? "scripted";
}
