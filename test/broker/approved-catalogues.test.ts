import assert from "node:assert/strict";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { PolicyHome } from "./policies-for-test.ts";

const homes: PolicyHome[] = [];
let at: PolicyHome;
let inner: string;

beforeEach(() => {
  at = new PolicyHome();
  homes.push(at);
  inner = join(at.workspace, "inner");
  mkdirSync(join(inner, ".governance"), { recursive: true });
});
after(() => homes.forEach((home) => home.remove()));

const acme = (effects: string): string =>
  `provider: acme\ntitle: Acme\ncli:\n  programs: [acme]\n  commands: [{path: boxes rm, operation: box_delete}]\noperations:\n  box_delete: {effects: [${effects}]}\n`;
const denies = 'policies: { deny: [{ action: "acme:box_delete" }] }\n';
const outerFile = (): string => join(at.workspace, ".governance", "catalogue", "acme.yaml");
const waiting =
  "unapproved: approved, but its catalogue has changed since: until you approve it again, the stricter one counts";

test("a policy below means what the catalogue around it said when it was approved", () => {
  at.write(outerFile(), acme("irreversible_data_deletion"));
  at.write(join(inner, ".governance", "policy.yaml"), denies);
  at.approve(inner);
  assert.equal(at.verdict("acme boxes rm b1", inner), "kill");
  rmSync(outerFile());
  at.restart();
  assert.equal(at.verdict("acme boxes rm b1", inner), "kill");
});

test("a policy around a folder means in it what the catalogue said when it was approved", () => {
  at.write(outerFile(), acme("file_deletion"));
  at.writeWorkspace(denies);
  at.approve();
  assert.equal(at.verdict("acme boxes rm b1", inner), "deny");
  rmSync(outerFile());
  at.restart();
  assert.equal(at.verdict("acme boxes rm b1", inner), "deny");
});

test("a catalogue that changes after the approval waits for another one, and both count until then", () => {
  at.writeWorkspace(denies);
  at.approve();
  assert.equal(at.states().join(), "approved: approved by a human");
  at.write(outerFile(), acme("irreversible_data_deletion"));
  assert.equal(at.verdict("acme boxes rm b1"), "kill");
  assert.equal(at.states()[0], waiting);
  at.approve();
  assert.equal(at.states()[0], "approved: approved by a human");
  at.write(outerFile(), acme("file_deletion"));
  assert.deepEqual([at.verdict("acme boxes rm b1"), at.states()[0]], ["kill", waiting]);
  at.restart();
  assert.deepEqual([at.verdict("acme boxes rm b1"), at.states()[0]], ["kill", waiting]);
  assert.deepEqual(
    at.policies.pending(at.workspace)?.catalogue.before.map(({ text }) => text),
    [acme("irreversible_data_deletion")],
  );
  at.approve();
  assert.deepEqual(
    [at.verdict("acme boxes rm b1"), at.states()[0]],
    ["deny", "approved: approved by a human"],
  );
});
