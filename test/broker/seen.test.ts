import assert from "node:assert/strict";
import { test } from "node:test";
import { gapsOf } from "../../src/broker/seen.ts";
import type { Session } from "../../src/model/session.ts";

const now = Date.parse("2026-11-20T12:00:00.000Z");
const hourMs = 60 * 60_000;

function session(state: Session["state"], gapAgeMs: number | undefined): Session {
  const at = new Date(now - (gapAgeMs ?? 0)).toISOString();
  return {
    id: `${state} ${gapAgeMs}`,
    agent: "codex",
    workspace: "/shop",
    state,
    startedAt: at,
    lastSeenAt: at,
    requests: 1,
    ...(gapAgeMs === undefined ? {} : { gaps: { count: 1, lastAt: at, last: "`make` ran" } }),
  } as Session;
}

test("a gap is told while its session goes on, and for a day where the session ended right after it", () => {
  const sessions = [
    session("active", undefined),
    session("active", 100 * hourMs),
    session("ended", 1 * hourMs),
    session("ended", 25 * hourMs),
    session("killed", 1 * hourMs),
  ];
  assert.deepEqual(
    gapsOf(sessions, now).map((gap) => gap.session),
    [`active ${100 * hourMs}`, `ended ${hourMs}`],
  );
});
