import { parseJson, isJsonObject } from "../base/json.ts";
import type { WireReply } from "../boundary/hooks/adapter.ts";
import { adapterFor, adapterOf } from "../boundary/hooks/registry.ts";
import { decodeHookReply, portableRefusal } from "../broker/hook-reply.ts";
import { reachBroker } from "./broker-request.ts";
import type { Command, CommandContext } from "./command.ts";
import { onlyPositional, parseOptions } from "./options.ts";

/** Longest payload in bytes, as the broker's own limit. */
const payloadLimit = 16 * 1024 * 1024;
/** How long the payload may take to arrive, in ms. An agent writes it at once. */
const payloadMs = 5000;

export const hookCommand: Command = {
  name: "hook",
  summary: "what an agent's hook runs: its payload on stdin, that agent's reply and exit code",
  help: `usage: signalbox hook AGENT [--event EVENT]

Reads one payload on standard input and answers in the caller's own dialect. Who calls is told from the payload; AGENT only
breaks ties. Whatever goes wrong stops the tool: no broker, a truncated payload, a fault of Signalbox's own.

The hooks that \`signalbox install\` writes use a faster client; this command is for everything else.`,
  async run(args, context) {
    const parsed = parseOptions(args, { event: "text" });
    const agent = onlyPositional(parsed, "AGENT");
    const reply = await replyTo(agent, parsed.text["event"], context);
    if (reply.stdout !== "") {
      context.stdout.write(`${reply.stdout}\n`);
    }
    if (reply.stderr !== "") {
      context.stderr.write(`${reply.stderr}\n`);
    }
    return reply.exit;
  },
};

async function replyTo(
  agent: string,
  event: string | undefined,
  context: CommandContext,
): Promise<WireReply> {
  let payload: Buffer = Buffer.alloc(0);
  try {
    payload = await readPayload(context);
    const client = await reachBroker(context.home);
    const text = await client.hook(
      {
        agent,
        event: event ?? "-",
        ppid: String(process.ppid),
        pid: context.env["CLAUDE_PID"] ?? "0",
      },
      payload,
    );
    return decodeHookReply(text) ?? refusal(agent, event, payload, "the broker's reply was cut off");
  } catch (error) {
    return refusal(agent, event, payload, error instanceof Error ? error.message : "unknown error");
  }
}

/** Stops the tool in the caller's dialect, as far as it can be told from what was read. */
function refusal(agent: string, event: string | undefined, payload: Buffer, reason: string): WireReply {
  const parsed = parseJson(payload.toString("utf8"));
  const adapter =
    parsed.ok && isJsonObject(parsed.value) ? adapterFor(parsed.value, agent) : adapterOf(agent);
  return adapter?.refuse(reason, event) ?? portableRefusal(reason);
}

function readPayload(context: CommandContext): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const fail = (reason: string): void => {
      clearTimeout(timer);
      context.stdin.destroy();
      reject(new Error(reason));
    };
    const timer = setTimeout(
      () => fail(`the payload was not complete within ${payloadMs / 1000} s`),
      payloadMs,
    );
    context.stdin.on("data", (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size > payloadLimit) {
        fail(`the payload is larger than ${payloadLimit / (1024 * 1024)} MB`);
      }
    });
    context.stdin.on("end", () => {
      clearTimeout(timer);
      resolve(Buffer.concat(chunks));
    });
    context.stdin.on("error", () => fail("the payload could not be read"));
  });
}
