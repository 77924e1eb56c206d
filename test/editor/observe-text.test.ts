import assert from "node:assert/strict";
import { test } from "node:test";
import { observeDocument, observeWord, type ObservedHere } from "../../src/editor/observe-text.ts";

const workspace = "/home/u/shop";
const file = `${workspace}/.governance/policy.yaml`;
const place = { workspace, clock: (at: string) => at.slice(11, 19) };

const report: ObservedHere = {
  requests: 40,
  would: { ask: 7, deny: 0, kill: 1 },
  days: 2,
  rules: [
    {
      rule: { pointer: "/policies/kill/0", file, line: 9 },
      verdict: "kill",
      because: "kill names it",
      count: 1,
      examples: [{ seq: 8, time: "2026-11-20T14:00:00.000Z", agent: "vscode", headline: "Delete." }],
    },
    {
      rule: { pointer: "/policies/control/0", file, line: 12 },
      verdict: "ask",
      because: "control names it",
      count: 7,
      examples: [],
    },
  ],
  observing: [file],
};

test("observe: what would have been stopped by rule, how often people would be asked, and what to write", () => {
  assert.equal(
    observeDocument(report, place).text,
    [
      "Signalbox: observe mode report",
      "",
      "    folder   /home/u/shop",
      "    record   40 requests on 2 days since policies only observe",
      "    result   1 killed · 0 denied · 7 asked (3.5 a day)",
      "",
      "Would have been killed",
      "",
      "  1 request",
      "    rule     .governance/policy.yaml:9",
      "             kill names it",
      "    latest   14:00:00  vscode: Delete.",
      "",
      "Would have been asked",
      "",
      "  7 requests",
      "    rule     .governance/policy.yaml:12",
      "             control names it",
      "",
      "To stop these, write `enforcement: enforce`",
      "",
      "    in       .governance/policy.yaml:1",
      "",
    ].join("\n"),
  );
});

test("observe: nothing was observed, and nothing observes", () => {
  const { text } = observeDocument({ ...report, rules: [], observing: [] }, place);
  assert.match(text, /holds no request that a policy only observed/);
  assert.match(text, /\nNothing only observes here now\n$/);
});

const texts: readonly (readonly [string, string | undefined])[] = [
  ["enforcement: observe\n", "enforcement: enforce\n"],
  ['{"enforcement": "observe"}', '{"enforcement": "enforce"}'],
  ["version: 1\nenforcement:   'observe' # for now\n", "version: 1\nenforcement:   'enforce' # for now\n"],
  ["enforcement: enforce\n", undefined],
  ["# observe\n", undefined],
];

for (const [text, switched] of texts) {
  test(`observe: the word that switches in ${JSON.stringify(text)}`, () => {
    const word = observeWord(text);
    assert.equal(
      word === undefined ? undefined : `${text.slice(0, word.start)}enforce${text.slice(word.end)}`,
      switched,
    );
  });
}
