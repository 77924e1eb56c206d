import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { linesOf, type Line } from "../../src/cli/lines.ts";

async function* inChunks(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let index = 0; at < bytes.length; index++) {
    const size = Math.max(1, sizes[index % Math.max(1, sizes.length)] ?? bytes.length);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function split(
  bytes: Uint8Array,
  sizes: readonly number[] = [],
  limit = 1 << 20,
): Promise<readonly Line[]> {
  const lines: Line[] = [];
  for await (const line of linesOf(inChunks(bytes, sizes), limit)) {
    lines.push(line);
  }
  return lines;
}

test("lines come out whole, however the bytes are cut", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: "binary" }).map((text) => text.replaceAll("\n", ""))),
      fc.array(fc.integer({ min: 1, max: 7 })),
      async (texts, sizes) => {
        const bytes = Buffer.from(texts.map((text) => `${text}\n`).join(""), "utf8");
        const lines = await split(bytes, sizes);
        assert.deepEqual(
          lines,
          texts.map((text) => ({ kind: "line", text: Buffer.from(text, "utf8").toString("utf8") })),
        );
      },
    ),
    { numRuns: 60 },
  );
});

test("a last line without newline counts, an empty stream has none", async () => {
  assert.deepEqual(await split(Buffer.from("a\nb")), [
    { kind: "line", text: "a" },
    { kind: "line", text: "b" },
  ]);
  assert.deepEqual(await split(Buffer.from("")), []);
  assert.deepEqual(await split(Buffer.from("a\n\nb\n")), [
    { kind: "line", text: "a" },
    { kind: "line", text: "" },
    { kind: "line", text: "b" },
  ]);
});

test("invalid UTF-8 is reported, not replaced", async () => {
  const lines = await split(
    Buffer.concat([Buffer.from("a\n"), Buffer.from([0xff, 0xfe, 0x0a]), Buffer.from("b\n")]),
  );
  assert.deepEqual(
    lines.map((line) => line.kind),
    ["line", "unreadable", "line"],
  );
});

test("a line beyond the limit is reported and the next one is read", async () => {
  for (const sizes of [[], [3], [10, 1]]) {
    const lines = await split(Buffer.from(`${"x".repeat(50)}\nshort\n${"y".repeat(50)}`), sizes, 20);
    assert.deepEqual(
      lines.map((line) => (line.kind === "line" ? line.text : "too long")),
      ["too long", "short", "too long"],
    );
  }
});
