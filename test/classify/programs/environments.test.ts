import assert from "node:assert/strict";
import { test } from "node:test";
import { classifyCommand, workspace } from "../classify-command.ts";

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

/** A project's own files tell where its database is: a name or a host is enough, nothing else is taken from them. */
const projects: readonly (readonly [string, string, "local" | "remote", string | undefined])[] = [
  ["npx prisma migrate reset", "DATABASE_URL=postgres://u:test-pw@db.example.com/app", "remote", undefined],
  ["npx prisma migrate reset", 'DATABASE_URL="postgres://u:test-pw@localhost/app_dev"', "local", undefined],
  ["rails db:drop", "export DATABASE_URL=postgres://localhost/app_production", "local", "production"],
  ["php artisan migrate:fresh", "DB_HOST=10.2.3.4", "remote", undefined],
  [
    "DATABASE_URL=postgres://localhost/x rails db:drop",
    "DATABASE_URL=postgres://db.example.com/x",
    "local",
    undefined,
  ],
];

for (const [command, text, reach, environment] of projects) {
  test(`${reach}: ${command} with ${text}`, () => {
    const found = classifyCommand(command, { files: { [`${workspace}/.env`]: text } });
    const action = found.actions.find(({ effects }) => effects.includes("irreversible_data_deletion"));
    assert.equal(action?.reach, reach);
    assert.equal(action?.target.environment, environment);
    assert.ok(!JSON.stringify(found.actions).includes("test-pw"));
  });
}
