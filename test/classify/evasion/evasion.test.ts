import assert from "node:assert/strict";
import { test } from "node:test";
import { basesIn, everyday, judged } from "./bases.ts";
import type { ShellDialect } from "../../../src/model/request.ts";
import { cmd, cmdBases, powershell, powershellBases, zsh, type DialectTechnique } from "./dialects.ts";
import { judge } from "./judge.ts";
import { plainDanger } from "./plain-danger.ts";
import { techniques } from "./techniques.ts";

const bases = basesIn(judged);

test("there are enough bases and techniques, each under a name of its own", () => {
  assert.ok(bases.length >= 25);
  assert.ok(techniques.length >= 60);
  assert.equal(new Set(techniques.map(({ name }) => name)).size, techniques.length);
});

for (const technique of techniques) {
  test(`nothing passes unseen: ${technique.name}`, () => {
    const passed: string[] = [];
    let spelled = 0;
    for (const base of bases) {
      const line = technique.except?.includes(base.name) === true ? undefined : technique.spell(base, judged);
      if (line === undefined) {
        continue;
      }
      spelled += 1;
      const { verdict } = judge(line);
      if (verdict === "allow") {
        passed.push(base.name);
      }
    }
    assert.ok(spelled > 0, "the technique fits no base");
    assert.deepEqual(passed, []);
  });
  if (technique.common === true) {
    test(`nothing harmless is stopped: ${technique.name}`, () => {
      for (const base of everyday) {
        const line = technique.spell(base, judged);
        if (line !== undefined) {
          const { verdict, reason } = judge(line);
          assert.equal(verdict, "allow", `${base.name}: ${reason}`);
        }
      }
    });
  }
}

const dialects: readonly {
  readonly shell: ShellDialect;
  readonly techniques: readonly DialectTechnique[];
  readonly commands: readonly string[];
}[] = [
  { shell: "zsh", techniques: zsh, commands: bases.map(({ command }) => command) },
  { shell: "powershell", techniques: powershell, commands: powershellBases },
  { shell: "cmd", techniques: cmd, commands: cmdBases },
];

for (const { shell, techniques: spellings, commands } of dialects) {
  for (const { name, spell } of spellings) {
    test(`nothing passes unseen in ${shell}: ${name}`, () => {
      const lines = commands.map(spell).filter((line) => line !== undefined);
      assert.ok(lines.length > 0, "the technique fits no base");
      assert.deepEqual(
        lines.filter((line) => judge(line, shell).verdict === "allow"),
        [],
      );
    });
  }
}

for (const line of plainDanger) {
  test(`stopped: ${line}`, () => {
    assert.notEqual(judge(line).verdict, "allow");
  });
}
