import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { AuditEntry } from "../../../src/record/entry.ts";
import { ActivityCount, isNoise, type ActivityReport } from "../../../src/record/report/activity.ts";
import { reportDocument } from "../../../src/record/report/document.ts";
import { htmlOf } from "../../../src/record/report/html.ts";
import { markdownOf } from "../../../src/record/report/markdown.ts";

let seq = 0;

function entry(kind: string, minute: number, more: Readonly<Record<string, unknown>>): AuditEntry {
  seq += 1;
  const time = new Date(Date.UTC(2026, 10, 20, 10, minute)).toISOString();
  return { seq, time, prev: "", hash: "", kind, sessionId: "s_1", agent: "codex", workspace: "/w", ...more };
}

const asking = (minute: number, approval: string, line = 4): AuditEntry =>
  entry("decision", minute, {
    verdict: "ask",
    effect: approval === "approved" ? "pass" : "deny",
    approval,
    headline: "Deploy web",
    actions: [{ action: "railway:up" }, { action: "railway:up" }],
    rules: [
      { rule: "/policies/control/0", file: "p.yaml", line, verdict: "ask", because: "control names it" },
      { rule: "/policies/control/0", file: "p.yaml", line, verdict: "ask", because: "control names it" },
    ],
  });

function reportOf(...entries: readonly AuditEntry[]): ActivityReport {
  const count = new ActivityCount();
  for (const each of entries) {
    count.add(each);
  }
  return count.report();
}

test("it counts requests, sessions, answers and hours", () => {
  const report = reportOf(
    entry("broker_started", 0, {}),
    entry("decision", 1, { verdict: "allow", effect: "pass" }),
    asking(2, "approved"),
    asking(3, "denied"),
    asking(75, "timed_out"),
    entry("decision", 80, {
      verdict: "kill",
      effect: "kill",
      sessionId: "s_2",
      agent: "claude-code",
      headline: "Delete volume",
      reason: "killed",
      rules: [{ file: "p.yaml", line: 9, verdict: "kill", because: "kill names it" }],
    }),
    entry("gap", 81, { text: "rm -rf x", why: "no decision" }),
  );
  assert.equal(report.requests, 5);
  assert.deepEqual(report.verdicts, { allow: 1, ask: 3, deny: 0, kill: 1 });
  assert.equal(report.activeHours, 2);
  assert.deepEqual(
    report.sessions.map(({ id, agent, requests, killed }) => [id, agent, requests, killed]),
    [
      ["s_1", "codex", 4, false],
      ["s_2", "claude-code", 1, true],
    ],
  );
  assert.deepEqual(report.rules, [
    {
      place: "p.yaml:4",
      pointer: "/policies/control/0",
      asked: 3,
      approved: 1,
      denied: 1,
      unanswered: 1,
      actions: ["railway:up"],
    },
  ]);
  assert.deepEqual(
    report.events.map(({ what, headline, reason }) => [what, headline, reason]),
    [
      ["approved", "Deploy web", "control names it (p.yaml:4)"],
      ["denied", "Deploy web", "control names it (p.yaml:4)"],
      ["timed out", "Deploy web", "control names it (p.yaml:4)"],
      ["killed", "Delete volume", "kill names it (p.yaml:9)"],
      ["ran without a decision", "rm -rf x", "no decision"],
    ],
  );
});

test("a session that was reopened is no longer told as killed", () => {
  const killed = entry("decision", 1, { verdict: "kill", effect: "kill" });
  assert.equal(reportOf(killed).sessions[0]?.killed, true);
  assert.equal(reportOf(killed, entry("reopened", 2, {})).sessions[0]?.killed, false);
});

test("a rule is noise once it was approved often enough, and never denied or unanswered", () => {
  const yes = Array.from({ length: 5 }, (_, minute) => asking(minute, "approved"));
  const [always] = reportOf(...yes).rules;
  assert.ok(always !== undefined && isNoise(always));
  for (const report of [
    reportOf(...yes.slice(1)),
    reportOf(...yes, asking(9, "denied")),
    reportOf(...yes, asking(9, "timed_out")),
  ]) {
    assert.ok(report.rules[0] !== undefined && !isNoise(report.rules[0]));
  }
  const said = markdownOf("t", reportDocument(reportOf(...yes)));
  assert.match(said, /p\.yaml:4 was approved all 5 times/);
  assert.match(said, /railway:up/);
});

test("more events than are listed are counted", () => {
  const report = reportOf(...Array.from({ length: 510 }, () => asking(1, "denied")));
  assert.equal(report.events.length, 500);
  assert.equal(report.more, 10);
  assert.match(markdownOf("t", reportDocument(report)), /10 earlier events are not listed/);
});

test("an empty record makes a report that says so", () => {
  assert.match(markdownOf("t", reportDocument(reportOf())), /holds no requests/);
});

const attacks = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "[click](https://evil.example)",
  "![x](https://evil.example/x.png)",
  "| a | b |\n| --- |",
  "`code`",
  "@someone please approve",
  "https://evil.example",
  "\u202Eevil",
  "\n# heading",
  "&lt;b&gt;",
];

for (const text of attacks) {
  test(`what an agent wrote is text in both forms: ${JSON.stringify(text)}`, () => {
    const report = reportOf(
      entry("decision", 1, { verdict: "deny", effect: "deny", headline: text, reason: text }),
    );
    const html = htmlOf("t", reportDocument(report));
    assert.ok(!/<(?:script|img)/i.test(html), html);
    assert.ok(html.includes("default-src 'none'"));
    const markdown = markdownOf("t", reportDocument(report));
    const line = markdown.split("\n").find((candidate) => /^\| 2026.*\| denied \|/.test(candidate)) ?? "";
    assert.equal(line.replaceAll(/\\./g, "").split("|").length, 7, `a row has its five cells: ${line}`);
    assert.ok(!/(?<!\\)[<[`]|:\/\/|@\w|\u202E/.test(line), line);
  });
}

test("html holds as many tags as its writer puts there, whatever an agent wrote", () => {
  const tags = (html: string): number => html.match(/<[a-z/!]/gi)?.length ?? 0;
  const plain = tags(
    htmlOf(
      "t",
      reportDocument(reportOf(entry("decision", 1, { verdict: "deny", headline: "x", reason: "y" }))),
    ),
  );
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string(), (headline, reason) => {
      const report = reportOf(entry("decision", 1, { verdict: "deny", headline, reason }));
      assert.equal(tags(htmlOf("t", reportDocument(report))), plain);
    }),
  );
});
