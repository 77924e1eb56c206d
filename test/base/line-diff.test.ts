import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { lineDiff } from "../../src/base/line-diff.ts";

const cases: readonly { name: string; before: string; after: string; diff: readonly string[] }[] = [
  { name: "equal texts", before: "a\nb\n", after: "a\nb\n", diff: [] },
  { name: "only the last line end", before: "a\nb", after: "a\r\nb\r\n", diff: [] },
  { name: "from nothing", before: "", after: "a\nb\n", diff: ["@@ -1 +1 @@", "+a", "+b"] },
  { name: "to nothing", before: "a\n", after: "", diff: ["@@ -1 +1 @@", "-a"] },
  {
    name: "one line",
    before: "a\nb\nc\n",
    after: "a\nx\nc\n",
    diff: ["@@ -1 +1 @@", " a", "-b", "+x", " c"],
  },
  {
    name: "two places far apart",
    before: "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n",
    after: "0\n2\n3\n4\n5\n6\n7\n8\n9\n11\n",
    diff: ["@@ -1 +1 @@", "-1", "+0", " 2", " 3", " 4", "@@ -7 +7 @@", " 7", " 8", " 9", "-10", "+11"],
  },
];

for (const { name, before, after, diff } of cases) {
  test(`line diff: ${name}`, () => {
    assert.deepEqual(lineDiff(before, after), diff);
  });
}

test("line diff: what it keeps and adds is the new text, what it keeps and takes is the old one", () => {
  const text = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 7 });
  fc.assert(
    fc.property(text, text, (before, after) => {
      // Texts this short are shown whole.
      const lines = lineDiff(before.join("\n"), after.join("\n")).filter((line) => !line.startsWith("@@"));
      const side = (mark: string): readonly string[] =>
        lines.filter((line) => line.startsWith(" ") || line.startsWith(mark)).map((line) => line.slice(1));
      if (before.join("\n") !== after.join("\n")) {
        const isShown = (all: readonly string[], part: readonly string[]): boolean =>
          all.join("\n").includes(part.join("\n"));
        assert.ok(isShown(before, side("-")) && isShown(after, side("+")), lines.join("|"));
        assert.ok(lines.some((line) => !line.startsWith(" ")));
      }
    }),
  );
});

test("line diff: texts of many lines that have nothing in common take no time", () => {
  const before = Array.from({ length: 40_000 }, (_, index) => `old ${index}`).join("\n");
  const after = Array.from({ length: 40_000 }, (_, index) => `new ${index}`).join("\n");
  const start = performance.now();
  assert.equal(lineDiff(before, after).length, 80_001);
  assert.ok(performance.now() - start < 2000);
});
