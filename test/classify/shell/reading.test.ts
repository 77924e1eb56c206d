import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { classifyCommand, workspace } from "../classify-command.ts";

interface Case {
  readonly command: string;
  readonly reads?: string;
}

const file = fileURLToPath(new URL("../../fixtures/commands/reading.yaml", import.meta.url));
const files = { [`${workspace}/.env`]: "KEY=test-token-not-real\n", [`${workspace}/src/a.ts`]: "" };

for (const { command, reads } of parse(readFileSync(file, "utf8")) as readonly Case[]) {
  test(`${reads === undefined ? "does not read" : "reads"}: ${command}`, () => {
    const paths = classifyCommand(command, { files })
      .actions.filter((action) => action.operation === "read" && action.target.path !== undefined)
      .map((action) => action.target.path);
    if (reads === undefined) {
      assert.ok(!paths.includes(`${workspace}/.env`), paths.join(", "));
    } else {
      assert.ok(paths.includes(`${workspace}/${reads}`), paths.join(", ") || "nothing is read");
    }
  });
}

test("what a file holds does not come out of the classifier", () => {
  const found = classifyCommand("cat .env | sh; source .env", { files });
  assert.ok(!JSON.stringify(found).includes("test-token-not-real"));
});

// The hidden file is there: what leaves it alone writes nothing.
const writing: readonly (readonly [command: string, writes: boolean])[] = [
  ["cp .env.example .env", true],
  ["cp -n .env.example .env", false],
  ["[ -f .env ] || cp .env.example .env", false],
  ["test -e .env || echo A=1 > .env", false],
  ['[[ -f ".env" ]] || cp .env.example .env', false],
  ["[ ! -f .env ] && cp .env.example .env", false],
  ["if [ ! -f .env ]; then cp .env.example .env; fi", false],
  ["touch .env", false],
  ["[ -f .env ] && cp .env.example .env", true],
  ["if [ -f .env ]; then cp .env.example .env; fi", true],
  ["[ -f x ] || cp .env.example .env", true],
  ["[ ! -f .env ] && cp a b; cp .env.example .env", true],
  ["[ -f .env ] || true; cp .env.example .env", true],
];

for (const [command, writes] of writing) {
  test(`a hidden file is ${writes ? "" : "not "}written: ${command}`, () => {
    const found = classifyCommand(command, { files }).actions.some(
      (action) => action.operation === "write" && action.target.path === `${workspace}/.env`,
    );
    assert.equal(found, writes);
  });
}
