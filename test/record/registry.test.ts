import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { openRegistry, type Registry } from "../../src/record/registry.ts";

// Hooks of a suite: those of a file would run around every test of every file.
describe("the registry", () => {
  const folder = mkdtempSync(join(tmpdir(), "signalbox-registry-"));
  after(() => rmSync(folder, { recursive: true, force: true }));

  let files = 0;
  const key = { agent: "claude-code", conversation: "c1" };

  function open(file: string, time = "2026-11-20T12:00:00.000Z"): Registry {
    const registry = openRegistry({ file, now: () => new Date(time), random: randomBytes });
    assert.ok(registry.ok, registry.ok ? "" : registry.error);
    return registry.value;
  }

  function freshFile(): string {
    return join(folder, `sessions-${++files}.json`);
  }

  test("a conversation is one session, bound to the workspace of its first request", () => {
    const registry = open(freshFile());
    const first = registry.bind(key, "/ws");
    assert.match(first.id, /^s_[a-z2-7]{8}$/);
    assert.equal(registry.bind(key, "/elsewhere").workspace, "/ws");
    assert.notEqual(registry.bind({ ...key, conversation: "c2" }, "/ws").id, first.id);
    assert.notEqual(registry.bind({ ...key, agent: "vscode" }, "/ws").id, first.id);
  });

  test("a kill is on disk when the call returns, and holds in the next process", () => {
    const file = freshFile();
    const registry = open(file);
    const { id } = registry.bind(key, "/ws");
    registry.kill(id, "it deleted a volume");
    const next = open(file);
    assert.equal(next.byKey(key)?.state, "killed");
    assert.equal(next.byKey(key)?.killed?.reason, "it deleted a volume");
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  test("neither a new request nor the end of the session lifts a kill; reopening does", () => {
    const file = freshFile();
    const registry = open(file);
    const { id } = registry.bind(key, "/ws");
    registry.kill(id, "first");
    registry.kill(id, "second");
    registry.end(id);
    registry.touch(id);
    assert.equal(registry.bind(key, "/ws").state, "killed");
    assert.equal(registry.byId(id)?.killed?.reason, "first");
    registry.reopen(id);
    assert.deepEqual([open(file).byId(id)?.state, open(file).byId(id)?.killed], ["active", undefined]);
  });

  test("an ended session goes on with its next request", () => {
    const registry = open(freshFile());
    const { id } = registry.bind(key, "/ws");
    registry.end(id);
    assert.equal(registry.byId(id)?.state, "ended");
    const again = registry.bind(key, "/elsewhere");
    assert.deepEqual([again.id, again.state, again.workspace], [id, "active", "/ws"]);
  });

  test("requests are counted and saved at the end", () => {
    const file = freshFile();
    const registry = open(file);
    const { id } = registry.bind(key, "/ws");
    registry.touch(id);
    registry.touch(id);
    registry.flush();
    assert.equal(open(file).byId(id)?.requests, 2);
  });

  for (const [name, text] of [
    ["no JSON", "{"],
    ["another shape", "[]"],
    ["a session without a state", `{"sessions":[{"id":"s_a"}]}`],
    ["nothing in it", ""],
  ] as const) {
    test(`a registry with ${name} is refused: it may have held a kill`, () => {
      const file = freshFile();
      writeFileSync(file, text);
      const registry = openRegistry({ file, now: () => new Date(), random: randomBytes });
      assert.equal(registry.ok, false);
      assert.match(registry.ok ? "" : registry.error, /damaged/);
      assert.equal(readFileSync(file, "utf8"), text);
    });
  }

  test("a kill that cannot be saved because the folder is gone throws, and holds in this process", () => {
    const gone = mkdtempSync(join(folder, "gone-"));
    const registry = open(join(gone, "sessions.json"));
    const { id } = registry.bind(key, "/ws");
    rmSync(gone, { recursive: true });
    assert.throws(() => registry.kill(id, "reason"));
    assert.equal(registry.byId(id)?.state, "killed");
  });

  test("old sessions are forgotten when there are many, killed ones never", () => {
    const file = freshFile();
    const session = (index: number, state: string): object => ({
      id: `s_${index}`,
      agent: "a",
      conversation: `c${index}`,
      workspace: "/ws",
      state,
      startedAt: "2026-01-01T00:00:00.000Z",
      lastSeenAt: "2026-01-01T00:00:00.000Z",
      requests: 1,
    });
    const sessions = Array.from({ length: 1200 }, (_, index) =>
      session(index, index === 0 ? "killed" : "active"),
    );
    writeFileSync(file, JSON.stringify({ version: 1, sessions }));
    const registry = open(file);
    registry.bind(key, "/ws");
    assert.equal(registry.list().length, 1000);
    assert.equal(registry.byId("s_0")?.state, "killed");
    assert.notEqual(registry.byKey(key), undefined);
  });
});
