import { once } from "node:events";
import type { Writable } from "node:stream";
import type { JsonObject } from "../base/json.ts";
import { errorToJson } from "./decision-json.ts";
import { linesOf, type Line } from "./lines.ts";
import {
  parseRequest,
  requestFromJson,
  requestId,
  type ParsedRequest,
  type RequestDefaults,
} from "../boundary/check/request-json.ts";

/** Longest request line in bytes. A line over 32 kB of command is asked without parsing anyway. */
const lineLimit = 16 * 1024 * 1024;

export interface JsonlOptions {
  readonly input: AsyncIterable<Uint8Array>;
  readonly output: Writable;
  readonly defaults: RequestDefaults;
  /** Judges one request. A thrown error becomes an `error` line. */
  answer(id: string | number, parsed: ParsedRequest): JsonObject;
}

/** One JSON request a line in, one JSON decision a line out, in the same order, as they come. */
export async function judgeLines(options: JsonlOptions): Promise<void> {
  let number = 0;
  for await (const line of linesOf(options.input, lineLimit)) {
    number++;
    const reply = answerLine(line, `line-${number}`, options);
    if (!options.output.write(`${JSON.stringify(reply)}\n`)) {
      await once(options.output, "drain");
    }
  }
}

function answerLine(line: Line, fallbackId: string, options: JsonlOptions): JsonObject {
  if (line.kind === "unreadable") {
    return errorToJson(fallbackId, line.reason);
  }
  const json = parseRequest(line.text);
  if (!json.ok) {
    return errorToJson(fallbackId, json.error);
  }
  const id = requestId(json.value) ?? fallbackId;
  const parsed = requestFromJson(json.value, options.defaults, String(id));
  if (!parsed.ok) {
    return errorToJson(id, parsed.error);
  }
  try {
    return options.answer(id, parsed.value);
  } catch (error) {
    return errorToJson(
      id,
      `Signalbox failed on it: ${error instanceof Error ? error.message : "unknown error"}`,
    );
  }
}
