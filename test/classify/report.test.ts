import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutCredentials } from "../../src/classify/report.ts";
import { classifyCommand } from "./classify-command.ts";

const cases: readonly (readonly [string, string])[] = [
  ["mongosh mongodb://me:hunter2@db.example.com/x", "mongosh mongodb://me:***@db.example.com/x"],
  ["tool --token abcdef123 delete x", "tool --token *** delete x"],
  ["tool --db-password=abcdef delete x", "tool --db-password=*** delete x"],
  ["curl -H 'Authorization: Bearer test-token-not-real'", "curl -H 'Authorization: Bearer ***'"],
  ["API_TOKEN=abc run", "API_TOKEN=*** run"],
  ["tool --token $TOKEN delete", "tool --token $TOKEN delete"],
  ["terraform destroy -auto-approve", "terraform destroy -auto-approve"],
  ["rm -rf /home/dev/token", "rm -rf /home/dev/token"],
];

for (const [text, expected] of cases) {
  test(`masked: ${text}`, () => {
    assert.equal(withoutCredentials(text), expected);
  });
}

test("what is said of a command does not repeat a password in it", () => {
  const { actions } = classifyCommand(
    "mongosh mongodb://me:hunter2@db.example.com/x --eval 'db.dropDatabase()'",
  );
  assert.ok(actions.length > 0);
  for (const action of actions) {
    assert.ok(!action.target.display.includes("hunter2") && !action.because.includes("hunter2"));
  }
});
