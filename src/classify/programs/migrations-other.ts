import { lost, migrated, type Tool } from "./verb-rules.ts";

const variables = ["DATABASE_URL", "DB_URL", "PGHOST"];
const rolledBack = "migrations are rolled back, with the data in what they made";
const dropped = "the database is dropped, or rebuilt from nothing";
const applied = "migrations are applied";

function tool(
  programs: string,
  provider: string,
  valued: string,
  more: Partial<Tool> & { readonly drops?: RegExp; readonly back?: RegExp; readonly forward?: RegExp },
): Tool {
  const { drops, back, forward, ...rest } = more;
  return {
    programs: programs.split(" "),
    provider,
    valued,
    ...(rest.remote === true ? {} : { variables }),
    ...rest,
    verbs: [
      ...(rest.verbs ?? []),
      ...(drops === undefined ? [] : [{ operation: "delete", on: drops, effects: lost, because: dropped }]),
      ...(back === undefined ? [] : [{ operation: "delete", on: back, effects: lost, because: rolledBack }]),
      ...(forward === undefined
        ? []
        : [{ operation: "migrate", on: forward, effects: migrated, because: applied }]),
    ],
  };
}

/** Tools that stand for themselves, whatever the project is written in. */
export const otherMigrations: readonly Tool[] = [
  tool("flyway", "flyway", "", {
    singleDash: true,
    hosts: ["-url"],
    variables: ["FLYWAY_URL"],
    drops: /(?:^| )clean\b/,
    back: /(?:^| )undo\b/,
    forward: /(?:^| )(?:migrate|repair|baseline)\b/,
  }),
  tool("mvn mvnw gradle gradlew", "database-plugin", "-f --file -pl -P -b -p -c -x", {
    drops: /(?:^| )(?:\S*flyway\S*:clean|\S*liquibase\S*:dropAll|:?(?:\w+:)*(?:flywayClean|dropAll))(?: |$)/,
    back: /(?:^| )(?:\S*(?:flyway\S*:undo|liquibase\S*:rollback)|:?(?:\w+:)*(?:flywayUndo|rollbackCount|rollbackToDate))(?: |$)/,
    forward: /(?:^| )(?:\S*(?:flyway\S*:migrate|liquibase\S*:update)|:?(?:\w+:)*flywayMigrate)(?: |$)/,
  }),
  tool(
    "liquibase",
    "liquibase",
    "--url --changelog-file --changeLogFile --tag --count --username --password --defaults-file",
    {
      hosts: ["--url"],
      variables: ["LIQUIBASE_COMMAND_URL"],
      drops: /(?:^| )drop-?all\b(?!-sql)/i,
      back: /(?:^| )rollback(?:-to-date|-count|-one-\w+|ToDate|Count)?(?: |$)/,
      forward: /(?:^| )update(?:-count|-to-tag|-testing-rollback)?(?: |$)/,
    },
  ),
  tool("goose", "goose", "-dir -table -s -env", {
    singleDash: true,
    variables: ["GOOSE_DBSTRING"],
    back: /(?:^| )(?:down|down-to|reset|redo)(?: |$)/,
    forward: /(?:^| )(?:up|up-to|up-by-one)(?: |$)/,
  }),
  tool("dbmate", "dbmate", "-u --url -e --env -d --migrations-dir -s --schema-file --env-file", {
    hosts: ["-u", "--url"],
    drops: /^drop\b/,
    back: /^(?:down|rollback)\b/,
    forward: /^(?:up|migrate|load)\b/,
  }),
  tool("migrate", "migrate", "-path -database -source -ext -dir -digits -lock-timeout -prefetch", {
    singleDash: true,
    hosts: ["-database"],
    drops: /^drop\b/,
    back: /^down\b/,
    forward: /^(?:up|goto|force)\b/,
  }),
  tool("atlas", "atlas", "-u --url --to --from --dev-url --dir --env -c --config --schema -s", {
    hosts: ["-u", "--url"],
    verbs: [
      {
        operation: "delete",
        on: /^schema apply\b/,
        with: / --auto-approve /,
        effects: lost,
        because: "what the wanted schema lacks is dropped",
      },
    ],
    drops: /^schema clean\b/,
    back: /^migrate down\b/,
    forward: /^(?:migrate apply|schema apply)\b/,
  }),
  tool("sqlx cargo-sqlx", "sqlx", "-D --database-url --source", {
    hosts: ["-D", "--database-url"],
    drops: /^database (?:drop|reset)\b/,
    back: /^migrate revert\b/,
    forward: /^migrate run\b/,
  }),
  tool("diesel", "diesel", "--database-url --migration-dir --config-file", {
    hosts: ["--database-url"],
    drops: /^(?:database|db) (?:reset|drop)\b/,
    back: /^migration (?:revert|redo)\b/,
    forward: /^migration run\b/,
  }),
  tool("sea-orm-cli sea", "sea-orm", "-u --database-url -d --migration-dir -s -n", {
    hosts: ["-u", "--database-url"],
    drops: /^migrate (?:fresh|refresh|reset)\b/,
    back: /^migrate down\b/,
    forward: /^migrate(?: up)?$/,
  }),
  tool("mix iex", "ecto", "-r --repo -n --step -S -e --eval --name --sname --cookie", {
    verbs: [
      {
        operation: "delete",
        on: /^(?:run|eval|rpc)\b|^$/,
        text: /\bRepo\.delete_all\(\s*(?!from\b)|\bRepo\.query!?\(\s*["']\s*(?:drop|truncate)\b|\bEcto\.Migrator\.run\([^)]*:down/i,
        effects: lost,
        because: "rows or tables are deleted",
      },
    ],
    drops: /^(?:do )?(?:\S+, )?(?:ecto\.(?:drop|reset)|ash\.reset)\b/,
    back: /^ecto\.rollback\b/,
    forward: /^ecto\.migrate\b/,
  }),
  tool(
    "dotnet dotnet-ef",
    "entity-framework",
    "-p --project -s --startup-project -c --context --connection",
    {
      hosts: ["--connection"],
      drops: /^(?:ef )?database drop\b/,
      back: /^(?:ef )?database update 0\b/,
      forward: /^(?:ef )?database update\b/,
    },
  ),
  tool("sqitch", "sqitch", "-t --target --to -f --plan-file", {
    hosts: ["-t", "--target"],
    back: /^(?:revert|rebase)\b/,
    forward: /^deploy\b/,
  }),
  tool("phinx yii cake", "migrations", "-e --environment -c --configuration -t --target", {
    drops: /^(?:migrate\/fresh|fixture\/unload)\b/,
    back: /^(?:rollback|migrate\/(?:down|redo)|migrations rollback)\b/,
    forward: /^(?:migrate|migrate\/up|migrations migrate)(?: |$)/,
  }),
  tool("php", "migrations", "", {
    drops: /^\S*yii (?:migrate\/fresh|fixture\/unload)\b/,
    back: /^\S*(?:yii migrate\/(?:down|redo)|phinx rollback|cake(?:\.php)? migrations rollback)\b/,
  }),
  tool("soda buffalo", "soda", "-e --env -c --config -p --path", {
    drops: /^(?:pop )?(?:drop|reset)\b/,
    back: /^(?:pop )?migrate down\b/,
    forward: /^(?:pop )?migrate(?: up)?$/,
  }),
  tool("gel edgedb", "gel", "-I --instance -d --database -b --branch -H --host -P --port --dsn", {
    hosts: ["-H", "--host", "--dsn"],
    drops: /^(?:database (?:wipe|drop)|branch (?:wipe|drop)|instance destroy|project unlink)\b/,
    forward: /^(?:migrate|migration apply)\b/,
  }),
  tool(
    "sql-migrate tern yoyo piccolo orator",
    "migrations",
    "-env --env -config -c --config -m --migrations --database",
    {
      drops: /^(?:migrate:(?:reset|refresh)|migrations? clean)\b/,
      back: /^(?:down|redo|rollback|reapply|develop|migrate:rollback|migrations backwards)\b/,
      forward: /^(?:up|apply|migrate|migrations forwards)\b/,
    },
  ),
  tool("hasura", "hasura", "--endpoint --admin-secret --database-name --project --envfile", {
    hosts: ["--endpoint"],
    verbs: [
      {
        operation: "delete",
        on: /^migrate apply\b/,
        with: / --down(?:=| )/,
        effects: lost,
        because: rolledBack,
      },
    ],
    drops: /^(?:metadata|md) (?:clear|reset)\b/,
    forward: /^migrate apply\b/,
  }),
  tool("airflow kong bench", "migrations", "-c --conf --site", {
    drops: /(?:^| )(?:db reset|migrations reset|drop-site|reinstall)(?: |$)/,
    back: /^db downgrade\b/,
    forward: /^(?:db (?:upgrade|migrate)|migrations up)\b/,
  }),
  tool("drush", "drupal", "--root --uri -l", {
    drops: /^(?:@\S+ )?(?:sql[:-](?:drop|create)|site[:-]install|si)(?: |$)/,
  }),
  tool("wp", "wordpress", "--path --url --ssh", {
    hosts: ["--ssh"],
    drops: /^(?:db (?:drop|reset|clean)|site empty)\b/,
  }),
  tool("supabase", "supabase", "--db-url --workdir --password -p", {
    hosts: ["--db-url"],
    remote: true,
    verbs: [
      {
        operation: "delete",
        on: /^db reset\b/,
        with: / --(?:linked|db-url)(?:=| )/,
        effects: lost,
        because: "the linked database is rebuilt from nothing",
      },
    ],
  }),
];
