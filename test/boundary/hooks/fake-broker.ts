import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { once } from "node:events";
import { join } from "node:path";

export const token = "test-token-not-real-0123456789";

export interface Received {
  readonly header: string;
  readonly payload: Buffer;
}

export interface FakeBroker {
  readonly received: Received[];
  readonly requests: { readonly url: string; readonly body: Buffer }[];
  readonly port: number;
  /** How many clients are connected now, over either way. */
  connected(): number;
  close(): Promise<void>;
}

export interface FakeOptions {
  /** Everything that is sent back; the default is "no opinion". */
  readonly reply?: string;
  readonly banner?: string;
  /** Leaves the client without an answer. */
  readonly silent?: boolean;
  /** Leaves the loopback listener out. */
  readonly socketOnly?: boolean;
}

/** A listener that speaks the broker's part of the hook protocol, on loopback and on a unix socket, and decides nothing. */
export async function startFakeBroker(runDir: string, options: FakeOptions = {}): Promise<FakeBroker> {
  mkdirSync(runDir, { recursive: true, mode: 0o700 });
  const received: Received[] = [];
  const requests: { url: string; body: Buffer }[] = [];
  const open = new Set<Socket>();
  const reply = options.reply ?? "SIGNALBOX/1 0\n\n\nEND\n";
  const loopback = createServer((socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket)).on("error", () => undefined);
    socket.write(options.banner ?? "SIGNALBOX/1\n");
    const chunks: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      const whole = Buffer.concat(chunks);
      if (whole.subarray(-5).equals(Buffer.from("\0END\n")) && options.silent !== true) {
        const headerEnd = whole.indexOf(10);
        received.push({
          header: whole.subarray(0, headerEnd).toString("latin1"),
          payload: whole.subarray(headerEnd + 1, -5),
        });
        socket.end(reply);
      }
    });
  });
  const http = createHttpServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      requests.push({ url: request.url ?? "", body: Buffer.concat(chunks) });
      if (options.silent !== true) {
        response.end(reply);
      }
    });
  });
  http.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
  });
  http.listen(join(runDir, "ask.sock"));
  await once(http, "listening");
  let port = 0;
  if (options.socketOnly !== true) {
    loopback.listen(0, "127.0.0.1");
    await once(loopback, "listening");
    const address = loopback.address();
    port = typeof address === "object" && address !== null ? address.port : 0;
    writeEndpoint(runDir, port);
  }
  return {
    received,
    requests,
    port,
    connected: () => open.size,
    close: async () => {
      for (const socket of open) {
        socket.destroy();
      }
      http.closeAllConnections();
      await Promise.all([stop(loopback), stop(http)]);
      rmSync(join(runDir, "endpoint"), { force: true });
    },
  };
}

/** What the broker writes beside its sockets: the endpoint, and the lock with the process that holds it. */
export function writeEndpoint(runDir: string, port: number, pid: number = process.pid): void {
  const stat = readFileSync(`/proc/${process.pid}/stat`, "utf8");
  const started = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  writeFileSync(join(runDir, "endpoint"), `${port} ${token} ${pid}\n`, { mode: 0o600 });
  writeFileSync(join(runDir, "broker.lock"), `${pid} ${started}\n`, { mode: 0o600 });
}

async function stop(server: Server): Promise<void> {
  if (!server.listening) {
    return;
  }
  server.close();
  await once(server, "close");
}
