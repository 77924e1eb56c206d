import type { Socket } from "node:net";
import { TextDecoder } from "node:util";
import { isJsonObject, parseJson, type JsonObject } from "../base/json.ts";

/** Longest message in bytes. A question carries at most 64 k characters of text, so this is generous. */
const messageLimit = 4 * 1024 * 1024;

/**
 * Reads one JSON object a line from a socket. `onFault` is told once of what is no JSON object, not UTF-8 or too long;
 * the socket's owner then closes it.
 */
export function readJsonLines(
  socket: Socket,
  onMessage: (message: JsonObject) => void,
  onFault: (reason: string) => void,
): void {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let rest: Buffer = Buffer.alloc(0);
  let faulty = false;
  const fault = (reason: string): void => {
    faulty = true;
    rest = Buffer.alloc(0);
    onFault(reason);
  };
  socket.on("data", (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(0x0a); end >= 0 && !faulty; end = rest.indexOf(0x0a)) {
      const message = objectOf(decoder, rest.subarray(0, end));
      rest = rest.subarray(end + 1);
      if (message === undefined) {
        fault("a message is not a JSON object on one line");
      } else {
        onMessage(message);
      }
    }
    if (!faulty && rest.length > messageLimit) {
      fault("a message is too long");
    }
    if (faulty) {
      rest = Buffer.alloc(0);
    }
  });
}

export function writeJsonLine(socket: Socket, message: object): void {
  if (!socket.destroyed && socket.writable) {
    socket.write(`${JSON.stringify(message)}\n`);
  }
}

function objectOf(decoder: TextDecoder, bytes: Uint8Array): JsonObject | undefined {
  try {
    const parsed = parseJson(decoder.decode(bytes));
    return parsed.ok && isJsonObject(parsed.value) ? parsed.value : undefined;
  } catch {
    return undefined;
  }
}
