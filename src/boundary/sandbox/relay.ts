import {
  createServer,
  request as ask,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { outerPid } from "./inner-pids.ts";

const base = "http://signalbox";

/**
 * Passes the questions of hooks inside a sandbox on to the broker, with the process numbers that they have outside: the
 * broker ends agents by number. Nothing but hooks is passed on, because whatever runs inside may speak here.
 */
export function hookRelay({
  brokerSocket,
  root,
}: {
  readonly brokerSocket: string;
  /** The sandbox's first process as seen from outside; undefined while it does not run yet. */
  readonly root: () => number | undefined;
}): Server {
  const server = createServer((incoming, response) => {
    const place = incoming.url ?? "/";
    const url = new URL(URL.canParse(place, base) ? place : "/", base);
    if (incoming.method !== "POST" || url.pathname !== "/v1/hook") {
      response.writeHead(404).end();
      return;
    }
    for (const name of ["ppid", "pid"]) {
      const inner = Number(url.searchParams.get(name) ?? "0");
      const first = root();
      const outer = inner > 0 && first !== undefined ? outerPid(inner, first) : undefined;
      // An unknown number ends nobody: it must not be taken for one outside.
      url.searchParams.set(name, String(outer ?? 0));
    }
    passOn(incoming, response, { socketPath: brokerSocket, path: `${url.pathname}${url.search}` });
  });
  server.requestTimeout = 0;
  return server;
}

function passOn(
  incoming: IncomingMessage,
  response: ServerResponse,
  target: { readonly socketPath: string; readonly path: string },
): void {
  const outgoing = ask(
    { ...target, method: "POST", headers: { ...incoming.headers, host: "signalbox" }, agent: false },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    },
  );
  // The hook refuses where it gets no answer.
  outgoing.on("error", () => response.destroy());
  response.on("close", () => outgoing.destroy());
  incoming.on("error", () => outgoing.destroy());
  incoming.pipe(outgoing);
}
