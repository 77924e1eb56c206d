import assert from "node:assert/strict";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readPublished } from "../../src/broker/organisation-document.ts";
import { UsageError } from "../../src/cli/command.ts";
import { policyCommand } from "../../src/cli/policy-command.ts";
import { runCommand, temporaryFolder, type Run } from "./terminal.ts";

interface Place {
  readonly cwd: string;
  readonly home: string;
}

function place(context: { after(done: () => void): void }): Place {
  const home = temporaryFolder(context);
  const cwd = join(home, "org");
  mkdirSync(cwd);
  writeFileSync(join(cwd, "policy.yaml"), "locked: true\npolicies:\n  deny:\n    - command: x\n");
  return { cwd, home };
}

function run(where: Place, ...args: readonly string[]): Promise<Run> {
  return runCommand(policyCommand, args, where);
}

test("keygen writes a private key that nobody else reads, and prints the public one", async (context) => {
  const where = place(context);
  const { code, out } = await run(where, "keygen", "--out", "org.key");
  assert.equal(code, 0);
  assert.match(out, /^MCowBQYDK2VwAyEA[A-Za-z0-9+/]{43}=\n$/);
  const file = join(where.cwd, "org.key");
  assert.match(readFileSync(file, "utf8"), /^-----BEGIN PRIVATE KEY-----\n/);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  await assert.rejects(run(where, "keygen", "--out", "org.key"), /cannot be written \(EEXIST\)/);
});

test("what is signed is taken by whoever has the public key, and by nobody else", async (context) => {
  const where = place(context);
  const { out: key } = await run(where, "keygen", "--out", "org.key");
  const { out: other } = await run(where, "keygen", "--out", "other.key");
  const signed = await run(
    where,
    "sign",
    "--key",
    "org.key",
    "--version",
    "7",
    "--expires",
    "2099-01-31",
    "policy.yaml",
  );
  assert.equal(signed.code, 0);
  assert.deepEqual(readPublished(signed.out, [key.trim()]), {
    ok: true,
    value: {
      version: 7,
      expires: "2099-01-31T00:00:00.000Z",
      policy: readFileSync(join(where.cwd, "policy.yaml"), "utf8"),
    },
  });
  assert.ok(!readPublished(signed.out, [other.trim()]).ok);
});

test("a version and an expiry are there without being said", async (context) => {
  const where = place(context);
  const { out: key } = await run(where, "keygen", "--out", "org.key");
  const before = Date.now();
  const { out } = await run(where, "sign", "--key", "org.key", "policy.yaml");
  const read = readPublished(out, [key.trim()]);
  assert.ok(read.ok);
  assert.ok(Math.abs(read.value.version - before / 1000) < 60, String(read.value.version));
  assert.ok(Math.abs(Date.parse(read.value.expires) - before - 30 * 86_400_000) < 60_000);
});

const refused: readonly (readonly [string, readonly string[], RegExp])[] = [
  [
    "a policy that does not load",
    ["--key", "org.key", "broken.yaml"],
    /does not load\n.*unknown key `polices`/s,
  ],
  ["a policy that extends files", ["--key", "org.key", "extending.yaml"], /extends templates alone/],
  ["a key that is none", ["--key", "policy.yaml", "policy.yaml"], /no private key/],
  ["a key that is not there", ["--key", "gone.key", "policy.yaml"], /\(ENOENT\)/],
  ["no key", ["policy.yaml"], /say with `--key FILE`/],
  ["a version that is none", ["--key", "org.key", "--version", "0", "policy.yaml"], /whole number from 1/],
  [
    "an expiry that has passed",
    ["--key", "org.key", "--expires", "2020-01-01", "policy.yaml"],
    /a time to come/,
  ],
  ["an expiry that is none", ["--key", "org.key", "--expires", "soon", "policy.yaml"], /a time to come/],
  ["no policy", ["--key", "org.key"], /the policy is missing/],
];

for (const [what, args, why] of refused) {
  test(`sign refuses ${what}`, async (context) => {
    const where = place(context);
    await run(where, "keygen", "--out", "org.key");
    writeFileSync(join(where.cwd, "broken.yaml"), "polices: {}\n");
    writeFileSync(join(where.cwd, "extending.yaml"), "extends: ./policy.yaml\n");
    await assert.rejects(
      run(where, "sign", ...args),
      (error) => UsageError.is(error) && why.test(error.message),
    );
  });
}

test("check knows which layer a file is for", async (context) => {
  const where = place(context);
  const { out: key } = await run(where, "keygen", "--out", "org.key");
  mkdirSync(join(where.home, ".config", "signalbox"), { recursive: true });
  const file = join(where.home, ".config", "signalbox", "policy.yaml");
  const text = `organisation: { url: "https://policies.test/", key: "${key.trim()}" }\n`;
  writeFileSync(file, `${text}locked: true\n`);
  writeFileSync(join(where.cwd, "policy.yaml"), text);
  const own = await run(where, "check", file);
  assert.match(own.out, /`locked` does nothing in the user layer/);
  assert.doesNotMatch(own.out, /`organisation` does nothing/);
  assert.match(
    (await run(where, "check", "policy.yaml")).out,
    /`organisation` does nothing in the workspace layer/,
  );
});

test("show lists the user's layer with its state, and what it would make possible", async (context) => {
  const where = place(context);
  mkdirSync(join(where.home, ".config", "signalbox"), { recursive: true });
  const file = join(where.home, ".config", "signalbox", "policy.yaml");
  writeFileSync(file, 'session_scope: { domain: { allowed_apis: ["railway:deploy"] } }\n');
  const { out } = await run(where, "show");
  assert.match(out, /^ {4}user {9}[0-9a-f]{12} \S+policy\.yaml$/m);
  assert.match(out, /^user {9}unapproved {1,2}\S+policy\.yaml: not approved yet/m);
  assert.match(
    out,
    /by `signalbox policy approve --user`\), these operations become possible:\n {2}railway:deploy/,
  );
  const json = JSON.parse((await run(where, "show", "--json")).out) as {
    policies: { layer?: string; state: string }[];
    pending: unknown;
    pending_user: { summary: string };
  };
  assert.equal(json.pending, null);
  assert.match(json.pending_user.summary, /become possible/);
  assert.deepEqual(
    json.policies.map(({ layer = "workspace", state }) => [layer, state]),
    [
      ["user", "unapproved"],
      ["workspace", "missing"],
    ],
  );
});
