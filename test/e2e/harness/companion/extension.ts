/**
 * TEST ONLY, never part of the product: a language model whose turns a test dictates, and a back door through which a
 * test evaluates code in the extension host. It is bundled and packed when the end-to-end tests run.
 */
import { createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";
import * as vscode from "vscode";
import { modelVendor, socketVariable, type FromCompanion, type ToCompanion, type Turn } from "./wire.ts";

const waiting = new Map<number, (turn: Turn) => void>();
const connections = new Set<Socket>();
let requests = 0;

export function activate(context: vscode.ExtensionContext): void {
  context.subscriptions.push(vscode.lm.registerLanguageModelChatProvider(modelVendor, scriptedModel));
  const path = process.env[socketVariable];
  if (path === undefined) {
    return;
  }
  const server = createServer((socket) => {
    connections.add(socket);
    socket.on("close", () => connections.delete(socket));
    socket.on("error", () => undefined);
    createInterface({ input: socket }).on("line", (line) => {
      void answer(socket, JSON.parse(line) as ToCompanion);
    });
  });
  server.listen(path);
  context.subscriptions.push({ dispose: () => server.close() });
}

async function answer(socket: Socket, message: ToCompanion): Promise<void> {
  if (message.type === "turn") {
    waiting.get(message.id)?.(message.turn);
    waiting.delete(message.id);
    return;
  }
  try {
    send(socket, { type: "value", id: message.id, value: await evaluate(message.code) });
  } catch (error) {
    send(socket, {
      type: "failed",
      id: message.id,
      message: error instanceof Error ? error.message : String(error),
    });
  }
}

/** The body of an async function in which `vscode` is the editor's API. */
async function evaluate(code: string): Promise<unknown> {
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- evaluating what the test sends is the back door's only purpose.
  const run = new Function("vscode", `return (async () => { ${code} })();`) as (
    api: typeof vscode,
  ) => Promise<unknown>;
  return run(vscode);
}

function send(socket: Socket, message: FromCompanion): void {
  socket.write(`${JSON.stringify(message)}\n`);
}

const scriptedModel: vscode.LanguageModelChatProvider = {
  provideLanguageModelChatInformation: () => [
    {
      id: "scripted",
      name: "Scripted model",
      family: "scripted",
      version: "1",
      maxInputTokens: 200_000,
      maxOutputTokens: 16_000,
      capabilities: { toolCalling: true },
    },
  ],
  // oxlint-disable-next-line max-params -- the editor's API has five.
  provideLanguageModelChatResponse: async (_model, messages, options, progress, token) => {
    const tools = (options.tools ?? []).map((tool) => tool.name);
    const turn = await ask(tools, spell(messages), token);
    if (turn.text !== undefined) {
      progress.report(new vscode.LanguageModelTextPart(turn.text));
    }
    for (const call of turn.calls ?? []) {
      requests += 1;
      progress.report(new vscode.LanguageModelToolCallPart(`call_${requests}`, call.name, call.input));
    }
  },
  provideTokenCount: (_model, text) =>
    Promise.resolve(Math.ceil((typeof text === "string" ? text.length : spell(text).length) / 4)),
};

/** Hands the request to the test and waits for the turn that it dictates. */
async function ask(
  tools: readonly string[],
  received: string,
  token: vscode.CancellationToken,
): Promise<Turn> {
  requests += 1;
  const id = requests;
  const turn = new Promise<Turn>((resolve) => {
    waiting.set(id, resolve);
    token.onCancellationRequested(() => {
      resolve({});
    });
  });
  for (const socket of connections) {
    send(socket, { type: "model", id, tools, received });
  }
  return connections.size === 0 ? { text: "nobody scripts this model" } : turn;
}

/** Everything that the model receives, as text that a test can search: binary parts are decoded too. */
function spell(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part instanceof Uint8Array ? new TextDecoder().decode(part) : part,
  );
}
