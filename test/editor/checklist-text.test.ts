import assert from "node:assert/strict";
import { test } from "node:test";
import { failed, notApplicable, notMeasured, passed, pointOf } from "../../src/boundary/checklist/point.ts";
import {
  checklistActions,
  checklistDocument,
  needsCanary,
  resultWords,
} from "../../src/editor/checklist-text.ts";

const workspace = "/home/u/shop";
const file = `${workspace}/.governance/policy.yaml`;

const points = [
  pointOf("policy", [
    failed("the workspace's policy is not approved yet", "read it, and approve it", {
      file,
      command: "signalbox policy approve",
    }),
  ]),
  pointOf("secrets", [
    passed("`.env` is out of Signal"),
    failed("`notes\u202etxt` enters the agent's context", "hide it", { file: `${workspace}/notes`, line: 3 }),
  ]),
  pointOf("apis", [notApplicable("no API is called in this workspace")]),
  pointOf("kill", [passed("kills everything that nobody can put back", { file, line: 9 })]),
  pointOf("boundaries", [
    {
      ...notMeasured("Cursor is armed, and no canary has proved these hooks", "let one try them"),
      command: "signalbox doctor --live cursor",
    },
  ]),
];

test("the page: what failed first, with places that open and fixes", () => {
  const { text, links } = checklistDocument({ workspace, points });
  assert.equal(
    text,
    [
      "Signalbox: checklist",
      "",
      "    folder   /home/u/shop",
      "    result   2 failed · 1 not measured · 1 passed · 1 not applicable",
      "",
      "Failed",
      "",
      " 1  policy valid, approved and pinned",
      "    .governance/policy.yaml:1",
      "    the workspace's policy is not approved yet",
      "    fix: read it, and approve it: `signalbox policy approve`",
      "",
      " 2  secret-bearing files out of Signal",
      "    notes:3",
      "    `notes⟨U+202E right-to-left override⟩txt` enters the agent's context",
      "    fix: hide it",
      "",
      "Not measured: nobody could look",
      "",
      "11  boundaries armed and proved by canary",
      "    Cursor is armed, and no canary has proved these hooks",
      "    fix: let one try them: `signalbox doctor --live cursor`",
      "",
      "Passed",
      "",
      " 7  kill policies assigned",
      "    kills everything that nobody can put back",
      "",
      "Not applicable",
      "",
      " 5  APIs of the workspace mapped in the catalogue",
      "    no API is called in this workspace",
      "",
    ].join("\n"),
  );
  const lines = text.split("\n");
  assert.deepEqual(
    links.map(({ line, start, end, targetLine }) => [lines[line]?.slice(start, end), targetLine]),
    [
      [".governance/policy.yaml:1", 1],
      ["notes:3", 3],
    ],
  );
});

test("what the editor can do is offered, and a canary where one would tell", () => {
  assert.equal(resultWords(points), "2 failed · 1 not measured · 1 passed · 1 not applicable");
  assert.deepEqual(
    checklistActions(points).map(({ command }) => command),
    ["signalbox.approvePolicy"],
  );
  assert.ok(needsCanary(points));
  assert.ok(!needsCanary(points.slice(0, 4)));
  const unarmed = [
    pointOf("boundaries", [failed("Codex is not armed", "arm it", { command: "signalbox install codex" })]),
  ];
  assert.deepEqual(
    checklistActions(unarmed).map(({ command }) => command),
    ["signalbox.governAgents"],
  );
  assert.ok(!needsCanary(unarmed));
});
