import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { PolicyHome, published, testKey } from "./policies-for-test.ts";

let at: PolicyHome;
const deploy = "railway up";
const denies = (command: string): object => ({ policies: { deny: [{ command }] } });
const allowsDeploy = { session_scope: { domain: { allowed_apis: ["railway:deploy"] } } };
const url = "https://policies.example.com/signalbox.json";
const own = testKey();

function tell(policy: object): void {
  at.policies.tellSetting(JSON.stringify(policy));
}

const kept = (): string => join(at.places.organisation, "setting.json");
const source = { organisation: { url, key: own.publicKey } };

describe("an organisation's policy in an editor's settings", () => {
  beforeEach(() => {
    at = new PolicyHome();
  });
  afterEach(() => {
    at.remove();
  });

  test("tightens at once and everywhere, and allows nothing", () => {
    tell({ ...denies("echo a*"), ...allowsDeploy });
    assert.deepEqual([at.verdict("echo a"), at.verdict(deploy)], ["deny", "ask"]);
    assert.equal(at.verdict("echo a", join(at.home, "elsewhere")), "deny");
    assert.match(
      at.states("organisation")[0] ?? "",
      /^approved: .* only tightens, and holds until you remove/,
    );
  });

  test("may lock: what a human approved below loosens nothing then", () => {
    at.writeWorkspace(JSON.stringify(allowsDeploy));
    at.approve();
    assert.equal(at.verdict(deploy), "allow");
    tell({ locked: true });
    assert.equal(at.verdict(deploy), "ask");
  });

  test("what it once said holds on: another text, an empty one and a restart take nothing away", () => {
    tell(denies("echo a*"));
    tell(denies("echo b*"));
    tell({});
    at.restart();
    assert.deepEqual(
      [at.verdict("echo a"), at.verdict("echo b"), at.verdict("echo c")],
      ["deny", "deny", "allow"],
    );
    assert.match(at.states("organisation")[0] ?? "", /each of its 3 texts only tightens/);
    rmSync(kept());
    at.restart();
    assert.deepEqual([at.verdict("echo a"), at.states("organisation")], ["allow", []]);
  });

  test("nobody wears it out: after some changes no more are taken, and those before hold", () => {
    for (const letter of ["a", "b", "c", "d", "e", "f"]) {
      tell(denies(`echo ${letter}*`));
    }
    assert.deepEqual(
      [at.verdict("echo a"), at.verdict("echo e"), at.verdict("echo f")],
      ["deny", "deny", "allow"],
    );
    assert.match(
      at.states("organisation")[0] ?? "",
      /^broken: it was changed more than 4 times; what it said before holds/,
    );
  });

  test("that does not load, or was damaged where it is kept, loosens nothing and lets nothing loosen", () => {
    at.writeWorkspace(JSON.stringify(allowsDeploy));
    at.approve();
    tell({ polices: {} });
    assert.equal(at.verdict(deploy), "ask");
    assert.match(
      at.states("organisation")[0] ?? "",
      /^broken: it does not load: .*unknown key `polices`.*nothing loosens/,
    );
    tell({});
    assert.equal(at.verdict(deploy), "allow");
    for (const damage of ["", "{", '{"texts":[1]}', '{"texts":["polices: {}"]}']) {
      writeFileSync(kept(), damage);
      at.restart();
      assert.equal(at.verdict(deploy), "ask", damage);
      assert.match(at.states("organisation")[0] ?? "", /^broken: what was kept of it/);
      tell({ version: 1 });
      assert.equal(at.verdict(deploy), "ask", "another text does not bring back what was lost");
    }
  });

  test("an address in it is fetched, and what comes from there only tightens", async () => {
    at.writeWorkspace(JSON.stringify(allowsDeploy));
    at.approve();
    tell(source);
    assert.equal(at.verdict(deploy), "ask", "nobody knows what it says yet");
    at.web.set(url, published(own, JSON.stringify({ ...denies("echo a*"), ...allowsDeploy })));
    await at.refresh();
    assert.deepEqual([at.verdict("echo a"), at.verdict(deploy)], ["deny", "allow"]);
    at.writeWorkspace("version: 1\n");
    at.approve();
    assert.equal(at.verdict(deploy), "ask", "the workspace no longer allows it, and the address does not");
  });

  test("an address that a human approved in the user's own policy may allow, whatever the settings say", async () => {
    at.web.set(url, published(own, JSON.stringify(allowsDeploy)));
    tell(source);
    await at.refresh();
    assert.equal(at.verdict(deploy), "ask");
    at.write(at.userFile, JSON.stringify(source));
    at.approve("user");
    await at.refresh();
    assert.equal(at.verdict(deploy), "allow");
  });
});
