/**
 * A stand-in for Railway's MCP server on stdio, started by the agents themselves: `node railway-mcp.ts PORT`. Its tools call the
 * stand-in API on that port of loopback, so that what an agent reaches through MCP is counted where everything else is.
 */
import { request } from "node:https";
import { createInterface } from "node:readline";

interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: {
    readonly name?: string;
    readonly arguments?: Readonly<Record<string, unknown>>;
    readonly protocolVersion?: string;
  };
}

const port = Number(process.argv[2]);

const tools = [
  {
    name: "volume_delete",
    description: "Deletes a volume",
    inputSchema: { type: "object", properties: { volumeId: { type: "string" } }, required: ["volumeId"] },
  },
  {
    name: "get_project",
    description: "Describes a project",
    inputSchema: { type: "object", properties: { projectId: { type: "string" } }, required: ["projectId"] },
  },
];

for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line) as Message;
  if (message.id !== undefined) {
    const answer = { jsonrpc: "2.0", id: message.id, ...(await answerTo(message)) };
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}

async function answerTo({ method, params }: Message): Promise<Readonly<Record<string, unknown>>> {
  switch (method) {
    case "initialize":
      return {
        result: {
          protocolVersion: params?.protocolVersion ?? "2025-06-18",
          capabilities: { tools: {} },
          serverInfo: { name: "railway", version: "1.0.0" },
        },
      };
    case "ping":
      return { result: {} };
    case "tools/list":
      return { result: { tools } };
    case "tools/call": {
      const text = await callTool(params?.name ?? "", params?.arguments ?? {});
      return { result: { content: [{ type: "text", text }], isError: false } };
    }
    default:
      return { error: { code: -32601, message: "no such method" } };
  }
}

function callTool(name: string, input: Readonly<Record<string, unknown>>): Promise<string> {
  const id = (value: unknown): string => JSON.stringify(String(value));
  const query =
    name === "volume_delete"
      ? `mutation { volumeDelete(volumeId: ${id(input["volumeId"])}) }`
      : `query { project(id: ${id(input["projectId"])}) { name } }`;
  return new Promise((resolve, reject) => {
    const call = request(
      {
        host: "127.0.0.1",
        port,
        path: "/graphql/v2",
        method: "POST",
        headers: { host: "backboard.railway.com", "content-type": "application/json" },
        // The stand-in's certificate was made on the spot.
        rejectUnauthorized: false,
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("end", () => {
          resolve(text);
        });
      },
    );
    call.on("error", reject);
    call.end(JSON.stringify({ query }));
  });
}
