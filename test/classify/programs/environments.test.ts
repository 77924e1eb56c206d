import assert from "node:assert/strict";
import { test } from "node:test";
import { classifyCommand } from "../classify-command.ts";

const cases: readonly (readonly [string, string | undefined])[] = [
  ["RAILS_ENV=production rails db:drop", "production"],
  ["rails db:drop RAILS_ENV=staging", "staging"],
  ["export RAILS_ENV=production; rails db:drop", "production"],
  ["psql -h db-prod.internal -c 'drop table x'", "production"],
  ["psql -c 'drop table x' app_production", "production"],
  ["psql -c 'drop table x' products", undefined],
  ["rails db:drop", undefined],
];

for (const [command, environment] of cases) {
  test(`${environment ?? "no environment"}: ${command}`, () => {
    const found = classifyCommand(command).actions.find((action) =>
      action.effects.includes("irreversible_data_deletion"),
    );
    assert.ok(found !== undefined);
    assert.equal(found.target.environment, environment);
  });
}
