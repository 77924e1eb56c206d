/** One line of a byte stream, without its newline, or the reason why it is not text. */
export type Line =
  | { readonly kind: "line"; readonly text: string }
  | { readonly kind: "unreadable"; readonly reason: string };

/**
 * Splits a byte stream into lines in constant memory: a line longer than `limit` bytes is dropped as it arrives and
 * reported, and invalid UTF-8 is reported instead of being replaced, because what is judged must be what was sent.
 */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Line> {
  let parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let newline = chunk.indexOf(0x0a); newline !== -1; newline = chunk.indexOf(0x0a, start)) {
      const rest = chunk.subarray(start, newline);
      yield toLine(parts, size + rest.length > limit ? undefined : rest, limit);
      parts = [];
      size = 0;
      start = newline + 1;
    }
    const rest = chunk.subarray(start);
    size += rest.length;
    if (size <= limit) {
      parts.push(rest.slice());
    } else {
      parts = [];
    }
  }
  if (size > 0) {
    yield toLine(parts, size > limit ? undefined : new Uint8Array(), limit);
  }
}

function toLine(parts: readonly Uint8Array[], rest: Uint8Array | undefined, limit: number): Line {
  if (rest === undefined) {
    return { kind: "unreadable", reason: `the line is longer than ${limit / (1024 * 1024)} MB` };
  }
  try {
    return {
      kind: "line",
      text: new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat([...parts, rest])),
    };
  } catch {
    return { kind: "unreadable", reason: "the line is not valid UTF-8" };
  }
}
