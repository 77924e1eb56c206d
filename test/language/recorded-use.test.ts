import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { RecordedUses } from "../../src/language/recorded-use.ts";

test("recorded use: asked for again and again, the counts come all the same", async () => {
  const home = mkdtempSync(join(tmpdir(), "sb-uses-"));
  const policy = { file: join(home, "policy.yaml"), text: "policies:\n  kill: []\n", workspace: home };
  try {
    let ready = false;
    const uses = new RecordedUses(() => {
      ready = true;
    }, home);
    for (const end = Date.now() + 5000; !ready && Date.now() < end;) {
      uses.of(policy);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.ok(ready);
    assert.equal(uses.of(policy)?.requests, 0);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});
