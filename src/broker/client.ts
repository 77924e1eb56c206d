import { spawn, type ChildProcess } from "node:child_process";
import { lstatSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { userInfo } from "node:os";
import { dirname } from "node:path";
import { err, ok, type Result } from "../base/result.ts";
import { parseJson, type JsonValue } from "../base/json.ts";
import { placesOf } from "./places.ts";
import { answersAt } from "./probe.ts";

/** How to start a broker: the program and its first arguments (`[process.execPath, ".../dist/broker.js"]`). */
export type BrokerCommand = readonly [string, ...string[]];

export interface ConnectOptions {
  readonly stateDir: string;
  /** Starts a broker where none answers; without it, that is an error. */
  readonly brokerCommand?: BrokerCommand;
  /** Home directory of the broker to be started. */
  readonly home?: string;
  /** How long a broker may take to start, in ms; 2 s where an agent's hook waits for it. */
  readonly startMs?: number;
}

export interface BrokerReply {
  readonly status: number;
  readonly body: JsonValue;
}

export interface BrokerClient {
  /** One JSON request. Rejects where the broker breaks off; a status of 400 and up carries `{error, remedy}`. */
  request(method: "GET" | "POST", path: string, body?: object, signal?: AbortSignal): Promise<BrokerReply>;
  /** Hands a hook's payload over as it is. Resolves with the four lines of the reply; the abort withdraws the request. */
  hook(query: Readonly<Record<string, string>>, payload: Uint8Array, signal?: AbortSignal): Promise<string>;
}

const usualStartMs = 2000;
const pollMs = 15;

/** Reaches the user's broker, and starts it first where it does not answer. The error is one sentence with a remedy. */
export async function connectBroker(options: ConnectOptions): Promise<Result<BrokerClient>> {
  const places = placesOf(options.stateDir);
  if (!(await answersAt(places.askSocket))) {
    if (options.brokerCommand === undefined) {
      return err("Signalbox's broker is not running; open the editor or run any governed command");
    }
    const started = await startBroker({ ...options, brokerCommand: options.brokerCommand });
    if (!started.ok) {
      return started;
    }
  }
  const owned = ownedByUser(dirname(places.askSocket));
  return owned
    ? ok(clientOf(places.askSocket))
    : err(`\`${places.socketDir}\` is not private to you; remove it`);
}

export interface StartOptions extends ConnectOptions {
  readonly brokerCommand: BrokerCommand;
  /** Public key (SPKI DER, base64) of the first approver; counts only while no key is enrolled. */
  readonly enroll?: string;
}

/** Starts a broker and waits, up to `startMs`, until one answers. Where one serves already, that one stays. */
export async function startBroker(options: StartOptions): Promise<Result<void>> {
  const { askSocket } = placesOf(options.stateDir);
  const child = spawnBroker(options);
  let complaint = "";
  let failed = false;
  child.stderr?.on("data", (chunk: Buffer) => {
    complaint = `${complaint}${chunk.toString("utf8")}`.slice(0, 2000);
  });
  child.on("error", () => {
    failed = true;
  });
  // Only the exit of the one we started tells of a failure: code 0 means that another one serves.
  child.on("exit", (code) => {
    failed ||= code !== 0;
  });
  const until = performance.now() + (options.startMs ?? usualStartMs);
  while (performance.now() < until && !failed) {
    if (await answersAt(askSocket)) {
      child.stderr?.destroy();
      return ok(undefined);
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  child.stderr?.destroy();
  const why = complaint.trim().split("\n")[0];
  return err(
    why === undefined || why === ""
      ? "Signalbox's broker does not answer and cannot be started; run `signalbox doctor`"
      : `Signalbox's broker cannot be started: ${why.replace(/^signalbox broker: /, "")}`,
  );
}

function spawnBroker({ brokerCommand, stateDir, enroll, home }: StartOptions): ChildProcess {
  const [program, ...first] = brokerCommand;
  const more = enroll === undefined ? [] : ["--enroll"];
  const child = spawn(program, [...first, "--state-dir", stateDir, ...more], {
    detached: true,
    stdio: [enroll === undefined ? "ignore" : "pipe", "ignore", "pipe"],
    cwd: "/",
    env: cleanEnvironment(home ?? userInfo().homedir),
  });
  child.on("error", () => undefined);
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(`${enroll ?? ""}\n`);
  child.unref();
  const stderr = child.stderr as { unref?: () => void } | null;
  stderr?.unref?.();
  return child;
}

/** Nothing of the caller's environment reaches the broker: an agent may have set it (`NODE_OPTIONS`, loaders, proxies). */
function cleanEnvironment(home: string): NodeJS.ProcessEnv {
  return { HOME: home, PATH: "/usr/bin:/bin", LANG: "C.UTF-8", ELECTRON_RUN_AS_NODE: "1" };
}

/** In a folder that somebody else can write, the socket may be anybody's. */
function ownedByUser(folder: string): boolean {
  try {
    const stats = lstatSync(folder);
    return (
      stats.isDirectory() &&
      (process.getuid === undefined || stats.uid === process.getuid()) &&
      (stats.mode & 0o022) === 0
    );
  } catch {
    return false;
  }
}

function clientOf(socketPath: string): BrokerClient {
  return {
    async request(method, path, body, signal) {
      const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
      const { status, text } = await exchange(socketPath, { method, path, payload, signal });
      const parsed = parseJson(text);
      if (!parsed.ok) {
        throw new Error("the broker's reply is not JSON; it may be of another version");
      }
      return { status, body: parsed.value };
    },
    async hook(query, payload, signal) {
      const path = `/v1/hook?${new URLSearchParams(query).toString()}`;
      const { text } = await exchange(socketPath, { method: "POST", path, payload, signal });
      return text;
    },
  };
}

interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly payload: Uint8Array | undefined;
  readonly signal?: AbortSignal | undefined;
}

function exchange(
  socketPath: string,
  { method, path, payload, signal }: Exchange,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      {
        socketPath,
        method,
        path,
        // One request, one connection: its end tells the broker that the asker has gone.
        agent: false,
        headers: { "content-length": payload?.length ?? 0 },
        ...(signal === undefined ? {} : { signal }),
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("error", reject);
        incoming.on("aborted", () => reject(new Error("the broker broke off")));
        incoming.on("end", () =>
          resolve({ status: incoming.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") }),
        );
      },
    );
    outgoing.on("error", reject);
    outgoing.end(payload);
  });
}
