import assert from "node:assert/strict";
import { test } from "node:test";
import type { TaskChoice } from "../../src/broker/protocol.ts";
import { boundText, newlyUnbound, nowBound, taskPicks, taskPrompt } from "../../src/editor/task-text.ts";
import { brokerState } from "./samples.ts";

const task = (name: string, change: Partial<TaskChoice> = {}): TaskChoice => ({
  name,
  description: "",
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

test("tasks: what the author says of a task stands before its scope, and draws nothing", () => {
  const [pick] = taskPicks([task("front", { description: "Move $(warning) the shop" })], undefined);
  assert.equal(pick?.detail, "Move $ (warning) the shop · may use railway:front");
});

test("tasks: a choice is told once it holds, never before", () => {
  const chosen = new Map([["s_1", "front"]]);
  assert.deepEqual(nowBound(undefined, chosen), []);
  assert.deepEqual(nowBound(brokerState({ unbound }), chosen), []);
  assert.deepEqual(nowBound(brokerState({ unbound: unbound.slice(1) }), chosen), [["s_1", "front"]]);
  assert.equal(boundText("s_1", "front"), "Signalbox: s_1 is at front now");
});
