import assert from "node:assert/strict";
import { test } from "node:test";
import { classifyCommand, effectsOf } from "../classify-command.ts";

/** Commands by whether they destroy more than the project makes again. */
const cases: readonly (readonly [command: string, destroys: boolean])[] = [
  ["ln -s / r; rm -rf r/*", true],
  ["ln -s ~ h && rm -rf h/", true],
  ["ln -s ~ h && rm -rf h/Documents", true],
  ["ln -s ../ up; find up/ -delete", true],
  ["ln -s ~ a; ln -s a b; rm -rf b/x", true],
  ["ln -s dist current; rm current", false],
  ["ln -s dist current; rm -rf current/*", false],
  ["ln ~ h; rm -rf h/*", false],
  ["ssh host ln -s / r; rm -rf r/*", false],
];

for (const [command, destroys] of cases) {
  test(`${destroys ? "destroys" : "passes"}: ${command}`, () => {
    assert.equal(effectsOf(classifyCommand(command)).has("irreversible_data_deletion"), destroys);
  });
}
