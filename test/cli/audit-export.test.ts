import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { after, test } from "node:test";
import { auditCommand } from "../../src/cli/audit-command.ts";
import { openChain } from "../../src/record/chain.ts";
import { followRecord } from "../../src/record/follow.ts";

const home = mkdtempSync(join(tmpdir(), "signalbox-export-"));
const folder = join(home, ".signalbox", "record");
after(() => rmSync(home, { recursive: true, force: true }));

const chain = await openChain(folder, () => new Date("2026-11-20T10:00:00Z"));
await chain.append({ kind: "broker_started", version: "1" });
await chain.append({ kind: "decision", verdict: "deny", agent: "codex", headline: "reads .env" });
await chain.append({ kind: "decision", verdict: "allow", agent: "codex", headline: "ls" });

async function audit(...args: readonly string[]): Promise<{ code: number; out: string; said: string }> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const code = await auditCommand
    .run(args, { stdin: Readable.from([]), stdout, stderr, cwd: home, home, env: {} })
    .catch((error: unknown) => {
      stderr.write(error instanceof Error ? error.message : String(error));
      return 2;
    });
  return { code, out: String(stdout.read() ?? ""), said: String(stderr.read() ?? "") };
}

test("export writes every entry as it is recorded", async () => {
  const { code, out } = await audit("export");
  assert.equal(code, 0);
  assert.equal(out, readFileSync(join(folder, "audit.jsonl"), "utf8"));
});

test("the filters of show hold for it", async () => {
  const { out } = await audit("export", "--verdict", "deny", "--format", "syslog");
  assert.match(out, /^<84>1 [^\n]+ reads \.env\n$/);
  const { out: none } = await audit("export", "--agent", "nobody");
  assert.equal(none, "");
});

test("a file is made new, for the user alone, and never written over", async () => {
  const path = join(home, "out.csv");
  const { code, said } = await audit("export", "--format", "csv", "--output", path);
  assert.equal(code, 0, said);
  assert.match(said, /^3 entries written to /);
  assert.equal(readFileSync(path, "utf8").split("\n").length, 5);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  const again = await audit("export", "--output", path);
  assert.equal(again.code, 2);
  assert.match(again.said, /is there already/);
});

test("an unknown format names those that there are", async () => {
  const { code, said } = await audit("export", "--format", "xml");
  assert.equal(code, 2);
  assert.match(said, /`jsonl`, `csv`, `syslog`, `otlp-json`/);
});

test("a report is Markdown, HTML or JSON; an unknown session is told", async () => {
  assert.match((await audit("report")).out, /^# Signalbox: what agents did\n[^]*reads \.env/);
  assert.match((await audit("report", "--html")).out, /^<!doctype html>/);
  assert.equal((JSON.parse((await audit("report", "--json")).out) as { requests: number }).requests, 2);
  const { code, said } = await audit("report", "s_nobody");
  assert.equal(code, 2);
  assert.match(said, /knows no session `s_nobody`/);
});

test("follow gives what is there, then what comes, each once", async () => {
  const stop = new AbortController();
  const seen: number[] = [];
  const follow = (async (): Promise<void> => {
    for await (const entry of followRecord(folder, {}, stop.signal)) {
      seen.push(entry.seq);
      if (entry["headline"] === "last") {
        stop.abort();
      }
    }
  })();
  for (let index = 0; index < 20; index++) {
    await chain.append({ kind: "decision", verdict: "allow", headline: index === 19 ? "last" : "more" });
  }
  await follow;
  assert.deepEqual(
    seen,
    Array.from({ length: 23 }, (_, index) => index + 1),
  );
  await chain.close();
});
