import assert from "node:assert/strict";
import { test } from "node:test";
import { seriousEffects, classifyPayload, tableLookups, workspace } from "../classify-command.ts";

const lookups = tableLookups({
  [`${workspace}/.governance/policy.yaml`]: "version: 1",
  [`${workspace}/.claude/settings.json`]: "{}",
  [`${workspace}/.claude/commands/fix.md`]: "Fix it",
  [`${workspace}/src/app.yaml`]: "a: 1",
});

/** Commands by whether they come past what governs agents in this workspace. */
const cases: readonly (readonly [command: string, governs: boolean])[] = [
  ["find . -name policy.yaml -delete", true],
  ["find . -path '*govern*' -delete", true],
  ["find . -iname 'POLICY.*' -exec rm {} +", true],
  ["find . -maxdepth 1 -name '.gov*' -exec rm -rf {} +", true],
  ["find . -name '*.yaml' -exec sed -i s/kill/allow/ {} +", true],
  ["find . -type f -name '*.json' -exec mv {} /tmp \\;", true],
  ["find .governance -type f -exec truncate -s 0 {} +", true],
  ["mv .gov*/policy.yaml x", true],
  ["find . -name '*.yaml' -not -path './.governance/*' -delete", false],
  ["find . -path ./.governance -prune -o -name '*.yaml' -exec sed -i s/a/b/ {} +", false],
  ["find src -name '*.yaml' -exec sed -i s/a/b/ {} +", false],
  ["find . -maxdepth 1 -name '*.yaml' -exec rm {} +", false],
  ["find . -name '*.md' -exec sed -i s/a/b/ {} +", false],
  ["find . -type f -exec sed -i s/a/b/ {} +", false],
  ["find . -name policy.yaml", false],
  ["find . -name '*.snap' -delete", false],
  ["mv src/*.yaml config/", false],
];

for (const [command, governs] of cases) {
  test(`${governs ? "governs" : "passes"}: ${command}`, () => {
    const found = classifyPayload({ kind: "shell", command, shell: "bash" }, lookups);
    const tampers = found.actions.some((action) => action.effects.includes("governance_tampering"));
    assert.equal(tampers, governs, seriousEffects(found).join(" "));
  });
}
