import assert from "node:assert/strict";
import { test } from "node:test";
import { packagedCatalogue } from "../../src/boundary/files/packaged.ts";
import { warmUpSteps } from "../../src/boundary/warm-up.ts";
import { classify } from "../../src/classify/classify.ts";
import type { Catalogue } from "../../src/catalogue/load.ts";

test("warming up reads every provider and classifies commands of most kinds, of nobody's files", () => {
  const catalogue = packagedCatalogue();
  const read: string[] = [];
  const watched = Object.create(catalogue, {
    readAhead: { value: (provider: string) => read.push(provider) },
  }) as Catalogue;
  const seen = new Set<string>();
  const steps = warmUpSteps(watched, (request, lookups) => {
    assert.equal(lookups.readFile("/etc/passwd").kind, "missing");
    for (const { provider } of classify(request, catalogue, lookups).actions) {
      seen.add(provider);
    }
  });
  for (const step of steps) {
    step();
  }
  assert.deepEqual(read, [...catalogue.providers.keys()]);
  for (const provider of ["fs", "git", "http", "aws", "kubernetes", "railway"]) {
    assert.ok(seen.has(provider), `no command of \`${provider}\` is classified`);
  }
});
