import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { JsonObject } from "../../../src/base/json.ts";
import type { Gate } from "../../../src/boundary/hooks/adapter.ts";
import { adapterOf, adapters } from "../../../src/boundary/hooks/registry.ts";
import { withSupportTable } from "../../../src/boundary/hooks/support-table.ts";

const readme = readFileSync(join(import.meta.dirname, "../../../README.md"), "utf8");
const folder = join(import.meta.dirname, "../../fixtures/hooks");

const gateOf: Readonly<Record<string, Gate>> = {
  shell: "shell",
  file_read: "reads",
  file_write: "writes",
  mcp_call: "mcp",
  http: "web",
  prompt: "prompts",
};

/** Judged all the same, but these agents go on whatever the reply is. */
const ignored: Readonly<Record<string, readonly Gate[]>> = {
  copilot: ["prompts"],
  "copilot-pascal": ["prompts"],
};

/** What the recorded payloads of each dialect turn out to ask about. */
function gatesOfFixtures(): ReadonlyMap<string, ReadonlySet<Gate>> {
  const seen = new Map<string, Set<Gate>>(adapters.map(({ id }) => [id, new Set()]));
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (/[\\/].*\.json$/.test(name)) {
      const { payload, expect } = JSON.parse(readFileSync(join(folder, name), "utf8")) as {
        readonly payload: JsonObject;
        readonly expect: { readonly adapter: string };
      };
      const hook = adapterOf(expect.adapter)?.decode(payload);
      const gate = hook?.ok === true && hook.value.phase === "gate" && gateOf[hook.value.payload.kind];
      if (gate !== undefined && gate !== false) {
        seen.get(expect.adapter)?.add(gate);
      }
    }
  }
  return seen;
}

test("the README's table is what the adapters declare: run `node policies/generate.ts`", () => {
  assert.deepEqual(withSupportTable(readme), { ok: true, value: readme });
});

test("a README without the table's place is told, not written over", () => {
  const made = withSupportTable("# Something else\n");
  assert.ok(!made.ok);
  assert.match(made.error, /^the place of the support table .* is missing$/);
});

for (const [id, gates] of gatesOfFixtures()) {
  const adapter = adapterOf(id);
  test(`${id} declares every kind of request that its recorded payloads ask about`, () => {
    assert.deepEqual(
      [...gates].filter((gate) => adapter?.capabilities.gates.includes(gate) !== true),
      ignored[id] ?? [],
    );
  });

  test(`${id} says only of recorded payloads that it is known by more than documentation`, () => {
    assert.ok(adapter !== undefined);
    assert.ok(gates.has("shell"));
    const kinds = adapter.proof.map(({ kind }) => kind);
    assert.equal(kinds.includes("documented"), kinds.length === 1 && kinds[0] === "documented");
    assert.ok(adapter.proof.every(({ version }) => /^\d/.test(version)));
  });
}
