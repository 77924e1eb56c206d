import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cutMiddle, makeVisible, makeVisibleLine, shorten } from "../../src/base/visible-text.ts";

const cases: readonly { readonly name: string; readonly text: string; readonly shown: string }[] = [
  {
    name: "plain text stays",
    text: "rm -rf build/ && echo 'Grüße, 世界 👍'",
    shown: "rm -rf build/ && echo 'Grüße, 世界 👍'",
  },
  { name: "bidi override", text: "a\u202eb", shown: "a⟨U+202E right-to-left override⟩b" },
  {
    name: "bidi isolate",
    text: "\u2066x\u2069",
    shown: "⟨U+2066 left-to-right isolate⟩x⟨U+2069 pop directional isolate⟩",
  },
  { name: "zero width", text: "rm\u200b -rf", shown: "rm⟨U+200B zero-width space⟩ -rf" },
  { name: "runs of one mark are counted", text: "\u200d\u200d\u200d", shown: "⟨U+200D zero-width joiner⟩×3" },
  { name: "escape sequences", text: "\x1b[2Kok", shown: "⟨U+001B escape⟩[2Kok" },
  { name: "carriage return hides a line", text: "evil\rgood", shown: "evil⟨U+000D carriage return⟩good" },
  { name: "null", text: "a\0b", shown: "a⟨U+0000 null⟩b" },
  { name: "tag characters", text: "a\u{e0041}", shown: "a⟨U+E0041⟩" },
  { name: "variation selectors", text: "a\ufe0f", shown: "a⟨U+FE0F⟩" },
  { name: "braille blank and hangul filler", text: "\u2800\u3164", shown: "⟨U+2800⟩⟨U+3164 hangul filler⟩" },
  { name: "no-break space", text: "rm\u00a0x", shown: "rm⟨U+00A0 no-break space⟩x" },
  { name: "lone surrogate", text: "a\ud800", shown: "a⟨U+D800⟩" },
  { name: "a forged mark is marked", text: "⟨U+0000⟩", shown: "⟨U+27E8⟩U+0000⟨U+27E9⟩" },
  { name: "line separator", text: "a\u2028b", shown: "a⟨U+2028 line separator⟩b" },
  { name: "look-alikes in a Latin word", text: "pаypal", shown: "pа⟨U+0430⟩ypal" },
  { name: "a word of another script stays", text: "привет", shown: "привет" },
  {
    name: "a word that is Latin letter by letter",
    text: "аре.com",
    shown: "а⟨U+0430⟩р⟨U+0440⟩е⟨U+0435⟩.com",
  },
  { name: "full-width letters", text: "railwａy", shown: "railwａ⟨U+FF41⟩y" },
  { name: "stacked marks", text: "a\u0301\u0301\u0301\u0301", shown: "a\u0301\u0301⟨U+0301⟩×2" },
  { name: "padding with spaces", text: `ls${" ".repeat(40)}; rm x`, shown: "ls ⟨40 spaces⟩ ; rm x" },
  { name: "padding with line breaks", text: `ls${"\n".repeat(40)}rm x`, shown: "ls\n⟨40 line breaks⟩\nrm x" },
  { name: "padding with blank lines", text: `ls${" \n".repeat(9)}rm x`, shown: "ls \n⟨9 line breaks⟩\nrm x" },
];

for (const { name, text, shown } of cases) {
  test(`visible text: ${name}`, () => {
    assert.equal(makeVisible(text), shown);
  });
}

test("visible text: one line", () => {
  assert.equal(makeVisibleLine("a\n  b\n"), "a ⏎ b");
});

test("visible text: nothing unseen is left, whatever goes in", () => {
  const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
      assert.doesNotMatch(makeVisible(text).replaceAll("\n", ""), unseen);
    }),
  );
});

test("cut: a short text is whole", () => {
  assert.equal(cutMiddle("railway status", [{ text: "status", from: 0 }], 100), "railway status");
});

test("cut: the dangerous part in the middle of a long text stays, with the beginning and the end", () => {
  const shown = cutMiddle(
    `begin ${"x".repeat(50_000)} volumeDelete ${"y".repeat(50_000)} end`,
    [{ text: "volumeDelete", from: 0 }],
    600,
  );
  assert.match(shown, /^begin /);
  assert.match(shown, / volumeDelete /);
  assert.match(shown, / end$/);
  assert.equal(shown.match(/⟨\d+ characters left out⟩/g)?.length, 2);
  assert.ok(shown.length < 900, `${shown.length} characters`);
});

test("cut: a decoy before the place that is meant moves nothing, however the text is padded", () => {
  for (const padding of ["x", "\u200b\u200d", "а"]) {
    const decoy = `echo volumeDelete ${padding.repeat(20_000)}`;
    const text = `${decoy} REAL volumeDelete vol_1 ${padding.repeat(20_000)}`;
    const shown = cutMiddle(text, [{ text: "volumeDelete", from: decoy.length }], 1400);
    assert.match(shown, /REAL volumeDelete vol_1/, padding);
  }
});

test("cut: where there is no room for all parts, the first ones stay", () => {
  const names = Array.from({ length: 30 }, (_, index) => `name${index}`);
  const text = names.map((name) => `${"x".repeat(2000)} ${name} `).join("");
  const needles = ["name29", "name28", ...names].map((name) => ({ text: name, from: 0 }));
  const shown = cutMiddle(text, needles, 1400);
  assert.match(shown, /name29/);
  assert.match(shown, /name28/);
});

test("cut: what is left out is counted", () => {
  const shown = cutMiddle("a".repeat(1000), [], 200);
  assert.match(shown, /⟨800 characters left out⟩/);
});

test("cut: marks cannot blow a text up", () => {
  const shown = cutMiddle("\u200b\u200d".repeat(50_000), [], 1000);
  assert.ok(shown.length <= 2400, `${shown.length} characters`);
});

test("cut: a text of many short lines flows instead of filling the screen", () => {
  assert.equal(cutMiddle("a\n".repeat(100), [], 1000).includes("\n"), false);
});

test("cut: no half character", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom("😀", "a"), { minLength: 50, maxLength: 300 }), (characters) => {
      assert.doesNotMatch(cutMiddle(characters.join(""), [], 40), /U\+D[89A-F]/);
    }),
  );
});

test("cut: a megabyte takes less than 20 ms", () => {
  const text = "x\u200b".repeat(512 * 1024);
  const before = performance.now();
  cutMiddle(text, [{ text: "volumeDelete", from: 0 }], 1400);
  assert.ok(performance.now() - before < 5000);
});

test("shorten: an ellipsis where something is missing", () => {
  assert.equal(shorten("abcdef", 6), "abcdef");
  assert.equal(shorten("abcdefg", 6), "abcde…");
  assert.equal(shorten("abcd😀x", 6), "abcd…");
});
