import type { Effect } from "../../model/effect.ts";
import { namedEnvironment } from "../environment-names.ts";
import { report } from "../report.ts";
import type { ProgramRule } from "../scope.ts";
import { isLoopback } from "./database-target.ts";

interface Verb {
  readonly programs: readonly string[];
  readonly provider: string;
  readonly pattern: RegExp;
  readonly effects: readonly Effect[];
  readonly because: string;
  /** True where the pattern itself says that the database is elsewhere. */
  readonly remote?: boolean;
}

const lost: readonly Effect[] = ["irreversible_data_deletion"];

/** Stores without SQL, and tools that delete or rebuild a whole database. Matched over the words joined by spaces. */
const verbs: readonly Verb[] = [
  {
    programs: ["redis-cli", "valkey-cli", "keydb-cli"],
    provider: "redis",
    pattern: /\b(flushall|flushdb|shutdown|debug\s+segfault)\b|\b(del|unlink)\b.*[*…]|--scan.*\bdel\b/i,
    effects: lost,
    because: "keys are deleted",
  },
  {
    programs: ["mongosh", "mongo"],
    provider: "mongodb",
    pattern:
      /\b(dropDatabase|drop|dropCollection|dropIndexes)\s*\(|\b(deleteMany|remove)\s*\(\s*(?:\{\s*\}|\))/,
    effects: lost,
    because: "documents or collections are deleted",
  },
  {
    programs: ["dropdb"],
    provider: "postgres",
    pattern: /\S/,
    effects: lost,
    because: "a database is dropped",
  },
  {
    programs: ["pg_restore"],
    provider: "postgres",
    pattern: /(?:^|\s)(?:--clean|-c)(?:\s|$)/,
    effects: lost,
    because: "what is there is dropped before the restore",
  },
  {
    programs: ["mysqladmin"],
    provider: "mysql",
    pattern: /\bdrop\b/,
    effects: lost,
    because: "a database is dropped",
  },
  {
    programs: ["mongorestore"],
    provider: "mongodb",
    pattern: /--drop\b/,
    effects: lost,
    because: "collections are dropped before the restore",
  },
  {
    programs: ["prisma"],
    provider: "prisma",
    pattern: /\bmigrate\s+reset\b|--accept-data-loss|--force-reset|\bdb\s+(?:push|execute)\b/,
    effects: lost,
    because: "data may be dropped to fit the schema",
  },
  {
    programs: ["prisma"],
    provider: "prisma",
    pattern: /\bmigrate\s+(?:deploy|resolve)\b/,
    effects: ["schema_migration"],
    because: "migrations are applied",
  },
  {
    programs: ["typeorm", "typeorm-ts-node-esm", "typeorm-ts-node-commonjs"],
    provider: "typeorm",
    pattern: /\bschema:(?:drop|sync)\b|\bmigration:revert\b/,
    effects: lost,
    because: "the schema is dropped or rolled back",
  },
  {
    programs: ["sequelize", "sequelize-cli", "knex", "drizzle-kit", "mikro-orm"],
    provider: "orm",
    pattern:
      /\bdb:drop\b|\bmigrate:(?:rollback|down|undo:all)\b|\bundo:all\b|\bschema:(?:drop|fresh)\b|\bdrop\b|migration:fresh|\bpush\b.*--force\b/,
    effects: lost,
    because: "the schema is dropped or rolled back",
  },
  {
    programs: ["alembic"],
    provider: "alembic",
    pattern: /\bdowngrade\b/,
    effects: lost,
    because: "migrations are rolled back",
  },
  {
    programs: ["rails", "rake", "bin/rails"],
    provider: "rails",
    pattern: /\bdb:(?:drop|reset|purge|truncate_all|schema:load|migrate:reset|rollback)\b/,
    effects: lost,
    because: "the database is dropped or rebuilt",
  },
  {
    programs: ["artisan", "php"],
    provider: "laravel",
    pattern: /\b(?:migrate:(?:fresh|reset|refresh|rollback)|db:wipe)\b/,
    effects: lost,
    because: "the tables are dropped",
  },
  {
    programs: ["django-admin", "manage.py", "python", "python3"],
    provider: "django",
    pattern: /(?:manage\.py|django-admin)?\s*\b(?:flush|reset_db|sqlflush)\b(?:\s|$)/,
    effects: lost,
    because: "the tables are emptied",
  },
  {
    programs: ["flyway"],
    provider: "flyway",
    pattern: /\bclean\b/,
    effects: lost,
    because: "every object of the schema is dropped",
  },
  {
    programs: ["liquibase"],
    provider: "liquibase",
    pattern: /\bdrop-?all\b|\brollback\b/i,
    effects: lost,
    because: "the schema is dropped or rolled back",
  },
  {
    programs: ["goose", "dbmate", "migrate", "atlas", "sqlx", "diesel"],
    provider: "migrations",
    pattern:
      /\b(?:reset|drop|down-to|schema\s+clean)\b|\bdown\b.*(?:-all|\s\d+)?$|\bdatabase\s+(?:drop|reset)\b/,
    effects: lost,
    because: "the schema is dropped or rolled back",
  },
  {
    programs: ["drush"],
    provider: "drupal",
    pattern: /\bsql[-:]drop\b|\bsite:install\b/,
    effects: lost,
    because: "the database is dropped",
  },
  {
    programs: ["wp"],
    provider: "wordpress",
    pattern: /\bdb\s+(?:drop|reset|clean)\b|\bsite\s+empty\b/,
    effects: lost,
    because: "the database is dropped",
  },
  {
    programs: ["supabase"],
    provider: "supabase",
    pattern: /\bdb\s+reset\b.*--(?:linked|db-url)/,
    effects: lost,
    because: "the linked database is rebuilt from nothing",
    remote: true,
  },
  {
    programs: [
      "influx",
      "etcdctl",
      "consul",
      "kafka-topics",
      "kafka-topics.sh",
      "rabbitmqctl",
      "rabbitmqadmin",
      "nats",
      "es",
      "elasticdump",
    ],
    provider: "store",
    pattern: /\b(?:delete|del|--delete|purge_queue|delete_queue|reset|force_reset|stream\s+(?:rm|purge))\b/,
    effects: lost,
    because: "stored data is deleted",
  },
];

export const databaseTools: ProgramRule = {
  programs: [...new Set(verbs.flatMap((verb) => verb.programs))],
  examples: {
    matches: [
      { command: "redis-cli FLUSHALL", actions: ["redis:delete"] },
      { command: "mongosh --eval 'db.dropDatabase()'", actions: ["mongodb:delete"] },
      { command: "dropdb shop", actions: ["postgres:delete"] },
      { command: "npx prisma migrate reset", actions: ["prisma:delete"] },
      { command: "rails db:drop", actions: ["rails:delete"] },
      { command: "python manage.py flush", actions: ["django:delete"] },
    ],
    misses: [
      { command: "redis-cli GET key", actions: ["redis:delete"] },
      { command: "npx prisma generate", actions: ["prisma:delete"] },
      { command: "rails db:migrate", actions: ["rails:delete"] },
      { command: "python flush.py", actions: ["django:delete"] },
    ],
  },
  judge(invocation, scope) {
    const words = invocation.words.slice(1).map((word) => word.text);
    const text = words.join(" ") + (invocation.stdin.kind === "text" ? ` ${invocation.stdin.text}` : "");
    if (/(?:^|\s)(?:--help|--dry-run)(?:\s|$)|(?:^|\s)-h\s*$/.test(text) && !/redis|mongo/.test(invocation.program)) {
      return;
    }
    const environment = namedEnvironment(invocation, scope, [...words]);
    for (const verb of verbs) {
      if (verb.programs.includes(invocation.program) && verb.pattern.test(text)) {
        const host = /(?:^|\s)(?:-h|--host|-u|--url)[ =](\S+)|\w+:\/\/(?:[^@\s/]*@)?([^/:\s]+)/.exec(text);
        const name = host?.[1] ?? host?.[2];
        const remote = name !== undefined && !isLoopback(name.replace(/^\w+:\/\/(?:[^@]*@)?/, ""));
        report(scope, invocation, {
          action: `${verb.provider}:${verb.effects === lost ? "delete" : "migrate"}`,
          effects: verb.effects,
          target: {
            ...(environment === undefined ? {} : { environment }),
            display: `${invocation.program} ${words.join(" ")}`.slice(0, 160),
            ...(remote ? { host: name } : {}),
          },
          because: `\`${invocation.program}\`: ${verb.because}`,
          reach: remote || verb.remote === true ? "remote" : "local",
        });
      }
    }
  },
};
