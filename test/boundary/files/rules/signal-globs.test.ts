import assert from "node:assert/strict";
import { test } from "node:test";
import { denyGlobs } from "../../../../src/boundary/files/rules/deny-globs.ts";
import {
  globMatcher,
  samples,
  signalGlobs,
  type SignalGlobs,
} from "../../../../src/boundary/files/rules/signal-globs.ts";
import type { PoliciesInForce } from "../../../../src/policy/compiled.ts";
import { place, policiesOf, signalPolicy } from "./in-force.ts";

function globsOf(written: Parameters<typeof policiesOf>[0] = {}): SignalGlobs {
  return signalGlobs(policiesOf(written), place);
}

test("the built-in set is there, with its templates as exceptions, and nothing has braces left", () => {
  const { hidden, shown, closed } = globsOf();
  assert.ok(hidden.includes("**/.env*") && hidden.includes("~/.netrc") === false);
  assert.ok(hidden.includes("**/.aws/credentials") && hidden.includes("~/.vault-token"));
  assert.ok(shown.includes("**/.env*.example"));
  assert.equal(closed, false);
  assert.deepEqual(
    [...hidden, ...shown].filter((glob) => !/^(?:\*\*\/|~\/|\/)/.test(glob) || /[{}]/.test(glob)),
    [],
  );
});

test("what a workspace's policy hides starts from the workspace, also while nobody has approved it", () => {
  const policy = signalPolicy(`hidden_files: [docs/private/, "./notes/{a,b}.md", "**/*.secret", legacy]`);
  for (const written of [{ approved: policy }, { written: policy }]) {
    const { hidden } = globsOf(written);
    for (const glob of ["docs/private/**", "notes/a.md", "notes/b.md", "legacy"]) {
      assert.ok(hidden.includes(`${place.workspace}/${glob}`), glob);
    }
    assert.ok(hidden.includes("**/*.secret"));
  }
});

/** Whether `config/staging.env` is an exception, and why. */
const exceptions: readonly (readonly [
  what: string,
  written: Parameters<typeof policiesOf>[0],
  isShown: boolean,
])[] = [
  ["nobody allows it", {}, false],
  [
    "an approved policy names it",
    { approved: signalPolicy(`allowed_files: ["./config/staging.env"]`) },
    true,
  ],
  [
    "the policy waits for approval",
    { written: signalPolicy(`allowed_files: ["./config/staging.env"]`) },
    false,
  ],
  ["only a glob allows it", { approved: signalPolicy(`allowed_files: ["config/*"]`) }, false],
  [
    "another layer hides it itself",
    {
      approved: signalPolicy(`allowed_files: ["./config/staging.env"]`),
      user: signalPolicy(`hidden_files: ["**/staging.env"]`),
    },
    false,
  ],
  [
    "an edit that nobody approved hides it",
    {
      approved: signalPolicy(`allowed_files: ["./config/staging.env"]`),
      written: signalPolicy(`hidden_files: ["config/**"]`),
    },
    false,
  ],
];

for (const [what, written, isShown] of exceptions) {
  test(`a file that policies may allow, where ${what}: ${isShown ? "shown" : "hidden"}`, () => {
    const { shown } = globsOf(written);
    assert.equal(shown.includes(`${place.workspace}/config/staging.env`), isShown);
  });
}

test("a template that a policy hides by itself is no exception any more", () => {
  const { shown } = globsOf({ written: signalPolicy(`hidden_files: ["**/*.example"]`) });
  assert.equal(shown.includes("**/.env*.example"), false);
  assert.ok(shown.includes("**/.env*.sample"));
});

test("a policy that hides everything else says so", () => {
  assert.equal(globsOf({ approved: signalPolicy("default: closed") }).closed, true);
});

function decidedHidden(policies: PoliciesInForce, path: string): boolean {
  return policies.stacks.some(({ policies: stack }) =>
    stack.some(
      (hiding) =>
        hiding.signal.hiddenSet.find(path) >= 0 &&
        hiding.signal.visible.find(path) < 0 &&
        !stack.some(
          ({ layer: _layer, signal }) =>
            hiding.layer === "builtin" &&
            signal.allowed.some(({ literal, pattern }) => literal && pattern.matches(path)),
        ),
    ),
  );
}

test("a list without exceptions denies the usual names, and nothing that Signal shows", () => {
  const policies = policiesOf({ approved: signalPolicy(`allowed_files: ["./config/staging.env"]`) });
  const { denied } = denyGlobs(signalGlobs(policies, place), place);
  const matchers = denied.map((glob) => globMatcher(glob, place));
  const isDenied = (path: string): boolean => matchers.some((matches) => matches(path));
  for (const name of [
    ".env",
    "a/b/.env.local",
    ".env.production",
    "prod.env",
    "server.key",
    ".aws/credentials",
  ]) {
    assert.ok(isDenied(`${place.workspace}/${name}`), name);
  }
  assert.equal(isDenied(`${place.workspace}/config/staging.env`), false);
  for (const glob of denied) {
    for (const path of samples(glob, place)) {
      assert.ok(decidedHidden(policies, path), `${glob} denies ${path}`);
    }
  }
  for (const glob of signalGlobs(policies, place).shown) {
    for (const path of samples(glob, place)) {
      assert.equal(isDenied(path), false, path);
    }
  }
});

test("what a list cannot hold without denying too much is told", () => {
  const policy = signalPolicy(`hidden_files: ["vault/**"]\nallowed_files: ["./vault/readme.md"]`);
  const { denied, left } = denyGlobs(globsOf({ approved: policy }), place);
  assert.deepEqual(
    left.filter((glob) => !glob.startsWith("**/")),
    [`${place.workspace}/vault/**`],
  );
  assert.equal(denied.includes(`${place.workspace}/vault/**`), false);
});
