import assert from "node:assert/strict";
import { after, test } from "node:test";
import { basesIn } from "./bases.ts";
import { Stage } from "./stage.ts";
import { techniques } from "./techniques.ts";

const stage = process.platform === "linux" ? new Stage() : undefined;
const everything = process.env["SIGNALBOX_EVASION"] === "all";
after(() => stage?.close());

/** Two bases for each technique: the incident, whose quoting is the hardest, and another one in turn. */
function chosen<T extends { readonly name: string }>(bases: readonly T[], index: number): readonly T[] {
  const incident = bases.filter(({ name }) => name === "incident");
  const other = bases[index % bases.length];
  return everything || other === undefined ? bases : [...new Set([...incident, other])];
}

// A spelling that runs nothing would prove nothing: each is run by bash, with stubs in place of all that could do harm.
test("every technique is real", { skip: stage === undefined, concurrency: 4 }, async (context) => {
  if (stage === undefined) {
    return;
  }
  const bases = basesIn(stage.world);
  const tests: Promise<void>[] = [];
  for (const [index, technique] of techniques.entries()) {
    if (technique.proof !== "bash" || technique.needs?.some((name) => !stage.tools.has(name)) === true) {
      continue;
    }
    tests.push(
      context.test(technique.name, async () => {
        const fitting = bases.filter(
          (base) =>
            technique.except?.includes(base.name) !== true &&
            technique.spell(base, stage.world) !== undefined,
        );
        assert.ok(fitting.length > 0);
        for (const base of chosen(fitting, index)) {
          const line = technique.spell(base, stage.world);
          assert.ok(
            line !== undefined && (await stage.proves(base, line)),
            `${base.name}: ${JSON.stringify(line)}`,
          );
        }
      }),
    );
  }
  assert.ok(tests.length >= 60);
  await Promise.all(tests);
});
