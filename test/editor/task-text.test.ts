import assert from "node:assert/strict";
import { test } from "node:test";
import type { TaskChoice } from "../../src/broker/protocol.ts";
import { newlyUnbound, taskPicks, taskPrompt } from "../../src/editor/task-text.ts";
import { brokerState } from "./samples.ts";

const task = (name: string, change: Partial<TaskChoice> = {}): TaskChoice => ({
  name,
  scope: [`may use railway:${name}`],
  agents: [],
  isDefault: false,
  ...change,
});

test("tasks: the last choice comes first and says so; the others keep the policy's order", () => {
  const picks = taskPicks([task("front"), task("back", { isDefault: true }), task("docs")], "docs");
  assert.deepEqual(
    picks.map(({ task: name, description }) => [name, description]),
    [
      ["docs", "last time"],
      ["front", ""],
      ["back", "default"],
    ],
  );
});

test("tasks: a name with hidden characters shows them, and is still the one that is sent", () => {
  const name = "front\u202eend";
  const [pick] = taskPicks([task(name, { agents: ["codex"] })], undefined);
  assert.equal(pick?.task, name);
  assert.ok(!pick.label.includes("\u202e"));
  assert.equal(pick.description, "for codex");
});

const unbound = [
  { session: "s_1", agent: "claude-code", workspace: "/home/u/shop" },
  { session: "s_2", agent: "vscode", workspace: "/home/u/other" },
];

test("tasks: a window asks about its own folders' sessions, once each", () => {
  const state = brokerState({ unbound });
  const ids = (folders: readonly string[], asked: readonly string[] = []): readonly string[] =>
    newlyUnbound(state, folders, new Set(asked)).map(({ session }) => session);
  assert.deepEqual(ids(["/home/u/shop"]), ["s_1"]);
  assert.deepEqual(ids(["/home/u/shop"], ["s_1"]), []);
  assert.deepEqual(ids([]), []);
  assert.deepEqual(newlyUnbound(undefined, ["/home/u/shop"], new Set()), []);
});

test("tasks: the prompt names agent, folder and session", () => {
  assert.match(taskPrompt(unbound[0]!), /claude-code has started in shop \(session s_1\)/);
});
