import assert from "node:assert/strict";
import { test } from "node:test";
import { recordDocument } from "../../src/editor/record-text.ts";
import { decided } from "./samples.ts";

const clock = (at: string): string => at.slice(11, 19);

test("record: every decision with its reason and its policy lines", () => {
  const { text } = recordDocument([decided(), decided({ effect: "pass", verdict: "ask", rules: [] })], clock);
  assert.equal(
    text,
    [
      "Signalbox: record of decisions, newest first",
      "1 killed · 1 approved",
      "",
      "14:00:00  KILLED    Delete Railway volume `vol_1` in production. Cannot be undone.",
      "    who      vscode · session s_abcd2345",
      "    where    /home/u/shop",
      "    reason   kill names irreversible_infrastructure_deletion",
      "    rule     kill names it  /home/u/shop/.governance/policy.yaml:9",
      "    rule     the built-in baseline kills it  /opt/signalbox/policies/baseline.yaml:3",
      "    request  railway volume delete vol_1",
      "",
      "14:00:00  APPROVED  Delete Railway volume `vol_1` in production. Cannot be undone.",
      "    who      vscode · session s_abcd2345",
      "    where    /home/u/shop",
      "    reason   kill names irreversible_infrastructure_deletion",
      "    request  railway volume delete vol_1",
      "",
    ].join("\n"),
  );
});

test("record: links cover exactly the place they open", () => {
  const { text, links } = recordDocument(
    [decided({ headline: "a\nb\u2028c", reason: "x\ny" }), decided()],
    clock,
  );
  const lines = text.split("\n");
  assert.equal(links.length, 4);
  for (const link of links) {
    assert.equal(lines[link.line]?.slice(link.start, link.end), `${link.file}:${link.targetLine}`);
  }
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
