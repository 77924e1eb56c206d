import assert from "node:assert/strict";
import { test } from "node:test";
import { err, ok } from "../../src/base/result.ts";
import { loadPolicy } from "../../src/policy/load.ts";
import { digest, home, workspace } from "./load-for-test.ts";
import { vocabulary } from "./vocabulary.ts";

/** Processor time in ms: much more than needed on a slow machine, much less than anything quadratic takes. */
const limitMs = 6000;

const times = (count: number, line: (index: number) => string, between = "\n"): string =>
  Array.from({ length: count }, (_, index) => line(index)).join(between);

const scope = (kind: string, key: string, items: string): string =>
  `session_scope:\n  ${kind}:\n    ${key}:\n${items}\n`;

/** Texts that are made to take long, with what is said first; an empty text for those that load without a word. */
const inputs: Readonly<Record<string, readonly [text: string, code: string]>> = {
  "a bomb of aliases": [
    `a0: &a0 [x, x]\n${times(20, (index) => `a${index + 1}: &a${index + 1} [*a${index}, *a${index}]`)}\n`,
    "policy/anchor",
  ],
  "thousands of anchors": [times(5000, (index) => `k${index}: &a${index} 1`), "policy/anchor"],
  "thousands of tags": [times(5000, (index) => `k${index}: !t 1`), "policy/tag"],
  "thousands of unknown keys": [times(20_000, (index) => `key${index}: 1`), "policy/unknown-key"],
  "one key thousands of times": ["policies: {}\n".repeat(10_000), "policy/duplicate-key"],
  "thousands of names": [
    `credentials:\n${times(15_000, (index) => `  k${index}: { grants: ["railway:deploy"] }`)}\n`,
    "",
  ],
  "thousands of tasks": [
    `sessions:\n${times(3000, (index) => `  t${index}: { session_scope: { domain: { allowed_apis: ["railway:deploy"] } } }`)}\n`,
    "",
  ],
  "a line of dashes": [`policies:\n  ${"- ".repeat(50_000)}x\n`, "policy/syntax"],
  "a line of colons": ["a: ".repeat(50_000), "policy/syntax"],
  stairs: [times(400, (index) => `${" ".repeat(index)}a:`), "policy/too-deep"],
  "thousands of errors": ["policies: ]\n".repeat(5000), "policy/syntax"],
  "a text that never ends": [`description: "${"x\n ".repeat(100_000)}`, "policy/syntax"],
  "tabs alone": ["\t\n".repeat(50_000), "policy/empty"],
  "50 MB": ["x".repeat(50_000_000), "policy/too-large"],
  "patterns at the bound of what is accepted": [
    scope(
      "signal",
      "hidden_files",
      times(300, () => '      - "**/a*b*c*/**/{d,e}*f*/**/g/**"'),
    ),
    "",
  ],
  "more globs than each path can be held against": [
    scope(
      "signal",
      "hidden_files",
      times(301, (index) => `      - "**/a${index}*/**/{d,e}*"`),
    ),
    "policy/bad-pattern",
  ],
  "thousands of globs that end in an extension": [
    scope(
      "signal",
      "hidden_files",
      times(5000, (index) => `      - "**/dir${index}/**/*.{a,b,c${index}}"`),
    ),
    "",
  ],
  "patterns beyond it": [
    scope(
      "signal",
      "hidden_files",
      times(5000, () => '      - "{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}"'),
    ),
    "policy/bad-pattern",
  ],
  "thousands of alike rules": [
    `policies:\n  kill:\n${times(5000, (index) => `    - { agent: a${index}, command: "x*", not: { agent: b } }`)}\n`,
    "",
  ],
  "thousands of broad rules": [
    `policies:\n  kill:\n${times(5000, (index) => `    - { command: "*x${index}y", agent: "z*" }`)}\n`,
    "",
  ],
  "thousands of operations at the top and in a task": [
    `${scope(
      "domain",
      "allowed_apis",
      times(5000, (index) => `      - "aws:s3:x${index}*"`),
    )}sessions:\n  a:\n    session_scope:\n      domain:\n        allowed_apis:\n${times(5000, () => '          - "aws:s3:PutObject"')}\n`,
    "",
  ],
  "thousands of credentials, allowed and blocked": [
    `session_scope:\n  signal:\n    allowed_credentials: [${times(8000, (index) => `a${index}*`, ",")}]\n    blocked_credentials: [${times(8000, (index) => `b${index}*`, ",")}]\n`,
    "",
  ],
};

for (const [name, [text, code]] of Object.entries(inputs)) {
  test(`${name} in bounded time`, () => {
    const before = process.cpuUsage();
    const source = { file: "p.yaml", text, layer: "workspace", workspace, home } as const;
    const { policy, diagnostics } = loadPolicy(source, vocabulary, digest);
    const { user, system } = process.cpuUsage(before);
    const [first] = diagnostics;
    assert.equal(first?.code ?? "", code, first?.message ?? "");
    assert.equal(policy === undefined, first?.severity === "error");
    assert.ok(first === undefined || first.range.end <= text.length);
    assert.ok(diagnostics.length <= 101);
    assert.ok((user + system) / 1000 < limitMs, `${(user + system) / 1000} ms`);
  });
}

test("a policy that builds on many large ones is bounded, too", () => {
  const large = `policies:\n  deny:\n${times(5000, (index) => `    - { command: "x${index}", agent: a${index} }`)}\n`;
  const read = (
    file: string,
  ): ReturnType<typeof ok<string>> | { readonly ok: false; readonly error: string } =>
    file.endsWith(".yaml") ? ok(large) : err("it is not there");
  const text = `extends: [${times(30, (index) => `f${index}.yaml`, ", ")}]\n`;
  const source = { file: "p.yaml", text, layer: "workspace", workspace, home, read } as const;
  const before = process.cpuUsage();
  const { policy, diagnostics } = loadPolicy(source, vocabulary, digest);
  assert.equal(policy, undefined);
  assert.equal(diagnostics[0]?.code, "policy/too-large");
  assert.ok(process.cpuUsage(before).user / 1000 < 3 * limitMs);
});
