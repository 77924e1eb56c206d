import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import type { WireReply } from "../boundary/hooks/adapter.ts";
import type { HookCall } from "./hook.ts";
import { encodeHookReply, portableRefusal } from "./hook-reply.ts";
import { loopbackBanner } from "./protocol.ts";
import { payloadDeadlineMs, payloadLimit, pidOf } from "./requester.ts";

export interface LoopbackOptions {
  /** 128 random bits as text, new at every start of the broker. */
  readonly token: string;
  hook(call: HookCall): Promise<WireReply>;
  /** How long a payload may take to arrive, in ms. */
  readonly deadlineMs?: number;
}

/** Ends the payload. No JSON text holds a NUL byte, so it cannot be part of one. */
const payloadEnd = Buffer.from("\0END\n");
const headerLimit = 1024;

/**
 * The requesters' endpoint for shells that can open a TCP connection but no socket file. The banner goes first; whoever
 * does not send the token of `run/endpoint` gets a refusal and nothing else.
 */
export function loopbackServer(options: LoopbackOptions): Server {
  return createServer((socket) => {
    socket.setNoDelay(true);
    socket.on("error", () => socket.destroy());
    socket.write(`${loopbackBanner}\n`);
    serve(socket, options).catch(() => socket.destroy());
  });
}

async function serve(socket: Socket, options: LoopbackOptions): Promise<void> {
  const gone = new AbortController();
  // With a reason of its own: the default one is an exception with a stack.
  socket.on("close", () => gone.abort("the asker has gone"));
  const received = await receive(socket, options.deadlineMs ?? payloadDeadlineMs);
  const call = typeof received === "string" ? received : parseCall(received, options.token, gone.signal);
  const wire = typeof call === "string" ? portableRefusal(call) : await options.hook(call);
  // What the peer still sends is thrown away: closing with unread bytes would reset the connection and lose the reply.
  socket.resume();
  socket.end(encodeHookReply(wire));
  setTimeout(() => socket.destroy(), 1000).unref();
}

interface Received {
  readonly header: string;
  readonly payload: Buffer;
}

/** Header and payload, or why they are not there. */
function receive(socket: Socket, deadlineMs: number): Promise<Received | string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = (result: Received | string): void => {
      clearTimeout(timer);
      socket.off("data", take);
      resolve(result);
    };
    const timer = setTimeout(
      () => finish(`the payload was not complete within ${deadlineMs / 1000} s`),
      deadlineMs,
    );
    const take = (chunk: Buffer): void => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > payloadLimit + headerLimit) {
        finish(`the payload is larger than ${payloadLimit / 1024} kB`);
      } else if (endsPayload(chunks)) {
        finish(split(Buffer.concat(chunks)));
      }
    };
    socket.on("data", take);
    socket.on("end", () => finish("the payload was cut off"));
    socket.on("close", () => finish("the payload was cut off"));
  });
}

function endsPayload(chunks: readonly Buffer[]): boolean {
  const last = chunks.at(-1);
  if (last === undefined || last.at(-1) !== 0x0a) {
    return false;
  }
  const tail = last.length >= payloadEnd.length ? last : Buffer.concat(chunks.slice(-payloadEnd.length));
  return tail.subarray(-payloadEnd.length).equals(payloadEnd);
}

function split(bytes: Buffer): Received | string {
  const newline = bytes.subarray(0, headerLimit).indexOf(0x0a);
  if (newline < 0) {
    return "the request has no header line";
  }
  const header = bytes.subarray(0, newline).toString("utf8");
  return { header, payload: bytes.subarray(newline + 1, bytes.length - payloadEnd.length) };
}

function parseCall({ header, payload }: Received, token: string, signal: AbortSignal): HookCall | string {
  const words = header.split(" ");
  const [verb, given, agentHint, event, parent, agent] = words;
  if (verb !== "HOOK" || words.length !== 6 || given === undefined || !sameText(given, token)) {
    return "the hook does not know this broker's token; it may have started anew, so try again";
  }
  return {
    payload,
    agentHint: agentHint ?? "",
    eventHint: event === "-" || event === "" ? undefined : event,
    hookParentPid: pidOf(parent),
    agentPid: pidOf(agent),
    signal,
  };
}

/** Compares in a time that tells nothing about where two texts differ. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text, "utf8").digest();
  return timingSafeEqual(digest(a), digest(b));
}
