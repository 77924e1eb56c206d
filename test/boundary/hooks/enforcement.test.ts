import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { programOf, versionOf } from "../../../src/boundary/hooks/agent-program.ts";
import { enforcementLines, enforcementOf } from "../../../src/boundary/hooks/enforcement.ts";
import { probes } from "../../../src/boundary/hooks/probes.ts";
import { adapterOf, adapters } from "../../../src/boundary/hooks/registry.ts";

const claude = adapterOf("claude-code");
const vscode = adapterOf("vscode");
assert.ok(claude !== undefined && vscode !== undefined);

for (const [version, relation, lacks] of [
  ["2.1.329", "same", 0],
  ["2.1.330", "newer", 0],
  ["3.0.0", "newer", 0],
  ["2.1.300", "older", 1],
  ["2.1.294", "older", 2],
  ["2.0.999", "older", 2],
  ["next", "unknown", 0],
  [undefined, "unknown", 0],
] as const) {
  test(`Claude Code ${version ?? "of an unknown version"}: ${relation} than tested, lacks ${lacks}`, () => {
    const found = enforcementOf(claude, version);
    assert.equal(found.tested.relation, relation);
    assert.equal(found.lacks.length, lacks);
    const lines = enforcementLines(found);
    assert.equal(lines.length, lacks + (relation === "older" || relation === "newer" ? 1 : 0));
  });
}

test("a proof for a line of versions is one for each of them, and a year is no version", () => {
  const of = (version: string, tested: string): string =>
    enforcementOf({ ...vscode, proof: [{ kind: "live", version: tested }] }, version).tested.relation;
  assert.equal(of("1.139.4", "1.139"), "same");
  assert.equal(of("1.140.0", "1.139"), "newer");
  assert.equal(of("1.2.3", "2026"), "unknown");
});

test("what an agent's versions lack is told against versions that there are", () => {
  for (const { id, since = [] } of adapters) {
    for (const { version, what } of since) {
      assert.match(version, /^\d+\.\d+/, id);
      assert.match(what, /^[a-z]/, id);
    }
  }
});

test("the version is what the agent's own program says, and nothing where it hangs or says none", async () => {
  const folder = mkdtempSync(join(tmpdir(), "signalbox-version-"));
  try {
    const [probe] = probes;
    assert.ok(probe?.programs[0] !== undefined);
    const place = { home: folder, env: { PATH: `relative:${folder}` } };
    assert.equal(programOf(probe, place), undefined);
    const program = join(folder, probe.programs[0]);
    for (const [says, version] of [
      ["echo 'Some Agent v2.1.7 (build 3)'", "2.1.7"],
      ["echo 1.2.3-beta.4", "1.2.3-beta.4"],
      ["echo hello", undefined],
      ["echo 9.9.9 >&2; exit 1", undefined],
    ] as const) {
      writeFileSync(program, `#!/bin/sh\n${says}\n`);
      chmodSync(program, 0o755);
      assert.equal(programOf(probe, place), program);
      assert.equal(await versionOf(program, { home: folder, env: {} }), version, says);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
