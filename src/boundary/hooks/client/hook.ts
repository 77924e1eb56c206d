import { spawn } from "node:child_process";
import { request } from "node:http";
import { parseArgs } from "node:util";
import type { WireReply } from "../adapter.ts";
import { portableStop } from "../reply.ts";
import { clientRefusal, parseReply } from "./refusal.ts";

/**
 * The hook client for systems where the shell script can reach nothing by itself. The script starts it, with a clean
 * environment; it says what the script would say. Bundled as `hook.js`, and kept small: every call starts it anew.
 */
interface Options {
  readonly agent: string;
  readonly event: string;
  readonly refuseJson: boolean;
  readonly deadlineMs: number;
  readonly socket: string;
  readonly stateDir: string;
  readonly broker: string;
  readonly parentPid: string;
  readonly agentPid: string;
}

const payloadLimit = 16 * 1024 * 1024;
const startMs = 2000;
const noBroker =
  "Signalbox's broker does not answer, so this is stopped. Ask the user to run: signalbox doctor";

function readOptions(): Options {
  const { values, positionals } = parseArgs({
    options: {
      "refuse-json": { type: "boolean", default: false },
      deadline: { type: "string", default: "590" },
      socket: { type: "string", default: "" },
      "state-dir": { type: "string", default: "" },
      broker: { type: "string", default: "" },
      ppid: { type: "string", default: "0" },
      pid: { type: "string", default: "0" },
    },
    allowPositionals: true,
  });
  const [agent = "", event = "-"] = positionals;
  return {
    agent,
    event,
    refuseJson: values["refuse-json"],
    deadlineMs: Math.max(1, Number(values.deadline) || 590) * 1000,
    socket: values.socket,
    stateDir: values["state-dir"],
    broker: values.broker,
    parentPid: values.ppid,
    agentPid: values.pid,
  };
}

async function ask(options: Options): Promise<WireReply> {
  const refuse = (reason: string): WireReply => clientRefusal(reason, options.event, options.refuseJson);
  const payload = await readPayload();
  if (typeof payload === "string") {
    return refuse(payload);
  }
  let answer = await post(options, payload);
  if (answer === "unreachable" && startBroker(options)) {
    for (const until = performance.now() + startMs; answer === "unreachable" && performance.now() < until;) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      answer = await post(options, payload);
    }
  }
  const reply = answer === "unreachable" ? undefined : parseReply(answer);
  return reply ?? refuse(answer === "unreachable" ? noBroker : "Signalbox: the broker gave no whole answer");
}

/** The payload, or why it is refused. */
async function readPayload(): Promise<Buffer | string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > payloadLimit) {
      return "Signalbox: the payload is larger than 16 MB";
    }
  }
  const payload = Buffer.concat(chunks);
  if (payload.length === 0) {
    return "Signalbox: the hook got an empty payload";
  }
  return payload.includes(0) ? "Signalbox: the payload holds a NUL byte" : payload;
}

/** The reply's text; `unreachable` where nobody listens, so that nothing was asked. */
function post(options: Options, payload: Buffer): Promise<string> {
  const { agent, event, parentPid, agentPid } = options;
  const query = new URLSearchParams({ agent, event, ppid: parentPid, pid: agentPid });
  return new Promise((resolve) => {
    const outgoing = request(
      {
        socketPath: options.socket,
        method: "POST",
        path: `/v1/hook?${query.toString()}`,
        headers: { "content-type": "application/octet-stream", "content-length": payload.length },
      },
      (incoming) => {
        let text = "";
        incoming.setEncoding("utf8");
        incoming.on("data", (chunk: string) => {
          text += chunk;
        });
        incoming.on("end", () => resolve(text));
        incoming.on("error", () => resolve(""));
      },
    );
    outgoing.on("error", (error: NodeJS.ErrnoException) => {
      resolve(error.code === "ENOENT" || error.code === "ECONNREFUSED" ? "unreachable" : "");
    });
    outgoing.end(payload);
  });
}

function startBroker({ broker, stateDir }: Options): boolean {
  if (broker === "" || stateDir === "") {
    return false;
  }
  const child = spawn(process.execPath, [broker, "--state-dir", stateDir], {
    detached: true,
    stdio: "ignore",
    cwd: "/",
    env: { HOME: process.env["HOME"], PATH: "/usr/bin:/bin", LC_ALL: "C", ELECTRON_RUN_AS_NODE: "1" },
  });
  child.on("error", () => undefined);
  child.unref();
  return true;
}

/** Writes the reply and leaves. A reply that cannot be written whole becomes exit code 2. */
function leave(reply: WireReply): void {
  const { exit, stdout, stderr } = reply;
  const end = (): never => process.exit(exit);
  process.stdout.on("error", () => process.exit(2));
  process.stderr.on("error", () => process.exit(2));
  const errors = (): boolean => (stderr === "" ? end() : process.stderr.write(`${stderr}\n`, end));
  if (stdout === "") {
    errors();
  } else {
    process.stdout.write(`${stdout}\n`, errors);
  }
}

// INVARIANT: whatever happens here, the tool is stopped rather than let through.
process.exitCode = 2;
process.on("uncaughtException", () => leave(portableStop("Signalbox: the hook failed, so this is stopped")));
const options = readOptions();
const late = "Signalbox had no answer in time, so this is stopped. Try again, or ask the user";
setTimeout(() => leave(clientRefusal(late, options.event, options.refuseJson)), options.deadlineMs).unref();
ask(options).then(leave, () => leave(clientRefusal(noBroker, options.event, options.refuseJson)));
