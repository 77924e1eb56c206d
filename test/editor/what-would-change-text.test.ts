import assert from "node:assert/strict";
import { test } from "node:test";
import { whatWouldChangeDocument } from "../../src/editor/what-would-change-text.ts";
import type { ReplayDifference, ReplayReport } from "../../src/record/replay.ts";

const workspace = "/home/u/shop";
const file = `${workspace}/.governance/policy.yaml`;
const shown = {
  workspace,
  clock: (at: string) => at.slice(11, 19),
  policy: ".governance/policy.yaml",
  unsaved: true,
};

const stricter: ReplayDifference = {
  direction: "stricter",
  from: "ask",
  to: "kill",
  rule: { pointer: "/policies/kill/0", file, line: 9 },
  because: "kill names railway:deploy",
  count: 12,
  examples: [
    { seq: 8, time: "2026-11-20T14:00:00.000Z", agent: "vscode", headline: "Deploy.\nIt is allowed." },
    { seq: 7, time: "2026-11-20T13:00:00.000Z", agent: "vscode", headline: "Deploy." },
  ],
};

const looser: ReplayDifference = {
  ...stricter,
  direction: "looser",
  from: "deny",
  to: "allow",
  rule: undefined,
  because: "",
  count: 1,
  examples: [],
};

const report: ReplayReport = {
  requests: 40,
  byRequest: 38,
  latched: 3,
  differences: [stricter, looser],
  rules: [
    { rule: { pointer: "/policies/control/0", file, line: 12 }, verdict: "ask", matched: 2, decided: 1 },
    { rule: stricter.rule ?? { pointer: "", file, line: 1 }, verdict: "kill", matched: 12, decided: 12 },
  ],
};

test("what would change: differences by the rule that makes them, with a link to it", () => {
  const { text, links } = whatWouldChangeDocument(report, shown);
  assert.equal(
    text,
    [
      "Signalbox: what would change",
      "",
      "    policy   .governance/policy.yaml, with what is not saved yet",
      "    record   the last 40 requests of /home/u/shop; 2 of them decided by what they were taken",
      "             for, because the record holds them masked or cut, or what they speak of has",
      "             changed; 3 of killed sessions left out",
      "    result   12 stricter · 1 looser · 27 as before",
      "",
      "Would be stricter, by these rules of the policy",
      "",
      "  12 × ask → kill",
      "    rule     .governance/policy.yaml:9",
      "             kill names railway:deploy",
      "    latest   14:00:00  vscode: Deploy. ⏎ It is allowed.",
      "             13:00:00  vscode: Deploy.",
      "",
      "Would be looser, without these rules of then",
      "",
      "  1 × deny → allow",
      "    rule     no rule is against it",
      "",
      "Rules that matched",
      "",
      "   12 × kill .governance/policy.yaml:9",
      "    2 × ask  .governance/policy.yaml:12",
      "             for 1 of them another rule is stricter",
      "",
    ].join("\n"),
  );
  const lines = text.split("\n");
  assert.deepEqual(
    links.map(({ line, start, end, targetLine }) => [lines[line]?.slice(start, end), targetLine]),
    [
      [".governance/policy.yaml:9", 9],
      [".governance/policy.yaml:9", 9],
      [".governance/policy.yaml:12", 12],
    ],
  );
});

test("what would change: nothing, and nothing recorded", () => {
  const same = whatWouldChangeDocument(
    { ...report, differences: [], rules: [] },
    { ...shown, unsaved: false },
  );
  assert.match(same.text, /^ {4}policy {3}\.governance\/policy\.yaml$/m);
  assert.match(same.text, /^ {4}result {3}none would be decided otherwise$/m);
  const empty = { requests: 0, byRequest: 0, latched: 0, differences: [], rules: [] };
  assert.match(
    whatWouldChangeDocument(empty, shown).text,
    /holds no decided requests of \/home\/u\/shop yet\n$/,
  );
});
