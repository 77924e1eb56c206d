import type { ModelDialect } from "./model-api.ts";
import { openEventStream } from "./model-api.ts";

/** OpenAI's Responses API, as Codex speaks it. A call whose input is `{patch}` alone is one of a custom tool: plain text. */
export const openaiResponses: ModelDialect = {
  kindOf: ({ method, path }) => (method === "POST" && path.endsWith("/responses") ? "turn" : "other"),
  answer: (response, { turn, id }) => {
    const send = openEventStream(response);
    const output: Readonly<Record<string, unknown>>[] = [
      ...(turn.text === undefined ? [] : [message(turn.text, id)]),
      ...(turn.calls ?? []).map((call, index) => toolCall(call.name, call.input, `${id}_${index}`)),
    ];
    const head = { id: `resp_test_${id}`, object: "response", created_at: 0 };
    send(
      { type: "response.created", response: { ...head, status: "in_progress", output: [] } },
      "response.created",
    );
    output.forEach((item, index) => {
      for (const type of ["response.output_item.added", "response.output_item.done"]) {
        send({ type, output_index: index, item }, type);
      }
    });
    const usage = { input_tokens: 10, output_tokens: 10, total_tokens: 20 };
    send(
      { type: "response.completed", response: { ...head, status: "completed", output, usage } },
      "response.completed",
    );
    response.end();
  },
};

function message(text: string, id: number): Readonly<Record<string, unknown>> {
  const content = [{ type: "output_text", text, annotations: [] }];
  return { type: "message", id: `msg_test_${id}`, role: "assistant", status: "completed", content };
}

function toolCall(
  name: string,
  input: Readonly<Record<string, unknown>>,
  id: string,
): Readonly<Record<string, unknown>> {
  const head = { id: `item_test_${id}`, call_id: `call_test_${id}`, status: "completed" };
  return typeof input["patch"] === "string" && Object.keys(input).length === 1
    ? { ...head, type: "custom_tool_call", name, input: input["patch"] }
    : { ...head, type: "function_call", ...named(name), arguments: JSON.stringify(input) };
}

/** Tools of MCP servers have the server as their namespace: `mcp__railway__volume_delete` is `volume_delete` in `mcp__railway`. */
function named(tool: string): Readonly<Record<string, string>> {
  const mcp = /^(mcp__.+?)__(.+)$/.exec(tool);
  return mcp === null ? { name: tool } : { name: mcp[2] ?? "", namespace: mcp[1] ?? "" };
}
