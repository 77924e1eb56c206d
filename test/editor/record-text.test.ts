import assert from "node:assert/strict";
import { test } from "node:test";
import { recordDocument } from "../../src/editor/record-text.ts";
import { decided } from "./samples.ts";

const clock = (at: string): string => at.slice(11, 19);

test("record: every decision with its reason and its policy lines; what passed takes one line", () => {
  const passed = decided({ effect: "pass", verdict: "allow", rules: [], text: "ls" });
  const approved = decided({ effect: "pass", verdict: "ask", rules: [] });
  const { text } = recordDocument([passed, decided(), approved, passed, passed], clock);
  assert.equal(
    text,
    [
      "Signalbox: record of decisions, newest first",
      "3 passed · 1 killed · 1 approved",
      "",
      "14:00:00  PASSED    ls",
      "",
      "14:00:00  KILLED    Delete Railway volume `vol_1` in production. Cannot be undone.",
      "    who      vscode · session s_abcd2345 · /home/u/shop",
      "    reason   kill names irreversible_infrastructure_deletion",
      "    rule     .governance/policy.yaml:9",
      "             kill names it",
      "    rule     built-in baseline.yaml:3",
      "             the built-in baseline kills it",
      "    request  railway volume delete vol_1",
      "",
      "14:00:00  APPROVED  Delete Railway volume `vol_1` in production. Cannot be undone.",
      "    who      vscode · session s_abcd2345 · /home/u/shop",
      "    reason   kill names irreversible_infrastructure_deletion",
      "    request  railway volume delete vol_1",
      "",
      "14:00:00  PASSED    ls",
      "14:00:00  PASSED    ls",
      "",
    ].join("\n"),
  );
});

test("record: links cover exactly the place they open, and only files have one", () => {
  const latched = { because: "session s_abcd2345 was killed", file: "sessions", line: 1 };
  const odd = decided({ headline: "a\nb\u2028c", reason: `x\ny ${"word ".repeat(60)}` });
  const { text, links } = recordDocument([odd, decided({ rules: [latched] }), decided()], clock);
  const lines = text.split("\n");
  assert.deepEqual(
    links.map((link) => lines[link.line]?.slice(link.start, link.end)),
    [
      ".governance/policy.yaml:9",
      "built-in baseline.yaml:3",
      ".governance/policy.yaml:9",
      "built-in baseline.yaml:3",
    ],
  );
  assert.deepEqual(links[1], { ...links[1], file: "/opt/signalbox/policies/baseline.yaml", targetLine: 3 });
});

test("record: long texts are wrapped", () => {
  const { text } = recordDocument([decided({ reason: "word ".repeat(100), rules: [] })], clock);
  assert.ok(text.split("\n").every((line) => line.length <= 93));
});

test("record: nothing an agent wrote makes a line of its own or hides", () => {
  const { text } = recordDocument(
    [decided({ rules: [], text: "a\u202e\n14:00:00  PASSED  harmless" })],
    clock,
  );
  assert.doesNotMatch(text, /\u202e/);
  assert.match(text, /^ {4}request {2}a⟨U\+202E right-to-left override⟩ ⏎ 14:00:00 {2}PASSED {2}harmless$/m);
});

test("record: an empty one says what to do", () => {
  assert.match(recordDocument([], clock).text, /Nothing has been decided yet\.\nAsk an agent/);
});

test("record: what was only observed stands out, with the rule that would have stopped it", () => {
  const observed = {
    verdict: "kill",
    reason: "kill names irreversible_infrastructure_deletion",
    rules: [{ because: "kill names it", file: "/home/u/shop/.governance/policy.yaml", line: 9 }],
  };
  const seen = decided({ effect: "pass", verdict: "allow", reason: "", rules: [], observed });
  const { text, links } = recordDocument([seen], clock);
  assert.match(text, /^1 would have killed$/m);
  assert.match(text, /^14:00:00 {2}WOULD HAVE KILLED {2}Delete Railway volume/m);
  assert.match(text, /^ {4}reason {3}kill names irreversible_infrastructure_deletion$/m);
  assert.deepEqual(
    links.map(({ targetLine }) => targetLine),
    [9],
  );
});
