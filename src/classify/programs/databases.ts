import type { Effect } from "../../model/effect.ts";
import { optionSpec, readArguments, type Arguments, type OptionSpec } from "../options.ts";
import { report } from "../report.ts";
import type { ProgramRule, Scope } from "../scope.ts";
import type { Invocation, Word } from "../shell/invocation.ts";
import { filesOf } from "../shell/word.ts";
import { judgeSql } from "../sql.ts";

interface Client {
  readonly provider: string;
  readonly options: OptionSpec;
  /** Options whose value is SQL. */
  readonly text: readonly string[];
  /** Options whose value is a file of SQL. */
  readonly files: readonly string[];
  readonly host: readonly string[];
  /** Operands behind this index are SQL (`sqlite3 FILE SQL`). */
  readonly operandsFrom?: number;
  readonly local?: boolean;
}

const postgres: Client = {
  provider: "postgres",
  options: optionSpec(
    "-c --command -f --file -h --host -p --port -U --username -d --dbname -v --set -F -o --output -P --pset -R -T -L --log-file",
  ),
  text: ["-c", "--command"],
  files: ["-f", "--file"],
  host: ["-h", "--host"],
};
const mysql: Client = {
  provider: "mysql",
  options: optionSpec(
    "-e --execute -h --host -P --port -u --user -D --database -S --socket --defaults-file --defaults-extra-file --init-command",
  ),
  text: ["-e", "--execute", "--init-command"],
  files: [],
  host: ["-h", "--host"],
};
const sqlite: Client = {
  provider: "sqlite",
  options: optionSpec("-cmd -separator -init -nullvalue -newline", { singleDash: true }),
  text: ["-cmd"],
  files: ["-init"],
  host: [],
  operandsFrom: 1,
  local: true,
};
const clickhouse: Client = {
  provider: "clickhouse",
  options: optionSpec("-q --query -h --host --port -u --user --password -d --database --queries-file"),
  text: ["-q", "--query"],
  files: ["--queries-file"],
  host: ["-h", "--host"],
};
const generic: Client = {
  provider: "sql",
  options: optionSpec("-q --query -Q -e -c --command -f -i -S -U -P -d --host -h"),
  text: ["-q", "--query", "-Q", "-e", "-c", "--command"],
  files: ["-f", "-i"],
  host: ["-S", "-h", "--host"],
  operandsFrom: 0,
};

const clients: ReadonlyMap<string, Client> = new Map<string, Client>([
  ["psql", postgres],
  ["pgcli", postgres],
  ["cockroach", { ...generic, provider: "cockroach" }],
  ["mysql", mysql],
  ["mariadb", mysql],
  ["mycli", mysql],
  ["sqlite3", sqlite],
  ["sqlite", sqlite],
  [
    "duckdb",
    {
      ...sqlite,
      provider: "duckdb",
      options: optionSpec("-c -s -cmd -init", { singleDash: true }),
      text: ["-c", "-s", "-cmd"],
    },
  ],
  ["clickhouse", clickhouse],
  ["clickhouse-client", clickhouse],
  ["sqlcmd", { ...generic, provider: "mssql" }],
  ["snowsql", { ...generic, provider: "snowflake" }],
  ["bq", { ...generic, provider: "bigquery" }],
  ["turso", { ...generic, provider: "turso" }],
  ["usql", generic],
  ["trino", generic],
  ["cqlsh", { ...generic, provider: "cassandra" }],
]);

/** SQL clients with statements on the command line, in files, or on their input. */
export const sqlClients: ProgramRule = {
  programs: [...clients.keys()],
  examples: {
    matches: [
      { command: "psql -c 'DROP TABLE users'", actions: ["postgres:drop_table"] },
      { command: "psql -h db.example.com -c 'delete from users'", actions: ["postgres:delete_all"] },
      { command: "mysql -e 'TRUNCATE orders' shop", actions: ["mysql:truncate"] },
      { command: "echo 'drop database shop;' | mysql", actions: ["mysql:drop_database"] },
      { command: "sqlite3 app.db 'delete from users'", actions: ["sqlite:delete_all"] },
    ],
    misses: [
      { command: "psql -c 'SELECT 1'", actions: ["postgres:drop_table", "postgres:delete_all"] },
      { command: "psql -c 'delete from users where id = 3'", actions: ["postgres:delete_all"] },
      { command: "psql -c \"select 'drop table users'\"", actions: ["postgres:drop_table"] },
      { command: "sqlite3 app.db .tables", actions: ["sqlite:drop_table"] },
    ],
  },
  judge(invocation, scope) {
    const client = clients.get(invocation.program);
    if (client === undefined) {
      return;
    }
    const args = readArguments(invocation.words, client.options);
    const host = hostOf(scope, client, args);
    for (const text of textsOf(scope, client, args, invocation)) {
      runMeta(scope, invocation, text);
      for (const finding of judgeSql(text)) {
        report(scope, invocation, {
          action: `${client.provider}:${finding.operation}`,
          effects: finding.effects,
          target: {
            display: host === undefined ? finding.object : `${finding.object} on ${host}`,
            resource: finding.object,
            ...(host === undefined ? {} : { host }),
          },
          because: `\`${invocation.program}\`: ${finding.because}`,
          reach: host === undefined ? "local" : "remote",
        });
      }
    }
  },
};

/** `\! command` of psql, `.shell command` of sqlite3, `system command` of mysql. */
function runMeta(scope: Scope, invocation: Invocation, text: string): void {
  const command = /(?:^|\n)\s*(?:\\!|\.(?:shell|system)|system)\s+([^\n]+)/.exec(text)?.[1];
  if (command !== undefined) {
    scope.shell(command, invocation.program, scope.evidence(invocation));
  }
}

/** A host that is not this machine; undefined for sockets and localhost. */
function hostOf(scope: Scope, client: Client, args: Arguments): string | undefined {
  if (client.local === true) {
    return undefined;
  }
  const named = client.host.map((option) => args.values.get(option)?.text).find((text) => text !== undefined);
  const url = [...args.operands, ...args.values.values()]
    .map(
      (word) =>
        /^[a-z+]+:\/\/(?:[^@/\s]*@)?(\[[^\]]+\]|[^/:?\s]+)/i.exec(word.known ? word.text : word.prefix)?.[1],
    )
    .find((text) => text !== undefined);
  const unknownUrl = args.operands
    .concat([...args.values.values()])
    .find(
      (word) =>
        !word.known &&
        /(?:DATABASE|DB|PG|POSTGRES|MYSQL|REDIS|MONGO)\w*_?UR[IL]|CONNECTION|DSN/i.test(word.text),
    );
  const host = named ?? url ?? unknownUrl?.text ?? scope.variable("PGHOST") ?? scope.variable("MYSQL_HOST");
  return host === undefined || isLoopback(host) ? undefined : host;
}

export function isLoopback(host: string): boolean {
  return /^(?:localhost|127\.|\[?::1\]?$|0\.0\.0\.0|\/|host\.docker\.internal|db$|postgres$|mysql$|redis$|mongo$|mongodb$|database$)/i.test(
    host,
  );
}

function textsOf(scope: Scope, client: Client, args: Arguments, invocation: Invocation): readonly string[] {
  const texts: string[] = [];
  const add = (word: Word | undefined): void => {
    if (word !== undefined) {
      texts.push(word.known ? word.text : (word.template ?? word.text));
    }
  };
  for (const [index, word] of invocation.words.entries()) {
    const before = invocation.words[index - 1]?.text ?? "";
    if (client.text.includes(before)) {
      add(word);
    }
  }
  for (const name of client.text) {
    add(args.values.get(name));
  }
  if (client.operandsFrom !== undefined) {
    for (const operand of args.operands.slice(client.operandsFrom)) {
      add(operand);
    }
  }
  for (const name of client.files) {
    addFile(
      scope,
      scope.resolvePath(
        args.values.get(name) ?? { text: "", known: false, prefix: "", suffix: "", start: 0, end: 0 },
      ),
      texts,
    );
  }
  const { stdin } = invocation;
  if (stdin.kind === "text") {
    texts.push(stdin.text);
  } else {
    const path = stdin.kind === "file" ? scope.resolvePath(stdin.path) : filesOf(stdin)[0];
    addFile(scope, path, texts);
  }
  return [...new Set(texts)];
}

function addFile(scope: Scope, path: string | undefined, texts: string[]): void {
  const written = path === undefined ? undefined : scope.writtenFile(path);
  if (written?.kind === "text") {
    texts.push(written.text);
  } else if (path !== undefined && !path.startsWith("/dev/")) {
    const file = scope.readInput(path);
    if (file.kind === "text") {
      texts.push(file.text);
    }
  }
}

interface Verb {
  readonly programs: readonly string[];
  readonly provider: string;
  readonly pattern: RegExp;
  readonly effects: readonly Effect[];
  readonly because: string;
}

const lost: readonly Effect[] = ["irreversible_data_deletion"];

/** Stores without SQL, and tools that delete or rebuild a whole database. Matched over the words joined by spaces. */
const verbs: readonly Verb[] = [
  {
    programs: ["redis-cli", "valkey-cli", "keydb-cli"],
    provider: "redis",
    pattern: /\b(flushall|flushdb|shutdown|debug\s+segfault)\b|\b(del|unlink)\b.*\*|--scan.*\bdel\b/i,
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
      /\bdb:drop\b|\bmigrate:(?:rollback|down|undo:all)\b|\bundo:all\b|\bschema:(?:drop|fresh)\b|\bdrop\b|migration:fresh/,
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
    if (/(?:^|\s)(?:--help|-h|--dry-run)(?:\s|$)/.test(text) && !/redis|mongo/.test(invocation.program)) {
      return;
    }
    for (const verb of verbs) {
      if (verb.programs.includes(invocation.program) && verb.pattern.test(text)) {
        const host = /(?:^|\s)(?:-h|--host|-u|--url)[ =](\S+)|\w+:\/\/(?:[^@\s/]*@)?([^/:\s]+)/.exec(text);
        const name = host?.[1] ?? host?.[2];
        const remote = name !== undefined && !isLoopback(name.replace(/^\w+:\/\/(?:[^@]*@)?/, ""));
        report(scope, invocation, {
          action: `${verb.provider}:${verb.effects === lost ? "delete" : "migrate"}`,
          effects: verb.effects,
          target: {
            display: `${invocation.program} ${words.join(" ")}`.slice(0, 160),
            ...(remote ? { host: name } : {}),
          },
          because: `\`${invocation.program}\`: ${verb.because}`,
          reach: remote ? "remote" : "local",
        });
      }
    }
  },
};
