import { optionSpec, readArguments, type Arguments, type OptionSpec } from "../options.ts";
import { namedEnvironment } from "../environment-names.ts";
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
    const environment = namedEnvironment(invocation, scope, [
      host,
      ...args.operands.map((word) => word.text),
      args.values.get("-d")?.text,
    ]);
    for (const text of textsOf(scope, client, args, invocation)) {
      runMeta(scope, invocation, text);
      for (const finding of judgeSql(text)) {
        report(scope, invocation, {
          action: `${client.provider}:${finding.operation}`,
          effects: finding.effects,
          target: {
            display: host === undefined ? finding.object : `${finding.object} on ${host}`,
            resource: finding.object,
            ...(environment === undefined ? {} : { environment }),
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
