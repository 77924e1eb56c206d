import assert from "node:assert/strict";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { err, ok } from "../../src/base/result.ts";
import { managedPlace } from "../../src/broker/managed-policy.ts";
import { mayFollow, readPublished } from "../../src/broker/organisation-document.ts";
import { PolicyHome, published, testKey } from "./policies-for-test.ts";

const denies = (command: string): string => `policies:\n  deny:\n    - command: "${command}"\n`;
const allows = (api: string): string => `session_scope: { domain: { allowed_apis: ["${api}"] } }\n`;
const url = "https://policies.test/policy.json";
const key = testKey();
const names = (more = ""): string =>
  `${more}organisation: { url: "${url}", key: "${key.publicKey}", refresh: 10m }\n`;
/** Asked by the baseline, and lifted by whoever names it. */
const deploy = "railway up";

let at: PolicyHome;

describe("layers above the workspace", () => {
  beforeEach(() => {
    at = new PolicyHome();
  });
  afterEach(() => {
    at.remove();
  });

  test("the commands of these tests are what they are taken for", () => {
    assert.deepEqual([at.verdict("echo a"), at.verdict(deploy)], ["allow", "ask"]);
    assert.deepEqual(at.states("organisation"), []);
    assert.deepEqual(at.states("user"), []);
  });

  describe("the managed file", () => {
    test("holds everywhere, without approval and at once, and is gone when it was removed", () => {
      at.write(at.managedFile, denies("echo a*") + allows("railway:deploy"));
      assert.deepEqual([at.verdict("echo a"), at.verdict(deploy)], ["deny", "allow"]);
      assert.deepEqual(at.verdict("echo a", join(at.home, "elsewhere")), "deny");
      assert.deepEqual(at.states("organisation"), ["approved: managed by an administrator"]);
      rmSync(at.managedFile);
      assert.deepEqual([at.verdict("echo a"), at.verdict(deploy)], ["allow", "ask"]);
      assert.deepEqual(at.states("organisation"), []);
    });

    test("is ignored where it could be anybody's, and only tightens where it is root's own user", () => {
      at.trust = () => err("it does not belong to root");
      at.write(at.managedFile, denies("echo a*") + allows("railway:deploy"));
      assert.deepEqual([at.verdict("echo a"), at.verdict(deploy)], ["allow", "ask"]);
      assert.deepEqual(at.states("organisation"), ["ignored: ignored: it does not belong to root"]);
      at.trust = () => ok({ loosens: false });
      at.write(at.managedFile, denies("echo a*") + allows("railway:deploy"));
      assert.deepEqual([at.verdict("echo a"), at.verdict(deploy)], ["deny", "ask"]);
    });

    test("that breaks leaves the last one in force, after a restart as far as it tightens", () => {
      at.write(at.managedFile, denies("echo a*") + allows("railway:deploy"));
      at.policies.look();
      at.write(at.managedFile, "polices: {}\n");
      assert.deepEqual([at.verdict("echo a"), at.verdict(deploy)], ["deny", "allow"]);
      assert.match(at.states("organisation")[0] ?? "", /^broken: .*unknown key `polices`/);
      at.restart();
      assert.deepEqual([at.verdict("echo a"), at.verdict(deploy)], ["deny", "ask"]);
    });

    test("that was never readable loosens nothing, and lets nothing loosen", () => {
      at.writeWorkspace(allows("railway:deploy"));
      at.approve();
      assert.equal(at.verdict(deploy), "allow");
      at.write(at.managedFile, "polices: {}\n");
      assert.equal(at.verdict(deploy), "ask");
    });

    test("with a lock keeps layers below from loosening", () => {
      at.writeWorkspace(allows("railway:deploy"));
      at.approve();
      at.write(at.managedFile, "locked: true\n");
      assert.equal(at.verdict(deploy), "ask");
      at.write(at.managedFile, "locked: false\n");
      assert.equal(at.verdict(deploy), "allow");
    });

    test("builds on other files, which have to be as trustworthy", () => {
      at.write(join(at.home, "etc", "base.yaml"), denies("echo a*"));
      at.write(at.managedFile, "extends: ./base.yaml\n");
      assert.equal(at.verdict("echo a"), "deny");
      at.write(join(at.home, "etc", "base.yaml"), denies("echo b*"));
      assert.deepEqual([at.verdict("echo a"), at.verdict("echo b")], ["allow", "deny"]);
      at.trust = (file) => (file.endsWith("base.yaml") ? err("anybody's") : ok({ loosens: true }));
      at.write(at.managedFile, "extends: ./base.yaml\nversion: 1\n");
      assert.deepEqual(at.states("organisation"), ["ignored: ignored: anybody's"]);
      assert.equal(at.verdict("echo b"), "deny");
    });

    test("is believed where root alone can write it", () => {
      const { file, trust } = managedPlace("linux");
      assert.equal(file, "/etc/signalbox/policy.yaml");
      at.write(at.managedFile, "version: 1\n");
      const own = trust(at.managedFile);
      assert.match(own.ok ? "" : own.error, /written by others than root|does not belong to root/);
      assert.ok(!trust("/etc/nothing-here").ok);
      const system = trust("/etc/passwd");
      assert.ok(system.ok, system.ok ? "" : system.error);
      assert.equal(system.value.loosens, process.getuid?.() !== 0);
      // Not the place to ask Windows: what cannot be told is not believed.
      const windows = managedPlace("win32");
      assert.equal(windows.file, "C:\\ProgramData\\Signalbox\\policy.yaml");
      assert.equal(process.platform !== "win32" && windows.trust(windows.file).ok, false);
    });
  });

  describe("the published policy", () => {
    test("is fetched beside decisions, kept, and fetched again when it is due", async () => {
      at.write(at.managedFile, names());
      assert.deepEqual(at.states("organisation").slice(1), [
        "broken: it is being fetched; until then nothing loosens the baseline",
      ]);
      at.web.set(url, published(key, denies("echo a*") + allows("railway:deploy")));
      assert.equal(at.verdict("echo a"), "allow");
      await at.refresh();
      assert.deepEqual([at.verdict("echo a"), at.verdict(deploy)], ["deny", "allow"]);
      await at.refresh();
      assert.equal(at.fetched.length, 1);
      at.now += 10 * 60_000;
      at.web.set(url, published(key, denies("echo b*"), { version: 2 }));
      await at.refresh();
      assert.deepEqual([at.verdict("echo a"), at.verdict("echo b"), at.fetched.length], ["allow", "deny", 2]);
      at.restart();
      at.web.clear();
      assert.equal(at.verdict("echo b"), "deny");
      await at.refresh();
      assert.equal(at.verdict("echo b"), "deny");
      assert.deepEqual(at.states("organisation").slice(1), [
        "approved: version 2, signed, expires 2030-01-01T00:00:00.000Z; not refreshed: it cannot be reached (ECONNREFUSED)",
      ]);
      assert.deepEqual(
        readdirSync(at.places.organisation)
          .map((name) => name.replace(/^\w{32}/, "H"))
          .toSorted(),
        ["H.json", "H.yaml", "managed.json"],
      );
    });

    const refused: readonly (readonly [string, string, RegExp])[] = [
      [
        "an older version",
        published(key, denies("echo b*"), { version: 4 }),
        /version 4 is older than version 5/,
      ],
      ["another text of the same version", published(key, denies("echo b*"), { version: 5 }), /another text/],
      [
        "another key's signature",
        published(testKey(), denies("echo b*"), { version: 6 }),
        /not by the organisation's key/,
      ],
      [
        "a changed version",
        published(key, denies("echo b*"), { version: 4 }).replace('"version": 4', '"version": 6'),
        /not by the organisation's key/,
      ],
      [
        "a changed expiry",
        published(key, denies("echo b*"), { version: 6 }).replace("2030", "2031"),
        /not by the organisation's key/,
      ],
      [
        "a policy that does not load",
        published(key, "polices: {}", { version: 6 }),
        /version 6 does not load: .*unknown key/,
      ],
      [
        "a policy that extends a file",
        published(key, "extends: ./x.yaml", { version: 6 }),
        /extends templates alone/,
      ],
      ["a web page", "<html>", /no signed policy/],
      ["nothing", "", /no signed policy/],
      ["another format", '{"format": 2}', /format is not 1/],
      [
        "a member that nobody signed",
        published(key, "version: 1").replace("{", '{"note":"x",'),
        /`note`, which nobody has signed/,
      ],
      [
        "a version that is none",
        '{"format":1,"version":1.5,"expires":"","policy":"","signature":""}',
        /no whole number/,
      ],
      [
        "an expiry that is none",
        '{"format":1,"version":9,"expires":"tomorrow","policy":"","signature":""}',
        /no time such as/,
      ],
      ["no signature", '{"format":1,"version":9,"policy":""}', /not both texts/],
    ];
    for (const [what, text, why] of refused) {
      test(`${what} is refused, and the one before stays`, async () => {
        at.write(at.managedFile, names());
        at.web.set(url, published(key, denies("echo a*") + allows("railway:deploy"), { version: 5 }));
        await at.refresh();
        at.web.set(url, text);
        at.now += 10 * 60_000;
        await at.refresh();
        assert.deepEqual(
          [at.verdict("echo a"), at.verdict("echo b"), at.verdict(deploy)],
          ["deny", "allow", "allow"],
        );
        assert.match(at.states("organisation")[1] ?? "", why);
        // Tried again soon, and forgiven.
        at.web.set(url, published(key, denies("echo c*"), { version: 7 }));
        at.now += 60_000;
        await at.refresh();
        assert.equal(at.verdict("echo c"), "deny");
        assert.doesNotMatch(at.states("organisation")[1] ?? "", /not refreshed/);
      });
    }

    test("that expires is void where it allows, and stays where it restricts", async () => {
      at.write(at.managedFile, names());
      const text = denies("echo a*") + allows("railway:deploy");
      at.web.set(url, published(key, text, { expires: "2027-01-02T00:00:00Z" }));
      await at.refresh();
      assert.deepEqual([at.verdict("echo a"), at.verdict(deploy)], ["deny", "allow"]);
      at.now = Date.parse("2027-01-02T00:00:00Z");
      assert.deepEqual([at.verdict("echo a"), at.verdict(deploy)], ["deny", "ask"]);
      assert.match(at.states("organisation")[1] ?? "", /^expired: version 1 has expired at 2027-01-02/);
      at.web.set(url, published(key, text, { version: 2 }));
      await at.refresh();
      assert.deepEqual([at.verdict("echo a"), at.verdict(deploy)], ["deny", "allow"]);
    });

    test("that was never fetched lets nothing loosen", async () => {
      at.writeWorkspace(allows("railway:deploy"));
      at.approve();
      at.write(at.managedFile, names());
      await at.refresh();
      assert.equal(at.verdict(deploy), "ask");
      at.web.set(url, published(key, "version: 1"));
      at.now += 60_000;
      await at.refresh();
      assert.equal(at.verdict(deploy), "allow");
    });

    test("what is kept is checked again, with the keys of now", async () => {
      at.write(at.managedFile, names());
      at.web.set(url, published(key, denies("echo a*")));
      await at.refresh();
      const other = testKey();
      at.write(at.managedFile, names().replace(key.publicKey, other.publicKey));
      assert.equal(at.verdict("echo a"), "allow");
      assert.match(at.states("organisation")[1] ?? "", /what was kept is not used: its signature/);
      const both = `organisation: { url: "${url}", key: ["${key.publicKey}", "${other.publicKey}"] }\n`;
      at.write(at.managedFile, both);
      assert.equal(at.verdict("echo a"), "deny");
    });

    test("names no further address, and a lock of its own holds", async () => {
      const more = 'organisation: { url: "https://other.test/", key: "' + key.publicKey + '" }\n';
      at.writeWorkspace(allows("railway:deploy"));
      at.approve();
      at.write(at.managedFile, names());
      at.web.set(url, published(key, `${more}locked: true\n`));
      await at.refresh();
      await at.refresh();
      assert.deepEqual(at.fetched, [url]);
      assert.equal(at.verdict(deploy), "ask");
    });
  });

  describe("the user's own policy", () => {
    test("tightens at once and loosens once it is approved, in every workspace", () => {
      at.write(at.userFile, denies("echo a*") + allows("railway:deploy"));
      assert.deepEqual([at.verdict("echo a"), at.verdict(deploy)], ["deny", "ask"]);
      assert.deepEqual(at.states("user"), [
        "unapproved: not approved yet: it applies only where it tightens",
      ]);
      at.approve("user");
      assert.deepEqual([at.verdict("echo a"), at.verdict(deploy)], ["deny", "allow"]);
      assert.equal(at.verdict(deploy, join(at.home, "elsewhere")), "allow");
      assert.deepEqual(at.states("user"), ["approved: approved by a human"]);
      at.write(at.userFile, allows("aws:s3:PutObject"));
      assert.deepEqual([at.verdict("echo a"), at.verdict(deploy)], ["deny", "ask"]);
    });

    test("that is removed or breaks leaves what was approved in force", () => {
      at.write(at.userFile, denies("echo a*"));
      at.approve("user");
      at.write(at.userFile, "polices: {}\n");
      assert.equal(at.verdict("echo a"), "deny");
      assert.match(at.states("user")[0] ?? "", /^broken: /);
      rmSync(at.userFile);
      at.restart();
      assert.equal(at.verdict("echo a"), "deny");
      assert.deepEqual(at.states("user"), [
        "missing: the file was removed; the approved policy stays in force",
      ]);
    });

    test("says what becomes possible, over what was approved before", () => {
      at.write(at.userFile, denies("echo a*"));
      at.approve("user");
      at.write(at.userFile, allows("railway:deploy"));
      const pending = at.policies.pending("user");
      assert.deepEqual(
        [pending?.before, pending?.now, pending?.approved].map((one) => one?.stacks.length),
        [1, 2, 1],
      );
      assert.deepEqual(pending?.beforeTexts, [{ file: at.userFile, text: denies("echo a*") }]);
    });

    test("an address counts once a human has approved it", async () => {
      at.web.set(url, published(key, denies("echo a*")));
      at.write(at.userFile, names());
      await at.refresh();
      assert.deepEqual([at.fetched, at.verdict("echo a")], [[], "allow"]);
      at.approve("user");
      await at.refresh();
      assert.deepEqual([at.fetched, at.verdict("echo a")], [[url], "deny"]);
      at.write(at.userFile, "version: 1\n");
      assert.equal(at.verdict("echo a"), "deny");
      at.approve("user");
      assert.equal(at.verdict("echo a"), "allow");
    });

    test("an approval of a workspace is none of the user's", () => {
      at.writeWorkspace(allows("railway:deploy"));
      at.approve();
      at.write(at.userFile, allows("railway:deploy"));
      assert.match(at.states("user")[0] ?? "", /^unapproved/);
      const other = at.policies.candidate("organisation");
      assert.match(other.ok ? "" : other.error, /is no workspace/);
    });
  });
});

test("a document follows what it replaces", () => {
  const document = { version: 3, expires: "2030-01-01T00:00:00Z", policy: "version: 1" };
  assert.deepEqual(mayFollow(document, undefined), ok("newer"));
  assert.deepEqual(mayFollow(document, { ...document, version: 2 }), ok("newer"));
  assert.deepEqual(mayFollow(document, document), ok("same"));
  assert.ok(!mayFollow(document, { ...document, expires: "2031-01-01T00:00:00Z" }).ok);
});

test("a signed document is read as it was written", () => {
  const text = published(key, 'policies: {}\n# "ä"\n', { version: 12 });
  assert.deepEqual(readPublished(text, [testKey().publicKey, key.publicKey]), {
    ok: true,
    value: { version: 12, expires: "2030-01-01T00:00:00.000Z", policy: 'policies: {}\n# "ä"\n' },
  });
  assert.ok(!readPublished(text, []).ok);
});
