import assert from "node:assert/strict";
import { test } from "node:test";
import { judge } from "../classify/evasion/judge.ts";
import { Dice, mutate, seedCommands } from "./mutation.ts";
import { parsedByBash } from "./real-bash.ts";

test("what a real bash cannot read does not pass", { skip: process.platform !== "linux" }, async () => {
  const dice = new Dice(15_00);
  const seeds = seedCommands();
  const passed: string[] = [];
  for (let count = 0; count < 2000; count += 1) {
    const text = mutate(dice, seeds);
    if (!text.includes("\0") && judge(text).verdict === "allow") {
      passed.push(text);
    }
  }
  const read = await parsedByBash(passed);
  assert.equal(read.length, passed.length);
  assert.deepEqual(
    passed.filter((_text, index) => read[index] === false),
    [],
  );
});

test("a real bash is asked", { skip: process.platform !== "linux" }, async () => {
  assert.deepEqual(await parsedByBash(["ls", "ls )", "echo 'a", "if true; then ls; fi"]), [
    true,
    false,
    false,
    true,
  ]);
});
