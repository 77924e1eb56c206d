import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cut, redact, redactCut, redactValue, type KnownSecret } from "../../src/record/redact.ts";

const none = (): readonly [] => [];

interface Case {
  readonly text: string;
  /** What must not be left. */
  readonly secret: string;
}

const key = "-----BEGIN PRIVATE KEY-----";
const secrets: readonly Case[] = [
  { text: `curl -H "Authorization: Bearer 0f0e0d0c-test-token-not-real" https://x`, secret: "0f0e0d0c" },
  { text: `curl -H 'authorization: bearer abcdefgh12345678'`, secret: "abcdefgh" },
  { text: `curl -H "Authorization: Basic dGVzdDp0ZXN0LW5vdC1yZWFs"`, secret: "dGVzdDp0" },
  { text: `RAILWAY_TOKEN=test-token-not-real railway up`, secret: "test-token" },
  { text: `export API_KEY="test token not real"`, secret: "test token" },
  { text: `export DB_PASSWORD='test-password-1'`, secret: "test-password" },
  { text: `railway login --token test-token-not-real`, secret: "test-token" },
  { text: `tool --api-key=test-key-not-real`, secret: "test-key" },
  { text: `{"password":"hunter22"}`, secret: "hunter22" },
  { text: `{\\"accessToken\\":\\"test-token-not-real\\"}`, secret: "test-token" },
  { text: `project-access-token: 11112222-test`, secret: "11112222" },
  { text: `psql postgres://user:test-pw@host/db`, secret: "test-pw" },
  { text: `curl -u me:test-pw https://x`, secret: "test-pw" },
  {
    text: `git clone https://x:ghp_0000000000testtokennotreal00000000@github.com/a/b`,
    secret: "testtokennotreal",
  },
  { text: `echo AKIA0000000000TESTXX`, secret: "AKIA0000" },
  { text: `xoxb-000000000000-testtoken`, secret: "testtoken" },
  { text: `eyJhbGciOiJub25lIn0.eyJ0ZXN0Ijoibm90LXJlYWwifQ.`, secret: "eyJ0ZXN0" },
  { text: `${key}\nTESTKEYNOTREAL\n-----END PRIVATE KEY-----`, secret: "TESTKEYNOTREAL" },
  { text: `${key}\nTESTKEYNOTREAL cut off`, secret: "TESTKEYNOTREAL" },
  { text: `sk-ant-test-key-not-real-000000`, secret: "test-key" },
];

for (const { text, secret } of secrets) {
  test(`masks the secret in ${text.slice(0, 50).replaceAll("\n", " ")}`, () => {
    const masked = redact(text, none);
    assert.ok(!masked.includes(secret), masked);
    assert.match(masked, /‹.+›/);
  });
}

const plain: readonly string[] = [
  `curl -H "Authorization: Bearer $TOKEN" https://x`,
  "echo ${SECRET_KEY} $(cat token)",
  `--token=$RAILWAY_TOKEN`,
  `git commit -m "token handling for basic cases"`,
  "KEY=value make",
  "const tokens: string[] = []",
  "ls -la ~/.ssh",
  "https://host:8080/path",
  "npm test -- --grep password",
];

for (const text of plain) {
  test(`leaves ${text} as it is`, () => {
    assert.equal(redact(text, none), text);
  });
}

test("known values are masked by name wherever they are", () => {
  const find = (text: string): KnownSecret[] => {
    const start = text.indexOf("VALUE");
    return start < 0 ? [] : [{ start, end: start + 5, name: "railway_cli_admin_token", named: true }];
  };
  assert.equal(redact("aVALUEb", find), "a‹railway_cli_admin_token›b");
});

test("values are masked in depth, under telling names, and cut", () => {
  const masked = redactValue(
    {
      headers: { token: "abc", note: "x".repeat(50) },
      list: ["API_KEY=abcdef"],
      count: 3,
      none: null,
      ref: { token: "$T" },
    },
    (text) => redact(text, none),
    20,
  );
  assert.deepEqual(masked, {
    headers: { token: "‹credential›", note: `${"x".repeat(20)}… (30 more characters)` },
    list: ["API_KEY=‹credential›"],
    count: 3,
    none: null,
    ref: { token: "$T" },
  });
  assert.equal(cut("abc", 3), "abc");
});

test("a secret that the cut goes through is masked as a whole, and a huge text costs no more than a long one", () => {
  const text = `${"x ".repeat(40)}TOKEN=test-token-not-real ${"y ".repeat(8_000_000)}`;
  const start = performance.now();
  const masked = redactCut(text, (part) => redact(part, none), 90);
  assert.ok(performance.now() - start < 5000);
  assert.ok(!masked.includes("test"), masked);
  assert.match(masked, /more characters/);
});

test("masking never throws, is quick on long texts, and does nothing twice", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
      const once = redact(text, none);
      assert.equal(typeof redact(once, none), "string");
    }),
    { numRuns: 200 },
  );
  for (const unit of ["a", "token ", "-", "=", "eyJ", "sk-", "://", "a_b-", `"token":"`]) {
    const text = unit.repeat(Math.ceil(100_000 / unit.length));
    const start = performance.now();
    redact(text, none);
    const took = performance.now() - start;
    assert.ok(took < 5000, `${unit}: ${took} ms`);
  }
});
