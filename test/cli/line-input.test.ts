import assert from "node:assert/strict";
import { test } from "node:test";
import { LineInput } from "../../src/cli/line-input.ts";

/** What becomes of a line that arrives in these pieces, and all that was echoed. */
function typed(hidden: boolean, ...pieces: readonly string[]): { kind: string; line?: string; echo: string } {
  const input = new LineInput(hidden);
  let echo = "";
  for (const piece of pieces) {
    const taken = input.take(piece);
    echo += taken.echo;
    if (taken.kind !== "more") {
      return { ...taken, echo };
    }
  }
  return { kind: "more", echo };
}

const answers: readonly (readonly [string, readonly string[], object])[] = [
  ["a line", ["a", "\r"], { kind: "line", line: "a", echo: "a" }],
  ["a line and its end at once", ["allow\r"], { kind: "line", line: "allow", echo: "allow" }],
  ["both characters of a line's end", ["d\r\n"], { kind: "line", line: "d", echo: "d" }],
  ["rubbed out", ["ax\u007f\u007f\u007fd\r"], { kind: "line", line: "d", echo: "ax\b \b\b \bd" }],
  ["the whole line rubbed out", ["ab\u0015\r"], { kind: "line", line: "", echo: "ab\b \b\b \b" }],
  ["arrows and other keys", ["\u001b[A\u001bOP\u001b[3~a\u001b\r"], { kind: "line", line: "a", echo: "a" }],
  ["Escape alone", ["\u001b", "a\r"], { kind: "line", line: "a", echo: "a" }],
  ["control characters", ["\u0000\u0007\ta\u0016\r"], { kind: "line", line: "a", echo: "a" }],
  [
    "more than an answer has",
    [`${"x".repeat(100)}\r`],
    { kind: "line", line: "x".repeat(40), echo: "x".repeat(40) },
  ],
  ["several lines", ["l\ra\r"], { kind: "pasted", echo: "" }],
  ["several lines behind a typed letter", ["a", "\recho\r"], { kind: "pasted", echo: "a" }],
  ["pasted", ["\u001b[200~a\u001b[201~\r"], { kind: "pasted", echo: "" }],
];

for (const [what, pieces, expected] of answers) {
  test(`an answer: ${what}`, () => {
    assert.deepEqual(typed(false, ...pieces), expected);
  });
}

test("an answer: a paste in pieces is told once, and over with its end", () => {
  const input = new LineInput(false);
  const kinds = ["\u001b[200~l", "\ra\r", "a\r\u001b[201~", "d\r"].map((piece) => input.take(piece).kind);
  assert.deepEqual(kinds, ["pasted", "more", "more", "line"]);
});

test("a secret is not echoed, and may be pasted", () => {
  const line = "correct horse 🐴";
  assert.deepEqual(typed(true, `\u001b[200~${line}\u001b[201~`, "\r"), { kind: "line", line, echo: "" });
  assert.deepEqual(typed(true, `${line}x\u007f\r`), { kind: "line", line, echo: "" });
});
