import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseUnambiguousJson, readPayload } from "../../../src/boundary/hooks/payload.ts";
import { inputField } from "../../../src/boundary/hooks/native-tool.ts";

const nested = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`;

const refused: readonly (readonly [what: string, payload: string | Uint8Array, says: RegExp])[] = [
  ["nothing", "", /^the payload is empty$/],
  ["a NUL byte", "{\0}", /NUL/],
  ["invalid UTF-8", Uint8Array.of(0x7b, 0xff, 0x7d), /UTF-8/],
  ["an overlong quote", Uint8Array.of(0x7b, 0xc0, 0xa2, 0x7d), /UTF-8/],
  ["a list", "[1]", /not a JSON object/],
  ["text that is cut off", `{"a":"b`, /^the payload is not valid JSON/],
  ["two documents", "{}{}", /not valid JSON/],
  ["a name twice", `{"tool_name":"Bash","tool_name":"Read"}`, /names a member twice/],
  ["a name twice below", `{"a":[{"command":"ls", "command" : "rm"}]}`, /names a member twice/],
  ["a name twice, once escaped", String.raw`{"a":{"command":"ls","\u0063ommand":"rm"}}`, /twice/],
  ["a name twice around an object", `{"a":{"b":1},"c":{"b":1},"a":1}`, /twice/],
  ["deep lists", `{"a":${nested(100_000)}}`, /nested more than 500 levels deep/],
  ["deep objects", `${`{"a":`.repeat(600)}1${"}".repeat(600)}`, /nested more than/],
  ["an endless nest", "[".repeat(1_000_000), /nested more than/],
];

for (const [what, payload, says] of refused) {
  test(`refuses ${what}`, () => {
    const read = readPayload(typeof payload === "string" ? Buffer.from(payload) : payload);
    assert.ok(!read.ok);
    assert.match(read.error, says);
  });
}

test("takes what is plain, whatever its strings look like", () => {
  for (const value of [
    { a: { b: 1 }, b: { b: 1 } },
    { a: ["a", "a"], "a:": "a", 'a"': 'b":"c' },
    { 'a\\"': 1, 'a\\\\"': 2, "{": "}{[", "\u2028": "\\" },
    { n: JSON.parse(nested(400)) as unknown },
  ]) {
    assert.deepEqual(readPayload(Buffer.from(JSON.stringify(value, undefined, 1))), { ok: true, value });
  }
});

test("says of every JSON text what the parser says", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(3), (value, indent) => {
      const text = JSON.stringify(value, undefined, indent);
      assert.deepEqual(parseUnambiguousJson(text), { ok: true, value: JSON.parse(text) as unknown });
    }),
    { numRuns: 300 },
  );
});

test("never throws, and takes nothing that the parser does not take", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("{", "}", "[", "]", '"', "\\", ":", ",", "a", "1", " ")),
      (pieces) => {
        const text = pieces.join("");
        if (parseUnambiguousJson(text).ok) {
          JSON.parse(text);
        }
      },
    ),
    { numRuns: 1000 },
  );
});

test("16 MB are looked through in well under a second", () => {
  const text = JSON.stringify({ content: 'a\\"\n'.repeat(2_500_000) });
  const began = performance.now();
  assert.ok(parseUnambiguousJson(text).ok);
  assert.ok(performance.now() - began < 5000);
});

test("an input that comes as text is taken apart only where it is plain", () => {
  assert.deepEqual(inputField({ a: `{"command":"ls"}` }, "a"), { command: "ls" });
  const twice = `{"command":"ls","command":"rm"}`;
  assert.equal(inputField({ a: twice }, "a"), twice);
});
