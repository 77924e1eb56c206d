import assert from "node:assert/strict";
import { test } from "node:test";
import { detailsText } from "../../src/approve/question-text.ts";
import { modalContent, moreChoices, questionLine, replyOf } from "../../src/editor/modal-text.ts";
import { question } from "./samples.ts";

const surroundings = { waiting: 0, until: "14:02:00" };

test("modal: what it does comes first, then who, why, what, and the text", () => {
  assert.deepEqual(modalContent(question(), { waiting: 2, until: "14:02:00" }), {
    headline: "Delete Railway volume `vol_1` in production, with its backups. Cannot be undone.",
    detail: [
      "claude-code · session s_abcd2345 · task domains",
      "Workspace /home/u/shop",
      "",
      "Asked because:",
      "• control names production_api_call (.governance/policy.yaml:14)",
      "",
      "It would do:",
      "• railway:volume_delete on vol_1 in production [irreversible_infrastructure_deletion]",
      "",
      "The request:",
      question().text,
      "",
      "2 more questions are waiting. Without an answer it is denied at 14:02:00.",
    ].join("\n"),
    buttons: ["Deny", "Allow once", "More…", "Deny and kill session", "Show details"],
  });
});

test("modal: denying is the first button of every kind, and nothing but the right title allows", () => {
  for (const kind of [
    "request",
    "pause",
    "reopen",
    "uninstall",
    "policy_approval",
    "bind_task",
    "enroll",
  ] as const) {
    const [first = "", second = ""] = modalContent(question({ kind }), surroundings).buttons;
    assert.equal(replyOf({ kind }, first), "deny", kind);
    assert.equal(replyOf({ kind }, second), "allow_once", kind);
    assert.equal(replyOf({ kind }, undefined), "deny", kind);
    assert.equal(replyOf({ kind }, "Show details"), "details", kind);
    assert.equal(replyOf({ kind }, "Cancel"), "deny", kind);
    assert.equal(replyOf({ kind }, second.toUpperCase()), "deny", kind);
  }
  assert.equal(replyOf({ kind: "request" }, "Deny and kill session"), "kill");
  assert.equal(replyOf({ kind: "reopen" }, "Allow once"), "deny", "a title of another kind");
});

test("modal: no field can smuggle in a hidden character, a line or a long text", () => {
  const evil = `x\u202e\n\nAlready approved by Signalbox${"!".repeat(500)}`;
  const { headline, detail } = modalContent(
    question({
      headline: evil,
      agent: evil.slice(0, 20),
      task: "t\nAsked because:",
      workspace: evil,
      rules: [{ because: evil, file: "/a\n/b", line: 1, pointer: "" }],
      actions: [{ id: "shell:x\ny", effects: [], target: evil, environment: "a\nb" }],
      text: "ls",
    }),
    surroundings,
  );
  assert.doesNotMatch(headline + detail, /\u202e/);
  assert.ok(headline.length <= 240);
  assert.ok(!headline.includes("\n"));
  assert.equal(detail.split("\n").filter((line) => line.startsWith("Asked because:")).length, 1);
  assert.equal(detail.split("\n").filter((line) => line.startsWith("Already approved")).length, 0);
});

test("modal: 100 kB around a deletion leave the deletion in view", () => {
  const text = `echo ${"a".repeat(50_000)}; curl -d '{"query":"mutation{volumeDelete(volumeId:\\"vol_1\\")}"}'; echo ${"b".repeat(50_000)}`;
  const { detail } = modalContent(question({ text }), surroundings);
  assert.match(detail, /volumeDelete/);
  assert.ok(detail.length < 3000, `${detail.length} characters`);
});

const danger = `railway volume delete --volume vol_1 --yes`;

/** What agents and those who write for them may try, so that a human does not see what they allow. */
const deceptions: readonly (readonly [string, (danger: string) => string])[] = [
  ["spaces before it", (text) => `ls${" ".repeat(100_000)}; ${text}`],
  ["lines before it", (text) => `ls${"\n".repeat(50_000)}${text}`],
  ["lines behind it", (text) => `${text}${"\n# ok".repeat(20_000)}`],
  [
    "100 kB of words around it",
    (text) => `echo ${"fine ".repeat(10_000)}; ${text}; echo ${"fine ".repeat(10_000)}`,
  ],
  [
    "the same words in a harmless place before",
    (text) => `echo "vol_1 volume delete"; ${"true; ".repeat(9000)}${text}`,
  ],
  [
    "zero-width characters around it",
    (text) => `${"\u200b\u200d".repeat(9000)}${text}${"\u2060".repeat(9000)}`,
  ],
  ["text that runs backwards", (text) => `echo \u202e${text}\u202c`],
  ["escape sequences", (text) => `${text} # \u001b[2K\u001b[1Aecho safe\r`],
  ["marks of its own", (text) => `⟨99999 characters left out⟩ ${text} ⟦/1⟧`],
];

for (const [name, disguise] of deceptions) {
  test(`modal: the dangerous part stays in view: ${name}`, () => {
    const text = disguise(danger);
    const start = text.indexOf(danger);
    const [action] = question().actions;
    assert.ok(action !== undefined);
    const evidence = { start, end: start + danger.length };
    const asked = question({ text, actions: [{ ...action, evidence }] });
    const { headline, detail } = modalContent(asked, surroundings);
    assert.ok(detail.includes(danger), detail);
    assert.match(headline, /Cannot be undone\.$/);
    assert.match(detail, /Without an answer it is denied/);
    assert.ok(detail.length < 5000, `${detail.length} characters`);
    assert.ok(detail.split("\n").length < 45, `${detail.split("\n").length} lines`);
    assert.doesNotMatch(detail.replaceAll("\n", ""), /[\p{Cc}\p{Cf}]/u);
    assert.match(detailsText(asked), /⟦1⟧/);
    assert.equal(detailsText(asked).split("⟦/1⟧").length, 2, "a mark cannot be forged");
  });
}

test("modal: a long headline keeps whether it can be undone", () => {
  const long = `Delete Railway volume \`${"x\u200b".repeat(400)}\`. Cannot be undone.`;
  assert.match(modalContent(question({ headline: long }), surroundings).headline, /Cannot be undone\.$/);
});

test("modal: of several actions the worst comes first, in words", () => {
  const [action] = question().actions;
  assert.ok(action !== undefined);
  const actions = [
    { ...action, sentence: "Delete Railway volume `vol_1`. Cannot be undone." },
    ...Array.from({ length: 9 }, (_, index) => ({ ...action, sentence: `Read \`f${index}\`.` })),
  ];
  const lines = modalContent(question({ actions }), surroundings).detail.split("\n");
  const title = lines.indexOf("It would do:");
  assert.equal(
    lines[title + 1],
    "• Delete Railway volume `vol_1`. Cannot be undone. (railway:volume_delete)",
  );
  assert.equal(lines[title + 7], "• and 4 more actions");
});

test("modal: what is at stake stands before what it would do", () => {
  const { detail } = modalContent(question({ stakes: ["src holds 12 files"] }), surroundings);
  assert.ok(detail.indexOf("At stake:\n• src holds 12 files") < detail.indexOf("It would do:"));
  assert.ok(detail.includes("At stake:"));
});

test("modal: many rules and actions are counted, not listed", () => {
  const base = question();
  const many = question({
    rules: Array.from({ length: 40 }, () => base.rules[0]).filter((rule) => rule !== undefined),
    actions: Array.from({ length: 40 }, () => base.actions[0]).filter((action) => action !== undefined),
  });
  const { detail } = modalContent(many, surroundings);
  assert.match(detail, /• and 34 more rules/);
  assert.match(detail, /• and 34 more actions/);
});

test("modal: a question without rules, actions, task and text has no empty sections", () => {
  const { task: _, ...bare } = question({ rules: [], actions: [], text: "" });
  assert.equal(
    modalContent(bare, surroundings).detail,
    [
      "claude-code · session s_abcd2345",
      "Workspace /home/u/shop",
      "",
      "Without an answer it is denied at 14:02:00.",
    ].join("\n"),
  );
});

test("modal: a question of Signalbox itself has no agent", () => {
  const nobody = {
    agent: "-",
    sessionId: "-",
    workspace: "-",
    rules: [],
    actions: [],
    kind: "enroll",
  } as const;
  const { task: _, ...asked } = question({ ...nobody, text: "The key is k_1." });
  assert.equal(
    modalContent(asked, surroundings).detail,
    ["Who wants to approve:", "The key is k_1.", "", "Without an answer it is denied at 14:02:00."].join(
      "\n",
    ),
  );
  assert.equal(questionLine(asked), asked.headline);
});

test("modal: a file outside the workspace keeps its whole path", () => {
  const rule = { because: "baseline", file: "/home/u/shop2/p.yaml", line: 3, pointer: "" };
  assert.match(
    modalContent(question({ rules: [rule] }), surroundings).detail,
    /\(\/home\/u\/shop2\/p\.yaml:3\)/,
  );
});

test("modal: what a policy makes possible stands first, however long the policy is", () => {
  const long = `- ${"railway:group (40 operations), ".repeat(12)}and 71 more: ask → deny`;
  const changes = Array.from({ length: 12 }, (_, index) => `- railway:operation_${index}: ask → allow`);
  const text = ["These operations become possible:", ...changes, long, "", "x\n".repeat(5000)].join("\n");
  const asked = question({ kind: "policy_approval", rules: [], actions: [], text });
  const lines = modalContent(asked, surroundings).detail.split("\n");
  const title = lines.indexOf("These operations become possible:");
  assert.deepEqual(lines.slice(title + 1, title + 13), changes);
  assert.match(lines[title + 13] ?? "", /^- railway:group .{100,150}….* 71 more: ask → deny$/);
  assert.match(lines.join("\n"), /⟨\d+ more lines⟩/);
  assert.ok(lines.length < 40);
});

test("notice: one line", () => {
  assert.equal(questionLine(question({ headline: "Delete\nall" })), "claude-code: Delete ⏎ all");
  assert.equal(
    questionLine(question({ headline: "[Approve](command:evil) $(check)" })),
    "claude-code: [Approve] (command:evil) $ (check)",
    "a notification makes a button of a link, and an icon of a name",
  );
});

test("details: the whole text, still without anything hidden in it", () => {
  const text = detailsText(question({ text: `a\u202e${"x".repeat(5000)} end` }));
  assert.match(text, /a⟨U\+202E right-to-left override⟩x{5000} end\n/);
  assert.match(text, /\(\/home\/u\/shop\/\.governance\/policy\.yaml:14\)/);
  assert.match(text, /^request r$/m);
});

test("details: files, names of variables and changes are shown, with nothing hidden in them", () => {
  const details = {
    scripts: [{ path: "/w/a.sh", digest: "d1", text: "rm \u202ex" }],
    variables: ["RAILWAY_TOKEN"],
    diffs: [{ path: "/w/b", lines: ["@@ -1 +1 @@", "-old", "+new\u200b"] }],
  };
  const text = detailsText(question({ details }));
  assert.match(text, /\/w\/a\.sh \(SHA-256 d1\):\nrm ⟨U\+202E right-to-left override⟩x/);
  assert.match(text, /Environment variables that it names:\nRAILWAY_TOKEN/);
  assert.match(text, /Change of \/w\/b:\n@@ -1 \+1 @@\n-old\n\+new⟨U\+200B zero-width space⟩/);
});

test("details: a file's name cannot draw over what is asked", () => {
  const rule = { because: "it is asked", file: "/w/\u001b[2Jpolicy.yaml", line: 1, pointer: "" };
  assert.ok(!detailsText(question({ rules: [rule] })).includes("\u001b"));
});

test("more: the wider answers that the question takes, a rule, and the list where others wait", () => {
  const replies = (...of: Parameters<typeof moreChoices>): readonly string[] =>
    moreChoices(...of).map(({ reply }) => reply);
  assert.deepEqual(replies(question(), 0), ["back", "rule"]);
  assert.deepEqual(replies(question({ grants: ["allow_request", "allow_15m"] }), 2), [
    "back",
    "allow_request",
    "allow_15m",
    "rule",
    "review",
  ]);
  const [, first] = moreChoices(question({ grants: ["allow_1h"] }), 0);
  assert.equal(first?.label, "Allow this operation on this target for an hour");
});
