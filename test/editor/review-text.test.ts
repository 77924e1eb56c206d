import assert from "node:assert/strict";
import { test } from "node:test";
import { reviewLines, reviewTitle } from "../../src/editor/review-text.ts";
import { question } from "./samples.ts";

const now = Date.parse("2026-11-20T14:00:30.000Z");

test("review: a line for each question, with the time that is left, and one that denies them all", () => {
  const { task: _, ...pause } = question({ id: "q2", kind: "pause", headline: "Hold it back.", rules: [] });
  const later = { ...pause, expiresAt: "2026-11-20T14:30:30.000Z" };
  assert.deepEqual(reviewLines([question(), later], now), [
    {
      label: question().headline,
      description: "claude-code · domains",
      detail: "denied in 90 s · /home/u/shop · control names production_api_call",
      question: "q1",
    },
    {
      label: "Hold it back.",
      description: "claude-code",
      detail: "denied in 30 min · /home/u/shop",
      question: "q2",
    },
    { label: "Deny all 2", description: "", detail: "Each agent is told that a human denied it" },
  ]);
  assert.equal(reviewLines([question()], now).length, 1, "one is not denied by a list");
  assert.deepEqual(
    [reviewTitle(1), reviewTitle(2)],
    ["1 question waits for you", "2 questions wait for you"],
  );
});

test("review: a question cannot draw icons, lines or push its end away", () => {
  const [line] = reviewLines(
    [
      question({
        headline: `$(check) ${"x".repeat(400)}\nCannot be undone.`,
        agent: "a\u202eb",
        workspace: "-",
      }),
    ],
    Date.parse("2027-01-01T00:00:00Z"),
  );
  assert.match(line?.label ?? "", /^\$ \(check\) x+….*Cannot be undone\.$/);
  assert.match(line?.description ?? "", /U\+202E/);
  assert.match(line?.detail ?? "", /^denied in 0 s · control/);
});
