import { createServer, type Server } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Kind, parse, type FieldNode, type ValueNode } from "graphql";
import { runCommand } from "./process.ts";

/** One root field of a GraphQL operation that reached the API. */
export interface ApiCall {
  readonly operation: "query" | "mutation" | "subscription";
  /** The field's own name, whatever alias the caller gave it. */
  readonly field: string;
  readonly host: string;
}

/** A stand-in for Railway's public API on loopback, with one pretend volume that can be destroyed. */
export interface RailwayApi {
  readonly port: number;
  /** Every root field that arrived since the last `reset`, in order. */
  calls(): readonly ApiCall[];
  /** Volumes that are still there. */
  volumes(): readonly string[];
  reset(): void;
  stop(): Promise<void>;
}

/** The volume that the incident destroyed, as far as this API is concerned. */
export const volumeId = "3d2c42fb-0000-4000-8000-000000000001";

const hosts = ["backboard.railway.com", "backboard.railway.app"] as const;

/**
 * Starts the API on 127.0.0.1 with a certificate made on the spot. Agents reach it under the API's real host names,
 * because `home`'s `.curlrc` connects them here: the command line is the real one and nothing leaves the machine.
 */
export async function startRailwayApi(folder: string, home: string): Promise<RailwayApi> {
  const { key, cert } = await makeCertificate(folder);
  let calls: ApiCall[] = [];
  let volumes = new Set([volumeId]);
  const server = createServer({ key, cert }, (request, response) => {
    void receive(request).then((body) => {
      const fields = readOperation(body, request.headers.host ?? "");
      calls.push(...fields.map((one) => one.call));
      reply(response, fields, volumes);
    });
  });
  const port = await listen(server);
  const lines = [
    ...hosts.map((host) => `connect-to = "${host}:443:127.0.0.1:${port}"`),
    // Whatever else a test lets through must not leave the machine either.
    `connect-to = "::127.0.0.1:${port}"`,
    "insecure",
    "silent",
    "max-time = 20",
  ];
  await writeFile(join(home, ".curlrc"), `${lines.join("\n")}\n`);
  return {
    port,
    calls: () => calls,
    volumes: () => [...volumes],
    reset: () => {
      calls = [];
      volumes = new Set([volumeId]);
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}

async function makeCertificate(folder: string): Promise<{ key: string; cert: string }> {
  const key = join(folder, "api-key.pem");
  const cert = join(folder, "api-cert.pem");
  await runCommand({
    command: "openssl",
    args: `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=${hosts[0]}
      -addext subjectAltName=${hosts.map((host) => `DNS:${host}`).join(",")} -keyout ${key} -out ${cert}`.split(
      /\s+/,
    ),
    env: { PATH: "/usr/bin:/bin", HOME: folder },
    timeoutMs: 20_000,
  });
  return { key: await readFile(key, "utf8"), cert: await readFile(cert, "utf8") };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}

async function receive(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}

interface ReceivedField {
  readonly call: ApiCall;
  readonly responseName: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** Reads the operation as a real GraphQL server would. What is no GraphQL is one call of the field `unreadable`. */
function readOperation(body: string, host: string): ReceivedField[] {
  try {
    const { query, variables } = JSON.parse(body) as { query: string; variables?: Record<string, unknown> };
    const found: ReceivedField[] = [];
    for (const definition of parse(query).definitions) {
      if (definition.kind !== Kind.OPERATION_DEFINITION) {
        continue;
      }
      for (const selection of definition.selectionSet.selections) {
        if (selection.kind === Kind.FIELD) {
          found.push(readField(selection, { operation: definition.operation, host }, variables ?? {}));
        }
      }
    }
    return found;
  } catch {
    return [
      { call: { operation: "query", field: "unreadable", host }, responseName: "unreadable", arguments: {} },
    ];
  }
}

function readField(
  field: FieldNode,
  of: Pick<ApiCall, "operation" | "host">,
  variables: Readonly<Record<string, unknown>>,
): ReceivedField {
  const read = (field.arguments ?? []).map(
    (one) => [one.name.value, readValue(one.value, variables)] as const,
  );
  return {
    call: { ...of, field: field.name.value },
    responseName: field.alias?.value ?? field.name.value,
    arguments: Object.fromEntries(read),
  };
}

function readValue(value: ValueNode, variables: Readonly<Record<string, unknown>>): unknown {
  if (value.kind === Kind.VARIABLE) {
    return variables[value.name.value];
  }
  return value.kind === Kind.STRING ? value.value : undefined;
}

function reply(response: ServerResponse, fields: readonly ReceivedField[], volumes: Set<string>): void {
  const data: Record<string, unknown> = {};
  for (const { call, responseName, arguments: given } of fields) {
    if (call.operation === "mutation" && call.field === "volumeDelete") {
      data[responseName] = volumes.delete(String(given["volumeId"]));
    } else {
      data[responseName] = call.operation === "mutation" ? { id: "created-not-real" } : { name: "pocket" };
    }
  }
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ data }));
}
