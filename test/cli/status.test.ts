import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { keepProofs } from "../../src/boundary/canary/proofs.ts";
import { placesOf } from "../../src/broker/places.ts";
import { statusCommand } from "../../src/cli/status-command.ts";
import type { Session } from "../../src/model/session.ts";
import { runCommand, temporaryFolder } from "./terminal.ts";

const base = {
  workspace: "/w",
  startedAt: "2026-11-20T10:00:00.000Z",
  lastSeenAt: "2026-11-20T10:00:00.000Z",
  requests: 3,
  state: "active",
} as const;
const gaps = {
  count: 2,
  lastAt: "2026-11-20T11:00:00.000Z",
  last: "terraform destroy ran although it had been stopped",
};
const sessions: readonly Session[] = [
  { ...base, id: "s_old", agent: "cursor", conversation: "1", agentVersion: "3.14.0" },
  {
    ...base,
    id: "s_new",
    agent: "cursor",
    conversation: "2",
    agentVersion: "3.15.6",
    lastSeenAt: "2026-11-20T12:00:00.000Z",
  },
  { ...base, id: "s_gap", agent: "claude-code", conversation: "3", gaps },
  { ...base, id: "s_over", agent: "codex", conversation: "4", state: "killed", gaps },
  { ...base, id: "s_file", agent: "copilot", conversation: "5" },
];

test("status tells when an agent was last seen, its version, its canary and what ran without a decision", async (context) => {
  const home = temporaryFolder(context);
  const statusOf = async (args: readonly string[]): Promise<{ text: string; code: number }> => {
    const { out, code } = await runCommand(statusCommand, args, { cwd: home, home });
    return { text: out, code };
  };
  const places = placesOf(join(home, ".signalbox"));
  mkdirSync(places.stateDir, { recursive: true, mode: 0o700 });
  writeFileSync(places.sessions, JSON.stringify({ version: 1, sessions }), { mode: 0o600 });
  keepProofs(places.stateDir, [
    {
      agent: "codex",
      scope: "user",
      version: "0.169.0",
      at: "2026-11-20T09:00:00.000Z",
      proved: true,
      detail: "denied",
      digest: "x",
    },
  ]);
  const { text, code } = await statusOf([]);
  assert.equal(code, 1, "something ran without a decision");
  assert.match(text, /^cursor \(user\): .*\n  last called 2026-11-20T12:00:00\.000Z, version 3\.15\.6$/m);
  assert.match(
    text,
    /GAP: 2 actions of session s_gap ran without a decision, the last one: terraform destroy ran although/,
  );
  assert.match(
    text,
    /^codex \(user\): .*\n  last called .*, version 0\.169\.0\n  canary proved 2026-11-20T09\S+, with other hooks than these/m,
  );
  assert.doesNotMatch(text, /s_over/);
  // The Copilot command line is called by the hooks in VS Code's file.
  assert.match(text, /^copilot:\n  last called 2026-11-20T10/m);

  const one = await statusOf(["cursor"]);
  assert.equal(one.code, 0);
  assert.doesNotMatch(one.text, /copilot|claude/);

  const { text: json } = await statusOf(["claude-code", "--json"]);
  const [claude] = JSON.parse(json) as { lastSeenAt: string; gaps: { session: string; count: number }[] }[];
  assert.equal(claude?.lastSeenAt, base.lastSeenAt);
  assert.deepEqual(
    claude?.gaps.map(({ session, count }) => [session, count]),
    [["s_gap", 2]],
  );
});
