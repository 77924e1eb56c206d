import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { PolicyHome } from "./policies-for-test.ts";

const homes: PolicyHome[] = [];
let at: PolicyHome;

beforeEach(() => {
  at = new PolicyHome();
  homes.push(at);
  at.writeWorkspace("policies: { deny: [{ command: 'echo a*' }] }\n");
  at.approve();
  // What is written no longer tightens: only the approval does.
  at.writeWorkspace("{}\n");
});
after(() => homes.forEach((home) => home.remove()));

const files = (): readonly string[] =>
  readdirSync(at.places.pins)
    .toSorted()
    .map((name) => join(at.places.pins, name));

const damages: Readonly<Record<string, (text: string) => string>> = {
  "is cut off": (text) => text.slice(0, text.length / 2),
  "is empty": () => "",
  "holds another text than was signed": (text) => text.replace("echo a*", "echo z*"),
  "has another signature": (text) => text.replace(/"signature":"..../, '"signature":"AAAA'),
};

function damage(which: readonly string[], how: (text: string) => string): void {
  for (const file of which) {
    writeFileSync(file, how(readFileSync(file, "utf8")));
  }
  at.restart();
}

for (const [name, how] of Object.entries(damages)) {
  test(`an approval that ${name} is read from its copy`, () => {
    damage(files().slice(0, 1), how);
    assert.deepEqual([at.verdict("echo a"), at.verdict("echo b")], ["deny", "allow"]);
  });

  test(`a copy that ${name} is not needed`, () => {
    damage(files().slice(1), how);
    assert.deepEqual([at.verdict("echo a"), at.verdict("echo b")], ["deny", "allow"]);
  });

  test(`an approval that ${name}, with its copy: everything is asked until a human approves again`, () => {
    damage(files(), how);
    assert.deepEqual(
      ["echo a", "echo b", "ls", "cat README.md", "npm test"].map((command) => at.verdict(command)),
      ["ask", "ask", "ask", "ask", "ask"],
    );
    const [state = ""] = at.states();
    assert.match(
      state,
      /^unapproved: the approved policy's .*: everything is asked until a policy is approved again$/,
    );
    at.approve();
    assert.deepEqual([at.verdict("echo a"), ...at.states()], ["allow", "approved: approved by a human"]);
  });
}

test("a damaged approval, and no policy that could be approved instead: it says so, and everything is asked", () => {
  at.writeWorkspace("policies: [\n");
  damage(files(), () => "x");
  assert.equal(at.verdict("echo b"), "ask");
  assert.match(at.states()[0] ?? "", /^broken: the approved policy's file is damaged: everything is asked/);
});

test("the user's own policy, damaged, asks everything in every workspace", () => {
  at.write(at.userFile, "policies: { deny: [{ command: 'echo u*' }] }\n");
  at.approve("user");
  at.write(at.userFile, "{}\n");
  assert.deepEqual([at.verdict("echo u"), at.verdict("echo b")], ["deny", "allow"]);
  damage(files(), () => "");
  assert.deepEqual([at.verdict("echo u"), at.verdict("echo b")], ["ask", "ask"]);
});

test("what was approved stays in force while the process that read it lives, whatever becomes of its files", () => {
  assert.equal(at.verdict("echo a"), "deny");
  files().forEach((file) => writeFileSync(file, ""));
  at.writeWorkspace("version: 1\n");
  assert.deepEqual([at.verdict("echo a"), at.verdict("echo b")], ["deny", "allow"]);
});
