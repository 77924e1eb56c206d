import assert from "node:assert/strict";
import { test } from "node:test";
import { Lineage } from "../../src/broker/lineage.ts";

test("sub-agents belong to the conversation that started the first of them, each agent's to its own", () => {
  const lineage = new Lineage();
  const start = (subAgent: string, starter: string): string => {
    const conversation = lineage.rootOf("copilot", starter);
    lineage.note("copilot", subAgent, conversation);
    return conversation;
  };
  assert.equal(start("a", "led"), "led");
  assert.equal(start("b", "a"), "led");
  assert.equal(start("c", "b"), "led");
  assert.equal(lineage.rootOf("copilot", "c"), "led");
  assert.equal(lineage.rootOf("opencode", "c"), "c");
});

test("what names itself as its starter hides nothing, and the oldest are forgotten first", () => {
  const lineage = new Lineage();
  lineage.note("copilot", "self", "self");
  assert.equal(lineage.rootOf("copilot", "self"), "self");
  for (let count = 0; count <= 10_000; count++) {
    lineage.note("copilot", `sub-agent ${count}`, "led");
  }
  assert.equal(lineage.rootOf("copilot", "sub-agent 0"), "sub-agent 0");
  assert.equal(lineage.rootOf("copilot", "sub-agent 10000"), "led");
});
