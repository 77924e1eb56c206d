import { optionSpec, type OptionSpec } from "../options.ts";
import type { SqlDialect } from "../sql/tokens.ts";

/** How a client of SQL databases is told what to run, and where. */
export interface SqlClient {
  readonly provider: string;
  readonly dialect: SqlDialect;
  readonly options: OptionSpec;
  /** Options whose value is SQL. */
  readonly text: readonly string[];
  /** Options whose value is a file of SQL. */
  readonly files: readonly string[];
  readonly host: readonly string[];
  /** Options that name the database. */
  readonly database: readonly string[];
  readonly variables: readonly string[];
  /** Operands behind this index are SQL (`sqlite3 FILE SQL`); those before name the database. */
  readonly operandsFrom?: number;
  /** `local` for files, `remote` for services that are always elsewhere. */
  readonly always?: "local" | "remote";
  /** Words that must stand in front of the SQL (`wp db query`); without them the rule says nothing. */
  readonly verbs?: RegExp;
  /** True where a file that cannot be read is worth a question by itself: the tool is for nothing but changes. */
  readonly unread?: true;
}

const postgres: SqlClient = {
  provider: "postgres",
  dialect: "postgres",
  options: optionSpec(
    "-c --command -f --file -h --host -p --port -U --username -d --dbname -v --set --variable -F --field-separator -o --output -P --pset -R --record-separator -T --table-attr -L --log-file",
  ),
  text: ["-c", "--command"],
  files: ["-f", "--file"],
  host: ["-h", "--host"],
  database: ["-d", "--dbname"],
  variables: ["PGHOST", "PGHOSTADDR", "PGDATABASE", "PGSERVICE"],
};
const mysql: SqlClient = {
  provider: "mysql",
  dialect: "mysql",
  options: optionSpec(
    "-e --execute -h --host -P --port -u --user -D --database -S --socket --defaults-file --defaults-extra-file --defaults-group-suffix --init-command --protocol --delimiter",
  ),
  text: ["-e", "--execute", "--init-command"],
  files: [],
  host: ["-h", "--host"],
  database: ["-D", "--database"],
  variables: ["MYSQL_HOST"],
};
const sqlite: SqlClient = {
  provider: "sqlite",
  dialect: "sqlite",
  options: optionSpec("-cmd -separator -init -nullvalue -newline -vfs -maxsize", { singleDash: true }),
  text: ["-cmd"],
  files: ["-init"],
  host: [],
  database: [],
  variables: [],
  operandsFrom: 1,
  always: "local",
};
const clickhouse: SqlClient = {
  provider: "clickhouse",
  dialect: "sql",
  options: optionSpec(
    "-q --query -h --host --port -u --user --password -d --database --queries-file --format --connection",
  ),
  text: ["-q", "--query"],
  files: ["--queries-file"],
  host: ["-h", "--host", "--connection"],
  database: ["-d", "--database"],
  variables: ["CLICKHOUSE_HOST"],
  operandsFrom: 0,
};
const generic: SqlClient = {
  provider: "sql",
  dialect: "sql",
  options: optionSpec(
    "-q --query -Q -e --execute -c --command --sql -f --file -i -S -U -P -d -u --url --host -h --server -D --database --dbname -a -o -r -s -w",
  ),
  text: ["-q", "--query", "-Q", "-e", "--execute", "-c", "--command", "--sql"],
  files: ["-f", "--file"],
  host: ["-S", "-h", "--host", "--url", "-u", "--server"],
  database: ["-d", "-D", "--database", "--dbname"],
  variables: [],
  operandsFrom: 0,
};
const cockroach: SqlClient = {
  ...generic,
  provider: "cockroach",
  dialect: "postgres",
  variables: ["COCKROACH_URL", "COCKROACH_HOST"],
  verbs: /^sql\b/,
};

/** Clients by program. */
export const sqlClientTable: ReadonlyMap<string, SqlClient> = new Map<string, SqlClient>([
  ["psql", postgres],
  ["pgcli", postgres],
  ["ysqlsh", postgres],
  ["gsql", postgres],
  ["vsql", { ...postgres, provider: "vertica" }],
  ["cockroach", cockroach],
  ["mysql", mysql],
  ["mariadb", mysql],
  ["mycli", mysql],
  [
    "mysqlsh",
    {
      ...mysql,
      options: optionSpec("-e --execute -h --host -P --port -u --user -D --schema -f --file --sql --uri"),
      files: ["-f", "--file"],
    },
  ],
  ["sqlite3", sqlite],
  ["sqlite", sqlite],
  ["litecli", sqlite],
  [
    "duckdb",
    {
      ...sqlite,
      provider: "duckdb",
      options: optionSpec("-c -s -f -cmd -init -separator", { singleDash: true }),
      text: ["-c", "-s", "-cmd"],
      files: ["-f", "-init"],
    },
  ],
  ["clickhouse", clickhouse],
  ["clickhouse-client", clickhouse],
  ["clickhouse-local", { ...clickhouse, always: "local" }],
  [
    "sqlcmd",
    {
      ...generic,
      provider: "mssql",
      dialect: "mssql",
      text: ["-Q", "-q"],
      files: ["-i"],
      host: ["-S"],
      variables: ["SQLCMDSERVER"],
    },
  ],
  [
    "mssql-cli",
    { ...generic, provider: "mssql", dialect: "mssql", text: ["-Q", "-q"], files: ["-i"], host: ["-S"] },
  ],
  [
    "invoke-sqlcmd",
    {
      ...generic,
      provider: "mssql",
      dialect: "mssql",
      options: optionSpec("-Query -InputFile -ServerInstance -Database -Username -Password", {
        singleDash: true,
      }),
      text: ["-Query"],
      files: ["-InputFile"],
      host: ["-ServerInstance"],
      database: ["-Database"],
    },
  ],
  ["snowsql", { ...generic, provider: "snowflake", dialect: "snowflake", always: "remote" }],
  ["snow", { ...generic, provider: "snowflake", dialect: "snowflake", always: "remote", verbs: /^sql\b/ }],
  [
    "bq",
    {
      ...generic,
      provider: "bigquery",
      dialect: "bigquery",
      options: optionSpec("--project_id --dataset_id --location --format --max_rows --destination_table"),
      database: ["--project_id"],
      always: "remote",
      verbs: /^(?:--\S+ )*query\b/,
    },
  ],
  ["turso", { ...generic, provider: "turso", dialect: "sqlite", always: "remote", verbs: /^db shell\b/ }],
  ["usql", { ...generic, options: optionSpec("-c --command -f --file -o --out") }],
  ["trino", { ...generic, provider: "trino" }],
  ["presto", { ...generic, provider: "trino" }],
  ["beeline", { ...generic, provider: "hive" }],
  ["hive", { ...generic, provider: "hive" }],
  ["spark-sql", { ...generic, provider: "spark" }],
  ["impala-shell", { ...generic, provider: "impala", text: ["-q", "--query"], host: ["-i", "--impalad"] }],
  [
    "cqlsh",
    {
      ...generic,
      provider: "cassandra",
      dialect: "cassandra",
      options: optionSpec(
        "-e --execute -f --file -u --username -p --password -k --keyspace --request-timeout --connect-timeout",
      ),
      host: [],
      database: ["-k"],
      variables: ["CQLSH_HOST"],
    },
  ],
  ["db2", { ...generic, provider: "db2" }],
  ["sqlplus", { ...generic, provider: "oracle", options: optionSpec("-M -R -C"), text: [] }],
  [
    "prisma",
    {
      ...postgres,
      provider: "prisma",
      dialect: "sql",
      text: [],
      options: optionSpec("--file --schema --url --config"),
      files: ["--file"],
      host: ["--url"],
      variables: ["DATABASE_URL"],
      verbs: /^db execute\b/,
      unread: true,
    },
  ],
  [
    "wp",
    {
      ...mysql,
      provider: "wordpress",
      options: optionSpec("--path --url --ssh"),
      host: ["--ssh"],
      operandsFrom: 2,
      verbs: /^db query\b/,
    },
  ],
  [
    "drush",
    {
      ...mysql,
      provider: "drupal",
      options: optionSpec("--root --uri"),
      operandsFrom: 1,
      verbs: /^(?:@\S+ )?(?:sql[:-]query|sqlq)\b/,
    },
  ],
]);
