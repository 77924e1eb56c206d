import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { JsonValue } from "../../../src/base/json.ts";
import { editJsonc, type JsoncPath } from "../../../src/boundary/hooks/jsonc-edit.ts";
import { parseJsonc, valueOf } from "../../../src/boundary/hooks/jsonc.ts";

function read(text: string): JsonValue {
  const parsed = parseJsonc(text);
  assert.ok(parsed.ok, parsed.ok ? "" : parsed.error);
  return valueOf(parsed.value);
}

test("reads everything that JSON can say", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(undefined, 2, "\t"), (value, space) => {
      assert.deepEqual(read(JSON.stringify(value, undefined, space)), JSON.parse(JSON.stringify(value)));
    }),
  );
});

test("never throws, and accepts nothing that is broken", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'{}[],:"\\/*1-e. \ntruefalsn'.split("")) }), (text) => {
      const parsed = parseJsonc(text);
      if (parsed.ok && !/[/]|,\s*[\]}]/.test(text)) {
        assert.deepEqual(valueOf(parsed.value), JSON.parse(text));
      }
    }),
    { numRuns: 500 },
  );
  for (const text of [
    "",
    "{",
    '{"a"}',
    '{"a":1 "b":2}',
    "[1 2]",
    "{,}",
    "[,]",
    '{"a":1}x',
    "{a:1}",
    "'a'",
    "/*",
    "01",
    "[".repeat(100),
  ]) {
    assert.equal(parseJsonc(text).ok, false, text);
  }
});

test("says where it is broken, and nothing of the content", () => {
  const parsed = parseJsonc('{\n  "secret": oops\n}');
  assert.ok(!parsed.ok);
  assert.equal(parsed.error, "not valid JSON at line 2, column 13");
});

const edits: readonly (readonly [
  title: string,
  before: string,
  path: JsoncPath,
  value: JsonValue | undefined,
  after: string,
])[] = [
  ["adds to an empty object", "{}", ["a"], 1, '{\n  "a": 1\n}'],
  [
    "makes what is missing on the way",
    "{}\n",
    ["a", "b"],
    [1],
    '{\n  "a": {\n    "b": [\n      1\n    ]\n  }\n}\n',
  ],
  [
    "keeps comments and indentation",
    '{\n\t// one\n\t"a": 1 // tail\n\t// end\n}\n',
    ["b"],
    2,
    '{\n\t// one\n\t"a": 1, // tail\n\t"b": 2\n\t// end\n}\n',
  ],
  ["keeps a comment in an empty object", "{ // none\n}", ["a"], 1, '{\n  "a": 1 // none\n}'],
  ["lives with a trailing comma", '{\n  "a": 1,\n}', ["b"], 2, '{\n  "a": 1,\n  "b": 2\n}'],
  ["keeps a byte order mark", '\uFEFF{"a": 1}', ["a"], 2, '\uFEFF{"a": 2}'],
  ["appends to a list", '{"a": [1]}', ["a", 1], 2, '{"a": [1,\n    2]}'],
  ["replaces the last of two members with one name", '{"a": 1, "a": 2}', ["a"], 3, '{"a": 1, "a": 3}'],
  ["removes the first", '{\n  "a": 1,\n  "b": 2\n}', ["a"], undefined, '{\n  "b": 2\n}'],
  ["removes the last", '{\n  "a": 1,\n  "b": 2\n}', ["b"], undefined, '{\n  "a": 1\n}'],
  [
    "removes the last with a comment behind the comma",
    '{\n  "a": 1, // x\n  "b": 2\n}',
    ["b"],
    undefined,
    '{\n  "a": 1 // x\n}',
  ],
  ["removes the only one", '{\n  "a": 1\n}\n', ["a"], undefined, "{}\n"],
  ["removes the only one but keeps a comment", '{\n  // x\n  "a": 1\n}', ["a"], undefined, "{\n  // x\n}"],
  ["removes nothing where nothing is", '{"a":1}', ["b", "c"], undefined, '{"a":1}'],
  [
    "is not fooled by text that looks like JSON",
    '{"a": "}, \\"b\\": 1 //", "b": 2}',
    ["b"],
    3,
    '{"a": "}, \\"b\\": 1 //", "b": 3}',
  ],
];

for (const [title, before, path, value, after] of edits) {
  test(`an edit ${title}`, () => {
    const edited = editJsonc(before, path, value);
    assert.deepEqual(edited, { ok: true, value: after });
    read(after);
  });
}

test("an edit refuses to go through what is no container", () => {
  for (const [text, path] of [
    ['{"a": 1}', ["a", "b"]],
    ['{"a": []}', ["a", "b"]],
    ["[]", [3]],
    ["{", ["a"]],
  ] as const) {
    assert.equal(editJsonc(text, path, 1).ok, false, text);
  }
});

test("setting a member changes that member alone, and removing it gives the old value back", () => {
  const objects = fc.dictionary(fc.string({ maxLength: 5 }), fc.jsonValue({ maxDepth: 2 }), {
    noNullPrototype: true,
  });
  fc.assert(
    fc.property(
      objects,
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom(0, 2, "\t"),
      (object, value, space) => {
        const clean = JSON.parse(JSON.stringify(object)) as Record<string, JsonValue>;
        delete clean["new"];
        const text = JSON.stringify(clean, undefined, space);
        const edited = editJsonc(text, ["new"], value as JsonValue);
        assert.ok(edited.ok);
        assert.deepEqual(read(edited.value), {
          ...clean,
          new: JSON.parse(JSON.stringify(value)) as JsonValue,
        });
        const back = editJsonc(edited.value, ["new"], undefined);
        assert.ok(back.ok);
        assert.deepEqual(read(back.value), clean);
      },
    ),
  );
});
