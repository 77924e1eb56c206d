import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { baseline, home, workspace } from "./load-for-test.ts";

const { hidden, hiddenSet } = baseline.signal;

/** Steps of the paths that the baseline speaks of, their stars filled in. */
const steps = [
  ...new Set(
    hidden.flatMap(({ pattern }) =>
      pattern.source.split("/").map((step) => step.replaceAll("*", "x").replace(/^~$/, "y")),
    ),
  ),
].filter((step) => step !== "");

const step = fc.oneof(
  fc.constantFrom(...steps),
  fc.constantFrom(...steps).map((text) => text.toUpperCase()),
  fc.constantFrom("src", ".env", "a.pem", "node_modules", ".x", "a.env.b", "é", "x".repeat(300)),
);

test("what the index finds is what each pattern in turn would find", () => {
  let found = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(workspace, home, "/root", "/etc", "/proc", "C:/Users/me", ""),
      fc.array(step, { minLength: 1, maxLength: 4 }),
      (root, names) => {
        const path = `${root}/${names.join("/")}`;
        const first = hidden.findIndex(({ pattern }) => pattern.matches(path));
        found += first >= 0 ? 1 : 0;
        assert.equal(hiddenSet.find(path), first, path);
      },
    ),
    { numRuns: 3000 },
  );
  assert.ok(found > 500, `only ${found} of the paths are hidden`);
});
