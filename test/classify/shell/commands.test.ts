import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import type { ShellDialect } from "../../../src/model/request.ts";
import { classifyCommand, idsOf, seriousEffects } from "../classify-command.ts";

interface Case {
  readonly command: string;
  readonly shell?: ShellDialect;
  readonly actions?: readonly string[];
  readonly effects: readonly string[];
  readonly why: string;
}

const folder = fileURLToPath(new URL("../../fixtures/commands/", import.meta.url));

for (const name of ["shell", "programs"]) {
  const cases = parse(readFileSync(`${folder}${name}.yaml`, "utf8")) as readonly Case[];
  for (const { command, shell = "bash", actions = [], effects, why } of cases) {
    test(`${why}: ${command}`, () => {
      const found = classifyCommand(command, { shell });
      const ids = idsOf(found);
      for (const id of actions) {
        assert.ok(ids.includes(id), `gives ${ids.join(", ") || "nothing"}, not ${id}`);
      }
      assert.deepEqual([...seriousEffects(found)].sort(), [...effects].sort());
    });
  }
}
