import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { maskOutput } from "../../src/record/mask-output.ts";
import type { KnownSecret } from "../../src/record/redact.ts";

const none = (): readonly KnownSecret[] => [];
const nothing: ReadonlySet<string> = new Set();

/** Characters that look drawn at random, the same in each run: nobody's key. */
function drawn(length: number, alphabet: string): string {
  let seed = 7;
  return Array.from({ length }, () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return alphabet[seed % alphabet.length] ?? "";
  }).join("");
}
const lower = "abcdefghijklmnopqrstuvwxyz";
const letters = `${lower}${lower.toUpperCase()}0123456789`;

const secrets: readonly (readonly [what: string, value: string])[] = [
  ["GitHub token", `ghp_${drawn(36, letters)}`],
  ["GitHub token", `github_pat_${drawn(82, letters)}`],
  ["GitLab token", `glpat-${drawn(20, letters)}`],
  ["API key", `sk-${drawn(48, letters)}`],
  ["API key", `sk-ant-${drawn(60, letters)}`],
  ["Stripe key", `sk_live_${drawn(24, letters)}`],
  ["Slack token", `xoxb-${drawn(12, "0123456789")}-${drawn(24, letters)}`],
  ["npm token", `npm_${drawn(36, letters)}`],
  ["DigitalOcean token", `dop_v1_${drawn(64, "0123456789abcdef")}`],
  ["Google key", `AIza${drawn(35, letters)}`],
  [
    "private key",
    `-----BEGIN ${"RSA "}PRIVATE KEY-----\n${drawn(256, `${letters}+/`)}\n-----END ${"RSA "}PRIVATE KEY-----`,
  ],
];

for (const [what, value] of secrets) {
  test(`a ${what} is masked wherever it stands in a result: ${value.slice(0, 8)}…`, () => {
    for (const [before, after] of [
      ["TOKEN=", "\n"],
      ['{"token":"', '"}'],
      ["a ", " b"],
      ["", ""],
    ] as const) {
      assert.equal(maskOutput(`${before}${value}${after}`, none, nothing), `${before}‹${what}›${after}`);
    }
  });
}

/** What agents read all day. */
const harmless: readonly string[] = [
  "commit 9fceb02d0ae598e95dc970b74767f19372d61af8 (HEAD -> main)",
  "index 83db48f..bf2a1c3 100644",
  "550e8400-e29b-41d4-a716-446655440000",
  '"integrity": "sha512-v2kDEe57lecTulaDIuNTPy3Ry4gLGJ6Z1O3vE1krgXZNrsQ+LFTGHVxVjcXPs17LhbZVGedAJv8XZ1tvj5FvSg=="',
  'checksum = "b6ae4ea9a1c4a2a5d0a3b4a7ad0a4c4e1ea2b8e5d1c9f0a7b3d6c8e9f1a2b3c4"',
  "github.com/stretchr/testify v1.9.0 h1:HtqpIVDClZ4nwg75+f6Lvsy/wHu+3BoSGCbBAcpTsTg=",
  "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "const token = getToken(); const apiKey = process.env.API_KEY ?? 'none';",
  "password: string; secretName = await prompt('password: ');",
  ".sk-cube-grid .sk-cube { animation: sk-cubeGridScaleDelay 1.3s infinite ease-in-out; }",
  ".sk-cube-grid-sk-cube1-delay-anim-Box-left-right-Xy-zW { color: red }",
  '<div class="sk-loading-indicator-wrapper-with-a-long-name-2 sk-fading-circle12">',
  "import { sk_live_mode } from './stripe'; // sk_live_xxxxxxxxxxxxxxxxxxxxxxxx",
  "export GITHUB_TOKEN=ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
  "ghp_EXAMPLEexample1234567890EXAMPLEexample12 in the documentation",
  "Authorization: Bearer <your token>",
  "postgres://postgres:postgres@localhost:5432/app_test",
  "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
  "AKIAIOSFODNN7EXAMPLE",
  "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYDVQQGEwJJ\n-----END CERTIFICATE-----",
  "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----",
  "/^-----BEGIN [A-Z ]{0,32}PRIVATE KEY-----/.test(text)",
  "npm_config_registry=https://registry.npmjs.org/ npm_lifecycle_event=test",
  "hf_hub_download(repo_id='a/b')",
  "2026-11-20T19:48:00.123Z INFO request id=01HX4Z6V7K0Q2M3N4P5R6S7T8V took=12ms",
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
];

for (const text of harmless) {
  test(`a result without a secret stays to the byte: ${text.slice(0, 60)}`, () => {
    assert.equal(maskOutput(text, none, nothing), text);
  });
}

for (const file of [
  "package-lock.json",
  "package.json",
  "src/record/redact.ts",
  "README.md",
  "CHANGELOG.md",
]) {
  test(`${file} of this repository comes through to the byte`, () => {
    const text = readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
    assert.equal(maskOutput(text, none, nothing), text);
  });
}

const found =
  (value: string, over: Partial<KnownSecret>) =>
  (text: string): readonly KnownSecret[] => {
    const start = text.indexOf(value);
    const named = false;
    return start < 0 ? [] : [{ start, end: start + value.length, name: "A", named, ...over }];
  };

test("known values are masked: of credentials, and of variables whose name tells a secret", () => {
  const text = "it says my-app-uploads-2024 here";
  const mask = (over: Partial<KnownSecret>): string =>
    maskOutput(text, found("my-app-uploads-2024", over), nothing);
  assert.equal(mask({ name: "railway_project_token", named: true }), "it says ‹railway_project_token› here");
  assert.equal(mask({ name: "SESSION_SECRET" }), "it says ‹SESSION_SECRET› here");
  assert.equal(mask({ name: "DATABASE_URL" }), "it says ‹DATABASE_URL› here");
  // What stands beside secrets in a file is none: a bucket's name is all over a repository.
  assert.equal(mask({ name: "S3_BUCKET" }), text);
  assert.equal(mask({ name: "REGION" }), text);
});

test("a file that a decision has shown to the agent shows its values, and no other file's", () => {
  const find = found("value-of-9-a-kind", { name: "API_TOKEN", file: "/w/.env.staging" });
  assert.equal(maskOutput("x value-of-9-a-kind", find, new Set(["/w/.env.staging"])), "x value-of-9-a-kind");
  assert.equal(maskOutput("x value-of-9-a-kind", find, new Set(["/w/.env"])), "x ‹API_TOKEN›");
  // The same value in a second file, which was not shown, is the same value: it has been seen.
  const both = (text: string): readonly KnownSecret[] => [
    ...find(text),
    ...found("value-of-9-a-kind", { name: "OTHER_TOKEN", file: "/w/.env" })(text),
  ];
  assert.equal(maskOutput("x value-of-9-a-kind", both, new Set(["/w/.env.staging"])), "x value-of-9-a-kind");
});

test("a huge result costs no more than its length", () => {
  const began = performance.now();
  const text = `${"-----BEGIN PRIVATE KEY-----\n".repeat(20_000)}${"sk-".repeat(200_000)}${"a".repeat(4_000_000)}`;
  assert.equal(maskOutput(text, none, nothing), text);
  assert.ok(performance.now() - began < 20_000);
});
