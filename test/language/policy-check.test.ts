import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { checkFile } from "../../src/language/policy-check.ts";
import { pageOf } from "../../src/language/pages.ts";
import { governedFile, workspaceOfPolicy, type GovernedFile } from "../../src/language/policy-files.ts";
import { policyCodes } from "../../src/policy/codes.ts";

const folder = "/home/u/shop";

function problemsOf(name: string, text: string): readonly string[] {
  const file = `${folder}/.governance/${name}`;
  const governed = governedFile(file);
  assert.ok(governed !== undefined);
  return checkFile({ ...governed, file, text }, { home: "/home/u" }).diagnostics.map(
    ({ code, severity, range, message, help }) =>
      `${range.line}:${range.column} ${severity} ${code} ${message}; ${help}`,
  );
}

test("language, check: an unknown key of a policy is an error at its place, with what was meant", () => {
  const text = "policies:\n  kil:\n    - action_type: irreversible_infrastructure_deletion\n";
  assert.match(problemsOf("policy.yaml", text).join("\n"), /^2:3 error policy\/unknown-key .*`kil`.*`kill`/);
});

test("language, check: a test file and a catalogue are checked as what they are", () => {
  assert.match(problemsOf("policy.test.yaml", "casez: []\n").join("\n"), /policy-test\//);
  assert.match(problemsOf("catalogue/own.yaml", "provider: railway\n").join("\n"), /catalogue\//);
});

const places: readonly (readonly [path: string, kind: GovernedFile["kind"] | undefined, inForce: boolean])[] =
  [
    ["/w/.governance/policy.yaml", "policy", true],
    ["/w/.governance/policy.json", "policy", true],
    ["C:\\w\\.governance\\policy.yml", "policy", true],
    ["/w/.governance/base.yaml", "policy", false],
    ["/w/.governance/team/base.yaml", "policy", false],
    ["/w/.governance/policy.test.yaml", "tests", false],
    ["/w/.governance/catalogue/own.yaml", "catalogue", false],
    ["/home/u/.config/signalbox/policy.yaml", "policy", false],
    ["/etc/signalbox/policy.yaml", "policy", false],
    ["C:\\ProgramData\\Signalbox\\policy.yaml", "policy", false],
    ["/w/etc/signalbox/policy.yaml", undefined, false],
    ["/w/.governance/README.md", undefined, false],
    ["/w/policy.yaml", undefined, false],
    ["", undefined, false],
  ];

for (const [path, kind, inForce] of places) {
  test(`language, check: \`${path}\` is ${kind ?? "no file of ours"}`, () => {
    assert.equal(governedFile(path)?.kind, kind);
    assert.equal(workspaceOfPolicy(path) !== undefined, inForce);
  });
}

test("language, check: what only some layers may say depends on the file's place", () => {
  const text = "locked: true\n";
  const codes = (file: string): readonly string[] => {
    const governed = governedFile(file);
    assert.ok(governed !== undefined);
    return checkFile({ ...governed, file, text }, { home: "/home/u" }).diagnostics.map(({ code }) => code);
  };
  const wrong = "policy/wrong-layer";
  assert.ok(codes("/w/.governance/policy.yaml").includes(wrong));
  assert.ok(!codes("/etc/signalbox/policy.yaml").includes(wrong));
});

test("language, check: every code has a page, which its heading starts", () => {
  for (const code of Object.keys(policyCodes)) {
    const [file = "", line = ""] = (pageOf(code) ?? "").split("#L");
    assert.ok(file !== "" && existsSync(fileURLToPath(file)), code);
    const heading = readFileSync(fileURLToPath(file), "utf8").split("\n")[Number(line) - 1];
    assert.equal(heading, `### ${code.replace("policy/", "")}`);
  }
  assert.equal(pageOf("catalogue/taken"), undefined);
});
