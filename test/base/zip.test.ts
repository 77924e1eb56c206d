import assert from "node:assert/strict";
import { test } from "node:test";
import { constants, deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { inflate } from "../../src/base/inflate.ts";
import { zipEntry } from "../../src/base/zip.ts";
import { zipFile } from "./zip-file.ts";

const limit = 1024 * 1024;

test("whatever was packed is unpacked, by every kind of block", () => {
  const strategies = [
    constants.Z_DEFAULT_STRATEGY,
    constants.Z_FIXED,
    constants.Z_HUFFMAN_ONLY,
    constants.Z_RLE,
  ];
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.uint8Array({ maxLength: 300 }),
          fc.string().map((text) => Buffer.from(text.repeat(50))),
        ),
        {
          maxLength: 8,
        },
      ),
      fc.constantFrom(...strategies),
      fc.integer({ min: 0, max: 9 }),
      (chunks, strategy, level) => {
        const bytes = Buffer.concat(chunks);
        assert.deepEqual(
          Buffer.from(inflate(deflateRawSync(bytes, { strategy, level }), limit) ?? []),
          bytes,
        );
      },
    ),
    { numRuns: 300 },
  );
});

test("broken streams and what grows over the limit end without a result", () => {
  const packed = deflateRawSync(Buffer.alloc(100_000));
  assert.equal(inflate(packed, 99_999), undefined);
  assert.equal(inflate(packed.subarray(0, -3), limit), undefined);
  assert.equal(inflate(new Uint8Array(), limit), undefined);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const result = inflate(bytes, 10_000);
      assert.ok(result === undefined || result.length <= 10_000);
    }),
  );
});

const content = Buffer.from("a plan");

test("an entry is found by its name, packed or not, before a comment", () => {
  for (const stored of [true, false]) {
    const archive = zipFile(
      [
        { name: "x", content: Buffer.from("other") },
        { name: "plan", content, stored },
      ],
      "note",
    );
    assert.deepEqual(Buffer.from(zipEntry(archive, "plan", limit) ?? []), content);
    assert.equal(zipEntry(archive, "pla", limit), undefined);
    assert.equal(zipEntry(archive, "plan", 3), undefined);
  }
});

test("a name that stands twice names nothing", () => {
  const other = { name: "plan", content: Buffer.from("another plan") };
  assert.equal(zipEntry(zipFile([{ name: "plan", content }, other]), "plan", limit), undefined);
});

test("a broken archive is no archive", () => {
  const archive = zipFile([{ name: "plan", content }]);
  fc.assert(
    fc.property(fc.nat(archive.length - 1), fc.nat(255), fc.nat(archive.length), (at, byte, length) => {
      const broken = Buffer.from(archive.subarray(0, length));
      if (at < broken.length) {
        broken[at] = byte;
      }
      const found = zipEntry(broken, "plan", limit);
      assert.ok(found === undefined || found.length <= limit);
    }),
    { numRuns: 2000 },
  );
});
