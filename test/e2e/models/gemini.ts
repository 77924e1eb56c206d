import type { ServerResponse } from "node:http";
import { openEventStream, type ModelDialect, type ModelReply, type ModelRequest } from "./model-api.ts";

interface GenerateBody {
  readonly tools?: readonly { readonly functionDeclarations?: readonly { readonly name?: string }[] }[];
}

/**
 * Google's Generative Language API, as far as Gemini CLI uses it. Requests that do not offer `loopTool` are the agent's chores.
 */
export function gemini(loopTool: string): ModelDialect {
  return {
    kindOf: ({ path, body }) => {
      if (!/:(?:streamGenerateContent|generateContent)$/.test(path)) {
        return "other";
      }
      const { tools = [] } = body as GenerateBody;
      const names = tools.flatMap((each) => (each.functionDeclarations ?? []).map(({ name }) => name));
      return names.includes(loopTool) ? "turn" : "chore";
    },
    answer,
    other,
  };
}

function answer(response: ServerResponse, { turn, id, request }: ModelReply): void {
  const parts = [
    ...(turn.text === undefined ? [] : [{ text: turn.text }]),
    ...(turn.calls ?? []).map((call, index) => ({
      functionCall: { id: `call_test_${id}_${index}`, name: call.name, args: call.input },
    })),
  ];
  const whole = {
    candidates: [{ index: 0, content: { role: "model", parts }, finishReason: "STOP" }],
    usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 10, totalTokenCount: 20 },
    modelVersion: /models\/([^:/]+):/.exec(request.path)?.[1] ?? "scripted",
  };
  if (request.path.endsWith(":streamGenerateContent")) {
    openEventStream(response)(whole);
    response.end();
    return;
  }
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(whole));
}

function other(response: ServerResponse, request: ModelRequest): void {
  const isCount = request.path.endsWith(":countTokens");
  response.writeHead(isCount ? 200 : 404, { "content-type": "application/json" });
  response.end(
    JSON.stringify(
      isCount ? { totalTokens: 100 } : { error: { code: 404, message: "not scripted", status: "NOT_FOUND" } },
    ),
  );
}
