import type { ProgramRule } from "../scope.ts";
import { otherMigrations } from "./migrations-other.ts";
import { lost, migrated, verbRule, type Tool, type Verb } from "./verb-rules.ts";

const variables = ["DATABASE_URL", "DB_URL", "DB_HOST", "PGHOST"];

function loses(on: RegExp, because: string, more: Partial<Verb> = {}): Verb {
  return { operation: "delete", on, effects: lost, because, ...more };
}

function migrates(on: RegExp, more: Partial<Verb> = {}): Verb {
  return { operation: "migrate", on, effects: migrated, because: "migrations are applied", ...more };
}

const harmfulSql = /\b(?:drop\s+(?:table|database|schema)|truncate)\b|\bdelete\s+from\s+\S+\s*(?:;|["']?$)/i;
const rolledBack = "migrations are rolled back, with the data in what they made";
const dropped = "the database is dropped, or rebuilt from nothing";

const javascript: readonly Tool[] = [
  {
    programs: ["prisma"],
    provider: "prisma",
    valued: "--schema --config --name -n --file --url --applied --rolled-back --from-url --to-url",
    hosts: ["--url"],
    variables,
    verbs: [
      loses(/^migrate reset\b/, dropped),
      // Without the flag it asks, or fails where nobody can answer; what it does leaves no migration behind.
      loses(/^db push\b/, "the database is changed to fit the schema; what the schema lacks is dropped"),
      migrates(/^migrate (?:deploy|resolve|dev)\b/),
    ],
  },
  {
    programs: ["drizzle-kit"],
    provider: "drizzle",
    valued: "--config --dialect --schema --url --out",
    hosts: ["--url"],
    variables,
    verbs: [
      loses(/^push\b/, "columns and tables are dropped to fit the schema", { with: / --force / }),
      migrates(/^(?:push|migrate)\b/),
    ],
  },
  {
    programs: ["typeorm", "typeorm-ts-node-esm", "typeorm-ts-node-commonjs", "typeorm-extension"],
    provider: "typeorm",
    valued: "-d --dataSource -f --config -c --connection",
    variables,
    verbs: [
      loses(/^(?:schema:(?:drop|sync)|db:drop)\b/, "the schema is dropped or changed to fit"),
      loses(/^migration:revert\b/, rolledBack),
      loses(/^query\b/, "rows or tables are deleted", { text: harmfulSql }),
      migrates(/^migration:run\b/),
    ],
  },
  {
    programs: ["sequelize", "sequelize-cli"],
    provider: "sequelize",
    valued: "--env --url --config --to --name --seed",
    hosts: ["--url"],
    variables,
    verbs: [
      loses(/^db:drop\b/, dropped),
      loses(/^db:(?:migrate|seed):undo(?::all)?\b/, rolledBack),
      migrates(/^db:migrate\b/),
    ],
  },
  {
    programs: ["knex"],
    provider: "knex",
    valued: "--env --knexfile --connection --client --cwd",
    hosts: ["--connection"],
    variables,
    verbs: [loses(/^migrate:(?:rollback|down)\b/, rolledBack), migrates(/^migrate:(?:latest|up)\b/)],
  },
  {
    programs: ["mikro-orm", "mikro-orm-esm"],
    provider: "mikro-orm",
    valued: "--config",
    variables,
    verbs: [
      loses(/^(?:schema:(?:drop|fresh)|migration:fresh|database:drop)\b/, dropped, { without: / --dump / }),
      loses(/^migration:down\b/, rolledBack),
      migrates(/^(?:migration:up|schema:update)\b/),
    ],
  },
  {
    programs: ["db-migrate", "node-pg-migrate", "migrate-mongo", "graphile-migrate", "payload", "kysely"],
    provider: "migrations",
    valued: "-e --env --config -m --migrations-dir -d --database-url-var",
    variables,
    verbs: [
      loses(/^(?:db:drop|reset|migrate:(?:fresh|reset|refresh))\b/, dropped),
      loses(/^(?:down|redo|migrate:(?:down|rollback))\b/, rolledBack),
      migrates(/^(?:up|migrate|migrate:(?:latest|up))$/),
    ],
  },
  {
    programs: ["node", "ace", "adonis"],
    provider: "adonis",
    variables,
    verbs: [
      loses(/^(?:\S*\bace )?(?:migration:(?:reset|refresh|fresh|rollback)|db:(?:wipe|truncate))\b/, dropped),
      migrates(/^(?:\S*\bace )?migration:run\b/),
    ],
  },
];

const django: Omit<Tool, "programs" | "verbs"> = {
  provider: "django",
  valued: "--settings --pythonpath --database -c --command",
  variables,
};

/** `before` is what stands in front of the command: nothing, or the script that python runs. */
function djangoVerbs(before: string): readonly Verb[] {
  const on = (command: string): RegExp => new RegExp(`${before}${command}(?: |$)`);
  return [
    loses(on("(?:flush|reset_db|reset_schema|drop_test_database)"), "the tables are emptied or dropped"),
    loses(on("migrate \\S+ zero"), rolledBack, { without: / --(?:plan|fake) / }),
    loses(on("(?:shell|shell_plus)"), "rows are deleted", {
      text: /\.objects\.(?:all\(\)\.)?delete\(\)|\._raw_delete\(|\.execute\(\s*["']+\s*(?:drop|truncate)\b/i,
    }),
    loses(on("dbshell"), "rows or tables are deleted", { text: harmfulSql }),
    migrates(on("migrate"), { without: / --(?:plan|check) / }),
  ];
}

const frameworks: readonly Tool[] = [
  {
    programs: ["rails", "rake"],
    provider: "rails",
    valued: "-e --environment -f --rakefile -C",
    variables,
    verbs: [
      loses(
        /(?:^| )db:(?:drop|reset|purge|truncate_all|migrate:reset|seed:replant)(?::(?!test\b)\w+)?(?: |$)/,
        dropped,
      ),
      loses(
        /(?:^| )db:(?:schema|structure):load(?::(?!test\b)\w+)?(?: |$)(?!.*RAILS_ENV=test)/,
        "tables are rebuilt from the schema",
      ),
      loses(/(?:^| )db:(?:rollback|migrate:(?:down|redo))(?::\w+)?(?: |$)/, rolledBack),
      loses(/(?:^| )db:migrate VERSION=0(?: |$)/, rolledBack),
      migrates(/(?:^| )db:migrate(?::up)?(?: |$)/),
      loses(/^(?:dbconsole|db)(?: |$)/, "rows or tables are deleted", { text: harmfulSql }),
      loses(/^(?:r|runner|c|console)\b|^$/, "rows are deleted", {
        text: /\b[A-Z][\w:]*\.(?:all\.|unscoped\.|where\(\s*["']\s*1\s*=\s*1\s*["']\s*\)\.)?(?:delete_all|destroy_all)\b|\bSidekiq::\w+(?:\.new(?:\([^)]*\))?)?\.clear\b|\b(?:connection|migration)\.(?:drop_table|truncate(?:_tables)?|drop_database|purge)\b|\.execute\s*\(?\s*['"]\s*(?:drop|truncate)\b/i,
      }),
    ],
  },
  {
    programs: ["php", "artisan", "sail"],
    provider: "laravel",
    valued: "--database --path --seeder --connection --env",
    variables: ["DATABASE_URL", "DB_URL", "DB_HOST"],
    verbs: [
      loses(/^(?:\S*artisan )?(?:migrate:(?:fresh|reset|refresh)|db:wipe)\b/, dropped),
      loses(/^(?:\S*artisan )?migrate:rollback\b/, rolledBack),
      loses(
        /^(?:\S*artisan )?(?:queue:(?:clear|flush)|horizon:clear)\b/,
        "jobs that wait or failed are deleted",
      ),
      loses(/^(?:\S*artisan )?tinker\b/, "rows are deleted", {
        text: /::truncate\(\)|->truncate\(\)|::query\(\)->delete\(\)|DB::(?:statement|unprepared)\(\s*\W+(?:drop|truncate)\b/i,
      }),
      migrates(/^(?:\S*artisan )?migrate$/),
    ],
  },
  {
    programs: ["php", "console", "doctrine", "symfony"],
    provider: "doctrine",
    valued: "--em --connection -e --env",
    variables,
    idle: / --dump-sql /,
    verbs: [
      loses(/(?:^| )(?:doctrine|orm):(?:database:drop|schema(?:-tool)?:drop)\b/, dropped, {
        with: / (?:--force|-f|--full-database) /,
      }),
      loses(/(?:^| )doctrine:fixtures:load\b/, "tables are emptied before the fixtures are loaded", {
        without: / --append /,
      }),
      loses(/(?:^| )doctrine:migrations:migrate (?:first|prev|0)\b/, rolledBack),
      loses(/(?:^| )(?:doctrine|orm):schema(?:-tool)?:update\b/, "what the schema lacks is dropped", {
        with: / --complete /,
      }),
      loses(/(?:^| )(?:dbal:run-sql|doctrine:query:sql)\b/, "rows or tables are deleted", {
        text: harmfulSql,
      }),
      migrates(/(?:^| )doctrine:migrations:migrate\b/),
    ],
  },
  { ...django, programs: ["manage.py", "django-admin"], verbs: djangoVerbs("^") },
  { ...django, programs: ["python", "python3", "py"], verbs: djangoVerbs("^(?:\\S*manage\\.py|django) ") },
  {
    programs: ["alembic", "flask", "superset", "aerich"],
    provider: "alembic",
    valued: "-c --config -x -n --name --app -A",
    variables: [...variables, "SQLALCHEMY_DATABASE_URI"],
    idle: / --sql /,
    verbs: [
      loses(/^(?:db )?downgrade\b/, rolledBack),
      migrates(/^(?:db )?upgrade\b/),
      loses(/^shell\b/, "rows or tables are deleted", {
        text: /\bdrop_all\(|\.query\.delete\(\)|\.execute\(\s*(?:text\()?\s*["']+\s*(?:drop|truncate|delete)\b/i,
      }),
    ],
  },
];

/** Object mappers, frameworks and migration tools: what drops, rebuilds or rolls back, and what goes forward. */
export const migrations: ProgramRule = verbRule(
  [...javascript, ...frameworks, ...otherMigrations].map((tool) => ({ ...tool, environmentFile: true })),
  {
    matches: [
      { command: "npx prisma migrate reset", actions: ["prisma:delete"] },
      { command: "npx prisma db push --force-reset", actions: ["prisma:delete"] },
      { command: "npx prisma migrate deploy", actions: ["prisma:migrate"] },
      { command: "drizzle-kit push --force", actions: ["drizzle:delete"] },
      { command: "npx sequelize-cli db:migrate:undo:all", actions: ["sequelize:delete"] },
      { command: "npx typeorm schema:drop -d src/data.ts", actions: ["typeorm:delete"] },
      { command: "rails db:drop", actions: ["rails:delete"] },
      {
        command: "RAILS_ENV=test DATABASE_URL=postgres://db.example.com/x rails db:drop",
        actions: ["rails:delete"],
      },
      { command: "rails db:migrate VERSION=0", actions: ["rails:delete"] },
      { command: "./gradlew flywayClean", actions: ["database-plugin:delete"] },
      { command: "mvn org.flywaydb:flyway-maven-plugin:clean", actions: ["database-plugin:delete"] },
      { command: "bin/rails db:drop db:create db:migrate", actions: ["rails:delete"] },
      { command: "bundle exec rake db:reset", actions: ["rails:delete"] },
      { command: "rails runner 'User.delete_all'", actions: ["rails:delete"] },
      { command: "php artisan migrate:fresh --seed", actions: ["laravel:delete"] },
      { command: "php bin/console doctrine:schema:drop --force", actions: ["doctrine:delete"] },
      { command: "python manage.py flush", actions: ["django:delete"] },
      { command: "python3 manage.py shell -c 'User.objects.all().delete()'", actions: ["django:delete"] },
      { command: "alembic downgrade base", actions: ["alembic:delete"] },
      { command: "flyway -url=jdbc:postgresql://db.example.com/x clean", actions: ["flyway:delete"] },
      { command: "liquibase drop-all", actions: ["liquibase:delete"] },
      { command: "goose -dir m postgres 'host=x' down-to 0", actions: ["goose:delete"] },
      { command: "dbmate drop", actions: ["dbmate:delete"] },
      { command: "migrate -path m -database postgres://localhost/x down -all", actions: ["migrate:delete"] },
      { command: "atlas schema clean -u postgres://x", actions: ["atlas:delete"] },
      { command: "sqlx database drop -y", actions: ["sqlx:delete"] },
      { command: "mix ecto.reset", actions: ["ecto:delete"] },
      { command: "mix run -e 'App.Repo.delete_all(App.User)'", actions: ["ecto:delete"] },
      { command: "echo 'db.drop_all()' | flask shell", actions: ["alembic:delete"] },
      { command: "dotnet ef database drop -f", actions: ["entity-framework:delete"] },
    ],
    misses: [
      { command: "npx prisma generate", actions: ["prisma:delete"] },
      { command: "npx prisma migrate dev --name init", actions: ["prisma:delete"] },
      { command: "npx prisma migrate diff --from-empty", actions: ["prisma:delete", "prisma:migrate"] },
      { command: "rails db:migrate", actions: ["rails:delete"] },
      { command: "mvn clean install", actions: ["database-plugin:delete"] },
      { command: "rails db:create db:seed", actions: ["rails:delete"] },
      { command: "RAILS_ENV=test rails db:test:prepare", actions: ["rails:delete"] },
      { command: "RAILS_ENV=test bin/rails db:drop db:create", actions: ["rails:delete"] },
      { command: "php artisan migrate:fresh --env=testing", actions: ["laravel:delete"] },
      { command: "rails runner 'User.where(id: 3).delete_all'", actions: ["rails:delete", "orm:delete_all"] },
      { command: "php artisan migrate", actions: ["laravel:delete"] },
      { command: "python flush.py", actions: ["django:delete"] },
      { command: "python manage.py migrate", actions: ["django:delete"] },
      { command: "python -m pytest flush", actions: ["django:delete"] },
      { command: "alembic downgrade base --sql", actions: ["alembic:delete"] },
      { command: "goose postgres 'host=x' status", actions: ["goose:delete"] },
      { command: "migrate create -ext sql drop_users", actions: ["migrate:delete"] },
      { command: "mix ecto.migrate", actions: ["ecto:delete"] },
      { command: "mix run -e 'IO.inspect(App.Repo.all(App.User))'", actions: ["ecto:delete"] },
      { command: "liquibase rollback-sql v1", actions: ["liquibase:delete"] },
    ],
  },
);
