import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { isAbsolute } from "node:path";
import { isJsonObject, parseJson, stringField, type JsonObject } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { WireReply } from "../boundary/hooks/adapter.ts";
import { settledAtOnce, type RunRequest } from "./control.ts";
import type { Filed } from "./protocol.ts";
import { encodeHookReply, portableRefusal } from "./hook-reply.ts";
import type { HookCall } from "./hook.ts";
import { sightRequestOf, type Sight, type SightRequest } from "./sight.ts";

/** What requesters may set in motion. They ask; they never answer and never loosen anything. */
export interface RequesterDesk {
  hook(call: HookCall): Promise<WireReply>;
  state(): object;
  sessions(): object;
  approvals(): object;
  grants(): object;
  revoke(grant: string): object | undefined;
  kill(session: string): Promise<object | undefined>;
  reopen(session: string): Result<Promise<Filed>>;
  uninstall(what: string): Promise<Filed>;
  run(request: RunRequest): Result<Promise<Filed>>;
  sight(request: SightRequest): Sight;
  handover(version: string): boolean;
  /** How long a payload may take to arrive, in ms. */
  readonly deadlineMs?: number;
}

/** Longest payload in bytes. */
export const payloadLimit: number = 16 * 1024 * 1024;
/** How long a payload may take to arrive, in ms. */
export const payloadDeadlineMs = 5000;
const bodyLimit = 64 * 1024;
/** Longest list of paths in bytes that is looked through at once. */
const pathsLimit = 4 * 1024 * 1024;

interface Failure {
  readonly status: number;
  readonly error: string;
  readonly remedy: string;
}

/** The requesters' endpoint: HTTP on a socket that only the user can open. */
export function requesterServer(desk: RequesterDesk): Server {
  const server = createServer((request, response) => {
    serve(desk, request, response).catch(() => {
      fail(response, {
        status: 500,
        error: "a fault of Signalbox's own",
        remedy: "report it; nothing was allowed",
      });
    });
  });
  server.headersTimeout = payloadDeadlineMs;
  server.requestTimeout = 0;
  server.keepAliveTimeout = 5000;
  return server;
}

async function serve(desk: RequesterDesk, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://signalbox");
  const route = `${request.method ?? ""} ${url.pathname}`;
  if (route === "POST /v1/hook") {
    await serveHook(desk, url, request, response);
    return;
  }
  const known = routes[route];
  if (known === undefined) {
    const remedy = "the client and the broker may be of different versions";
    fail(response, { status: 404, error: `there is no \`${route}\` here`, remedy });
    return;
  }
  const body =
    request.method === "POST"
      ? await readBody(request, route === "POST /v1/sight" ? pathsLimit : bodyLimit, desk.deadlineMs)
      : ok(Buffer.alloc(0));
  const parsed = body.ok ? objectOf(body.value) : body;
  if (!parsed.ok) {
    fail(response, { status: 400, error: parsed.error, remedy: "send a JSON object" });
    return;
  }
  await known(desk, parsed.value, response);
}

type Route = (desk: RequesterDesk, body: JsonObject, response: ServerResponse) => void | Promise<void>;

const routes: { readonly [route: string]: Route } = {
  "GET /v1/state": (desk, _body, response) => reply(response, desk.state()),
  "GET /v1/sessions": (desk, _body, response) => reply(response, { sessions: desk.sessions() }),
  "GET /v1/approvals": (desk, _body, response) =>
    reply(response, { approvals: desk.approvals(), grants: desk.grants() }),
  "POST /v1/revoke": (desk, body, response) => {
    const id = stringField(body, "grant") ?? "";
    const grant = desk.revoke(id);
    if (grant === undefined) {
      fail(response, {
        status: 404,
        error: `there is no grant \`${id}\``,
        remedy: "see `signalbox approvals`; a grant that has ended needs no taking back",
      });
    } else {
      reply(response, { grant });
    }
  },
  "POST /v1/kill": async (desk, body, response) => {
    const session = stringField(body, "session") ?? "";
    const killed = await desk.kill(session);
    if (killed === undefined) {
      fail(response, noSession(session));
    } else {
      reply(response, { session: killed });
    }
  },
  "POST /v1/reopen": async (desk, body, response) => {
    const filed = desk.reopen(stringField(body, "session") ?? "");
    if (filed.ok) {
      await replyFiled(response, filed.value, body);
    } else {
      const remedy = "see `signalbox sessions` for the sessions and their states";
      fail(response, { status: 404, error: filed.error, remedy });
    }
  },
  "POST /v1/uninstall": (desk, body, response) =>
    replyFiled(response, desk.uninstall(stringField(body, "what") ?? "everything"), body),
  "POST /v1/run": async (desk, body, response) => {
    const request = runRequestOf(body);
    const filed = request === undefined ? err("`task`, `cwd` and `pid` are needed") : desk.run(request);
    if (filed.ok) {
      await replyFiled(response, filed.value, body);
    } else {
      fail(response, {
        status: 400,
        error: filed.error,
        remedy: "see `sessions:` in the workspace's policy",
      });
    }
  },
  "POST /v1/sight": (desk, body, response) => {
    const request = sightRequestOf(body);
    if (request === undefined) {
      const remedy = "send absolute paths";
      fail(response, { status: 400, error: "`cwd`, `agent` and `paths` are needed", remedy });
    } else {
      reply(response, desk.sight(request));
    }
  },
  "POST /v1/handover": (desk, body, response) =>
    reply(response, { leaving: desk.handover(stringField(body, "version") ?? "") }),
};

async function serveHook(
  desk: RequesterDesk,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  const body = await readBody(request, payloadLimit, desk.deadlineMs);
  const answer = (wire: WireReply): void => {
    response.writeHead(200, { "content-type": "text/plain; charset=utf-8" });
    response.end(encodeHookReply(wire));
  };
  if (!body.ok) {
    response.setHeader("connection", "close");
    answer(portableRefusal(body.error));
    return;
  }
  const event = url.searchParams.get("event") ?? "-";
  answer(
    await desk.hook({
      payload: body.value,
      agentHint: url.searchParams.get("agent") ?? "",
      eventHint: event === "-" || event === "" ? undefined : event,
      hookParentPid: pidOf(url.searchParams.get("ppid")),
      agentPid: pidOf(url.searchParams.get("pid")),
      signal: gone.signal,
    }),
  );
}

/** A process number from outside; 0 for everything that is none. */
export function pidOf(text: string | null | undefined): number {
  return /^[1-9]\d{0,9}$/.test(text ?? "") ? Number(text) : 0;
}

function readBody(
  request: IncomingMessage,
  limit: number,
  deadlineMs: number = payloadDeadlineMs,
): Promise<Result<Buffer>> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = (result: Result<Buffer>): void => {
      clearTimeout(timer);
      request.off("data", take);
      // What still comes is thrown away, so that the reply can go out.
      request.resume();
      resolve(result);
    };
    const timer = setTimeout(
      () => finish(err(`the payload was not complete within ${deadlineMs / 1000} s`)),
      deadlineMs,
    );
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      chunks.push(chunk);
      if (size > limit) {
        finish(err(`the payload is larger than ${limit / 1024} kB`));
      }
    };
    request.on("data", take);
    request.on("end", () => finish(ok(Buffer.concat(chunks))));
    request.on("aborted", () => finish(err("the payload was cut off")));
    request.on("error", () => finish(err("the payload was cut off")));
  });
}

function objectOf(body: Buffer): Result<JsonObject> {
  if (body.length === 0) {
    return ok({});
  }
  const parsed = parseJson(body.toString("utf8"));
  if (!parsed.ok) {
    return err(`the body is ${parsed.error}`);
  }
  return isJsonObject(parsed.value) ? ok(parsed.value) : err("the body is not a JSON object");
}

function runRequestOf(body: JsonObject): RunRequest | undefined {
  const [task, cwd, command] = ["task", "cwd", "command"].map((name) => stringField(body, name));
  const pid = body["pid"];
  return task !== undefined &&
    cwd !== undefined &&
    isAbsolute(cwd) &&
    !cwd.includes("\0") &&
    Number.isSafeInteger(pid) &&
    typeof pid === "number" &&
    pid > 1
    ? { task, cwd, pid, command: command ?? "-" }
    : undefined;
}

/** With `wait`, the reply comes when a human answered; otherwise it says whether anybody was asked. */
async function replyFiled(response: ServerResponse, filed: Promise<Filed>, body: JsonObject): Promise<void> {
  const pending: Filed = { result: "pending", message: "confirm it in the editor's dialog" };
  const settled = body["wait"] === true ? await filed : ((await settledAtOnce(filed)) ?? pending);
  reply(response, settled);
}

function noSession(session: string): Failure {
  return { status: 404, error: `there is no session \`${session}\``, remedy: "see `signalbox sessions`" };
}

function reply(response: ServerResponse, value: object): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
}

function fail(response: ServerResponse, { status, error, remedy }: Failure): void {
  if (!response.headersSent) {
    response.writeHead(status, { "content-type": "application/json" });
  }
  response.end(JSON.stringify({ error, remedy }));
}
