import type { Effect } from "../../model/effect.ts";
import { placeOf, targetAt, type Place } from "../programs/database-target.ts";
import { report } from "../report.ts";
import type { Invocation } from "../shell/invocation.ts";
import { inherited, knownWord } from "../shell/word.ts";
import { judgeSql } from "../sql.ts";
import type { SqlDialect } from "../sql/tokens.ts";
import { readArgumentValues, readValue } from "./read-value.ts";
import type { CodeSite } from "./site.ts";
import { firstText, unknownPart } from "./value.ts";

interface Driver {
  readonly mentioned: RegExp;
  readonly provider: string;
  readonly dialect: SqlDialect;
}

/** Libraries by which code reaches a database, as they are named where they are loaded. */
const drivers: readonly Driver[] = [
  { mentioned: /psycopg|asyncpg|["']pg["']|postgres/i, provider: "postgres", dialect: "postgres" },
  { mentioned: /mysql|mariadb/i, provider: "mysql", dialect: "mysql" },
  { mentioned: /sqlite/i, provider: "sqlite", dialect: "sqlite" },
  { mentioned: /clickhouse/i, provider: "clickhouse", dialect: "sql" },
  { mentioned: /pyodbc|mssql|sqlserver|tedious/i, provider: "mssql", dialect: "sql" },
];

const anyDriver: Driver = { mentioned: /./, provider: "sql", dialect: "sql" };

const statementCalls =
  /(?:\.|->|::|\b)(?:execute|executemany|executescript|execute_script|executeQuery|executeUpdate|exec_driver_sql|exec_query|query|multi_query|mysqli_query|pg_query|sqlite_exec|raw|rawQuery|exec|prepare|run|all|none|any|one|oneOrNone|\$executeRawUnsafe|\$queryRawUnsafe|\$executeRaw|\$queryRaw|unsafe|statement|unprepared|do|sql|text|command|read_sql|read_sql_query|run_query|batch)\s*(?:\(|(?=`)|(?=\s["'])|(?=\s%[qQ]))/g;

const beginsAsSql =
  /^\s*(?:--[^\n]*\n\s*)*(?:drop|truncate|delete|update|alter|grant|revoke|with|begin|merge|do|create|exec|explain|set|copy)\b/i;

interface Emptying {
  readonly call: RegExp;
  /** The library that must be named in the code. */
  readonly library: RegExp;
  readonly provider: string;
  readonly operation: string;
  /** True where a seed or a test does so every day: only inline code is asked about it. */
  readonly usual?: true;
}

/** Calls of drivers and mappers that take away what is stored, without SQL. */
const emptying: readonly Emptying[] = [
  {
    call: /\.(?:dropDatabase|drop_database)\s*\(/,
    library: /mongo|\bdb\b|connection/i,
    provider: "mongodb",
    operation: "drop_database",
  },
  {
    call: /\.(?:drop_collection|dropCollection)\s*\(|\b(?:db|client|database)[.\w()[\]"']*\.drop\(\s*\)/,
    library: /mongo|chroma|milvus|qdrant/i,
    provider: "mongodb",
    operation: "drop_collection",
  },
  {
    call: /\.(?:delete_many|deleteMany|remove)\(\s*(?:\{\s*\}\s*)?[),]/,
    library: /mongo/i,
    provider: "mongodb",
    operation: "delete_all",
    usual: true,
  },
  {
    call: /\.(?:flush_?all|flush_?db)\s*\(|\b(?:execute_command|call|sendCommand|send_command)\(\s*\[?\s*["']FLUSH(?:ALL|DB)["']/i,
    library: /redis|valkey|keydb|memcache/i,
    provider: "redis",
    operation: "flush",
  },
  {
    call: /\.indices\.delete\s*\(|\bdelete_index\s*\(|\.delete_?by_?query\([^;\n]{0,120}match_all/i,
    library: /elastic|opensearch|meili|typesense|algolia|pinecone/i,
    provider: "search",
    operation: "delete_index",
  },
  {
    call: /\.(?:delete_collection|deleteCollection|delete_class|delete_all|deleteAll)\s*\(|delete_all\s*=\s*True|deleteAll\s*:\s*true/,
    library: /chroma|qdrant|weaviate|pinecone|milvus|schema\.delete/i,
    provider: "vector_store",
    operation: "delete_all",
  },
  {
    call: /\.(?:delete_topics|deleteTopics|delete_stream|purge_queue|queue_purge|queue_delete|exchange_delete|delete_queue|purgeQueue|deleteQueue)\s*\(/,
    library: /kafka|pika|amqp|rabbit|nats|sqs|azure\.servicebus/i,
    provider: "queue",
    operation: "delete",
  },
  {
    call: /\.(?:drop_all)\s*\(/,
    library: /metadata|sqlalchemy|\bdb\b|Base|flask|engine/i,
    provider: "sqlalchemy",
    operation: "drop_all",
  },
  {
    call: /\.(?:sync|drop)\(\s*\{[^{}]*\bforce\s*:\s*true|\.(?:synchronize)\(\s*true\s*\)|\.dropSchema\s*\(|\.dropAllSchemas\s*\(/,
    library: /sequelize|typeorm|dataSource|models?\b|orm\b/i,
    provider: "orm",
    operation: "drop_all",
  },
  {
    call: /\.(?:drop_?table|dropTable|dropTableIfExists|drop_table|dropTables|truncate)\s*\(/,
    library: /knex|kysely|schema|queryInterface|sequelize|peewee|drizzle|ActiveRecord/i,
    provider: "orm",
    operation: "drop_table",
  },
  {
    call: /\.deleteMany\(\s*(?:\{\s*\}\s*)?\)|\.destroy\(\s*\{\s*(?:where\s*:\s*\{\s*\}|truncate\s*:\s*true)|\.objects\.all\(\)\.delete\(|\b(?:query|query\([\w.]*\))\.delete\(\s*\)|(?<!\.(?:where|find_by)\((?![^()\n]*1\s*=\s*1)[^()\n]*\))\.(?:delete_all|destroy_all)\b|\bknex\(\s*["']\w+["']\s*\)\.(?:del|delete)\(\s*\)|\.clear\(\s*\)\s*\.execute|\bdelete\(\s*\w+\s*\)(?:\s*\)|\s*;|\s*$)/,
    library:
      /prisma|sequelize|objects\.all|sqlalchemy|session|\.query|ActiveRecord|\.(?:delete_all|destroy_all)|knex|typeorm|drizzle/i,
    provider: "orm",
    operation: "delete_all",
    usual: true,
  },
];

/** Judges the statements that code gives a database, and the calls that empty one. */
export function judgeStoredData(site: CodeSite): void {
  const { code } = site.context;
  if (!/drop|truncate|delete|update|flush|destroy|alter|grant|force|synchronize|\bdel\b|remove/i.test(code)) {
    return;
  }
  judgeStatements(site);
  for (const { call, library, provider, operation, usual } of emptying) {
    const match = usual === true && !site.inline ? null : call.exec(code);
    if (match !== null && library.test(code)) {
      reportLoss(
        site,
        { provider, operation, effects: ["irreversible_data_deletion"] },
        `\`${match[0].replace(/^[.\s]+/, "").slice(0, 60)}\``,
      );
    }
  }
}

const maximumStatements = 30;

function judgeStatements(site: CodeSite): void {
  const { context } = site;
  const { code } = context;
  const driver = drivers.find(({ mentioned }) => mentioned.test(code)) ?? anyDriver;
  let left = maximumStatements;
  for (const match of code.matchAll(statementCalls)) {
    left -= 1;
    if (left < 0) {
      return;
    }
    const at = match.index + match[0].length;
    const values = match[0].endsWith("(") ? readArgumentValues(context, at) : [readValue(context, at)];
    const text = values
      .slice(0, 2)
      .map((value) => firstText(value).replaceAll(unknownPart, "unknown"))
      .find((value) => beginsAsSql.test(value));
    if (text === undefined) {
      continue;
    }
    for (const finding of judgeSql(text, driver.dialect).findings) {
      reportLoss(
        site,
        { provider: driver.provider, operation: finding.operation, effects: finding.effects },
        finding.object,
        finding.because,
      );
    }
  }
}

interface Loss {
  readonly provider: string;
  readonly operation: string;
  readonly effects: readonly Effect[];
}

function reportLoss(
  site: CodeSite,
  loss: Loss,
  object: string,
  because = "it takes away what is stored",
): void {
  const { scope, at, how, context } = site;
  if (/:memory:|\bsqlite(?:3)?\b[^\n;]{0,80}["']\/tmp\//.test(context.code)) {
    return;
  }
  const place = placeOfCode(site);
  report(scope, at, {
    action: `${loss.provider}:${loss.operation}`,
    effects: loss.effects,
    target: targetAt(place, object, object),
    because: `${how}: ${because}`,
    reach: place.host === undefined ? "local" : "remote",
  });
}

/** Where the database of a piece of code is: by an address or a host that stands in it, else by what the project says. */
function placeOfCode({ context, at, scope }: CodeSite): Place {
  const { code } = context;
  const addresses = [
    ...code.matchAll(
      /["'`]((?:postgres(?:ql)?|mysql|mariadb|mongodb|rediss?|clickhouse|mssql|cockroachdb|https?|amqp)(?:\+\w+)?:\/\/[^"'`\s]+|(?:mysql|pgsql|sqlsrv):host=[^"'`\s]+)["'`]/g,
    ),
  ].map((match) => knownWord(match[1] ?? "", at.start, at.end));
  const hosts = [
    ...code.matchAll(/\b(?:host|hostname|server|endpoint|cloud_id)\s*[=:]\s*["']([\w.-]+)["']/g),
    ...code.matchAll(
      /\b(?:createConnection|MongoClient|Redis|StrictRedis|Elasticsearch|connect)\(\s*["']([\w-]+(?:\.[\w-]+)+)["']/g,
    ),
  ].map((match) => knownWord(match[1] ?? "", at.start, at.end));
  const invocation: Invocation = {
    words: [],
    program: "",
    stdin: inherited,
    redirects: [],
    assignments: new Map(),
    start: at.start,
    end: at.end,
  };
  const variables = [...code.matchAll(/\b([A-Z][A-Z0-9_]*(?:URL|URI|DSN|HOST))\b/g)]
    .map((match) => match[1] ?? "")
    .slice(0, 4);
  return placeOf(invocation, scope, { hosts, addresses, variables, environmentFile: true });
}
