import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { AuditEntry } from "../../../src/record/entry.ts";
import { csvHeader } from "../../../src/record/export/csv.ts";
import { exportFormats } from "../../../src/record/export/format.ts";

const source = { host: "build-7", version: "1.2.3" };

const killed: AuditEntry = {
  seq: 7,
  time: "2026-11-20T10:00:00.000Z",
  prev: "a".repeat(64),
  hash: "b".repeat(64),
  kind: "decision",
  agent: "claude-code",
  sessionId: "s-1",
  conversation: "c-1",
  workspace: "/home/dev/shop",
  verdict: "kill",
  effect: "killed",
  headline: 'Delete Railway volume "data" in production',
  reason: "policies.kill names it",
  actions: [{ action: "railway:volume_delete", effects: ["irreversible_infrastructure_deletion"] }],
  rules: [
    { rule: "/policies/kill/0", file: ".governance/policy.yaml", line: 11, verdict: "kill" },
    { rule: "/x", file: "other.yaml", line: 2, verdict: "allow" },
  ],
};

function lineOf(name: string, entry: AuditEntry): string {
  const format = exportFormats.find((known) => known.name === name);
  assert.ok(format !== undefined);
  return format.line(entry, source);
}

test("jsonl is the entry itself", () => {
  assert.deepEqual(JSON.parse(lineOf("jsonl", killed)), killed);
});

test("csv has a column for each name of its header", () => {
  const fields = parseCsv(lineOf("csv", killed));
  const row = Object.fromEntries(csvHeader.split(",").map((name, index) => [name, fields[index]]));
  assert.deepEqual(row, {
    seq: "7",
    time: killed.time,
    kind: "decision",
    verdict: "kill",
    effect: "killed",
    agent: "claude-code",
    session: "s-1",
    task: "",
    workspace: "/home/dev/shop",
    headline: 'Delete Railway volume "data" in production',
    reason: "policies.kill names it",
    actions: "railway:volume_delete",
    rules: ".governance/policy.yaml:11",
    hash: killed.hash,
  });
});

for (const text of ["=1+1", "+1", "-1", "@SUM(A1)", "\tx"]) {
  test(`csv never hands a spreadsheet a formula: ${JSON.stringify(text)}`, () => {
    const field = parseCsv(lineOf("csv", { ...killed, headline: text }))[9] ?? "";
    assert.ok(field.startsWith("'"), field);
  });
}

test("syslog says how serious it is, who asked and which rule stopped it", () => {
  assert.equal(
    lineOf("syslog", killed),
    `<82>1 2026-11-20T10:00:00.000Z build-7 signalbox - decision [signalbox@32473 seq="7" hash="${killed.hash}" verdict="kill" effect="killed" agent="claude-code" session="s-1" actions="railway:volume_delete" rules=".governance/policy.yaml:11"] Delete Railway volume "data" in production`,
  );
  assert.match(lineOf("syslog", { ...killed, verdict: "allow" }), /^<86>1 /);
  assert.match(lineOf("syslog", { ...killed, agent: 'a"]\\b' }), /agent="a\\"\\\]\\\\b"/);
});

test("otlp-json is one export request with the entry's time, severity and attributes", () => {
  const request = JSON.parse(lineOf("otlp-json", killed)) as {
    resourceLogs: {
      resource: { attributes: { key: string; value: { stringValue: string } }[] };
      scopeLogs: {
        logRecords: {
          timeUnixNano: string;
          severityNumber: number;
          severityText: string;
          body: { stringValue: string };
          attributes: { key: string; value: object }[];
        }[];
      }[];
    }[];
  };
  const [logs] = request.resourceLogs;
  const record = logs?.scopeLogs[0]?.logRecords[0];
  assert.ok(logs !== undefined && record !== undefined);
  assert.deepEqual(
    logs.resource.attributes.map(({ key, value }) => [key, value.stringValue]),
    [
      ["service.name", "signalbox"],
      ["service.version", "1.2.3"],
      ["host.name", "build-7"],
    ],
  );
  assert.equal(record.timeUnixNano, "1795168800000000000");
  assert.deepEqual([record.severityNumber, record.severityText], [17, "ERROR"]);
  const attributes = new Map(record.attributes.map(({ key, value }) => [key, value]));
  assert.deepEqual(attributes.get("gen_ai.agent.name"), { stringValue: "claude-code" });
  assert.deepEqual(attributes.get("signalbox.seq"), { intValue: "7" });
  assert.deepEqual(attributes.get("signalbox.actions"), {
    arrayValue: { values: [{ stringValue: "railway:volume_delete" }] },
  });
  assert.ok(!attributes.has("signalbox.task"), "what an entry does not have is left out");
});

test("whatever an agent wrote, an entry is one line of jsonl, syslog and otlp-json, and one record of csv", () => {
  const anyText = fc.string({ unit: "binary", maxLength: 80 });
  fc.assert(
    fc.property(anyText, anyText, anyText, fc.anything(), (headline, reason, agent, odd) => {
      const entry: AuditEntry = { ...killed, headline, reason, agent, actions: odd, rules: odd, task: odd };
      for (const name of ["jsonl", "syslog", "otlp-json"]) {
        assert.ok(!/[\n\r]/.test(lineOf(name, entry)), name);
      }
      assert.ok(lineOf("syslog", entry).length <= 6000);
      assert.equal(parseCsv(lineOf("csv", entry)).length, csvHeader.split(",").length);
    }),
  );
});

/** One record after RFC 4180; fails where it is none. */
function parseCsv(text: string): readonly string[] {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    let field = "";
    if (text[at] === '"') {
      at += 1;
      while (text[at] !== '"' || text[at + 1] === '"') {
        assert.ok(at < text.length, "a quoted field has no end");
        field += text[at];
        at += text[at] === '"' ? 2 : 1;
      }
      at += 1;
    } else {
      while (at < text.length && text[at] !== ",") {
        assert.ok(!/["\r\n]/.test(text[at] ?? ""), "a field that needs quotes has none");
        field += text[at];
        at += 1;
      }
    }
    fields.push(field);
    if (at >= text.length) {
      return fields;
    }
    assert.equal(text[at], ",");
    at += 1;
  }
}
