import assert from "node:assert/strict";
import { test } from "node:test";
import { programRules } from "../../../src/classify/programs/registry.ts";
import { classifyCommand, idsOf } from "../classify-command.ts";

test("every rule has examples both ways", () => {
  for (const rule of programRules) {
    assert.ok(rule.programs.length > 0, "a rule names no program");
    assert.ok(rule.examples.matches.length > 0, `${rule.programs[0] ?? ""}: no example that matches`);
    assert.ok(rule.examples.misses.length > 0, `${rule.programs[0] ?? ""}: no example that must not match`);
  }
});

for (const rule of programRules) {
  test(`examples of ${rule.programs.slice(0, 4).join(", ")}`, () => {
    for (const { command, actions } of rule.examples.matches) {
      const ids = idsOf(classifyCommand(command));
      for (const id of actions) {
        assert.ok(ids.includes(id), `\`${command}\` gives ${ids.join(", ") || "nothing"}, not ${id}`);
      }
    }
    for (const { command, actions } of rule.examples.misses) {
      const ids = idsOf(classifyCommand(command));
      for (const id of actions) {
        assert.ok(!ids.includes(id), `\`${command}\` gives ${id}`);
      }
    }
  });
}
