import type { Effect } from "../../model/effect.ts";
import { reportRead } from "../file-actions.ts";
import { readArguments, type Arguments } from "../options.ts";
import { report } from "../report.ts";
import type { ProgramRule, Scope } from "../scope.ts";
import type { Invocation, Word } from "../shell/invocation.ts";
import { filesOf, isFromNetwork, knownWord, wordAfter } from "../shell/word.ts";
import type { SqlFinding } from "../sql/finding.ts";
import { judgeSql } from "../sql.ts";
import { sqlClientTable, type SqlClient } from "./database-clients.ts";
import { judgeMeta, unquoted } from "./database-meta.ts";
import { placeOf, targetAt, type Place } from "./database-target.ts";

/** SQL clients with statements on the command line, in files, or on their input. */
export const sqlClients: ProgramRule = {
  programs: [...sqlClientTable.keys()],
  examples: {
    matches: [
      { command: "psql -c 'DROP TABLE users'", actions: ["postgres:drop_table"] },
      { command: "psql -h db.example.com -c 'delete from users'", actions: ["postgres:delete_all"] },
      { command: 'psql -Atc "TRUNCATE users" app', actions: ["postgres:truncate"] },
      {
        command: "psql -c 'with x as (delete from users returning *) select 1'",
        actions: ["postgres:delete_all"],
      },
      { command: "psql -c 'explain analyze delete from users'", actions: ["postgres:delete_all"] },
      { command: "psql -c \"copy t to program 'cat > /tmp/x'\"", actions: ["postgres:run_program"] },
      { command: "psql -c 'delete from users where 1=1'", actions: ["postgres:delete_all"] },
      {
        command: "psql <<'X'\nDO $$ BEGIN EXECUTE 'DROP TABLE t'; END $$;\nX",
        actions: ["postgres:drop_table"],
      },
      { command: "psql -c '\\! rm -rf /'", actions: ["fs:delete"] },
      { command: "psql -tAc \"select 'drop table '||t from x\" | psql", actions: ["shell:opaque"] },
      { command: "sqlite3 -cmd '.timeout 9' a.db <<< 'drop table t'", actions: ["sqlite:drop_table"] },
      { command: "mysql -e 'TRUNCATE orders' shop", actions: ["mysql:truncate"] },
      { command: "mysql -psecret -e '/*!50000 DROP TABLE orders */' shop", actions: ["mysql:drop_table"] },
      { command: "echo 'drop database shop;' | mysql", actions: ["mysql:drop_database"] },
      { command: "sqlite3 app.db 'delete from users'", actions: ["sqlite:delete_all"] },
      {
        command: "bq query --use_legacy_sql=false 'DELETE FROM d.t WHERE true'",
        actions: ["bigquery:delete_all"],
      },
      { command: "cqlsh -e 'DROP KEYSPACE shop'", actions: ["cassandra:drop_database"] },
      { command: "sqlcmd -S db -Q 'SELECT 1 DROP TABLE users'", actions: ["mssql:drop_table"] },
      { command: "prisma db execute --file missing.sql", actions: ["prisma:execute"] },
      { command: "cqlsh db.example.com <<< 'DROP KEYSPACE shop;'", actions: ["cassandra:drop_database"] },
      { command: "sqlplus u/p@h <<< 'DROP TABLE users;'", actions: ["oracle:drop_table"] },
      { command: "wp db query 'DROP TABLE wp_posts'", actions: ["wordpress:drop_table"] },
    ],
    misses: [
      { command: "prisma db execute --stdin <<< 'select 1'", actions: ["prisma:execute"] },
      { command: "psql -c 'SELECT 1'", actions: ["postgres:drop_table", "postgres:delete_all"] },
      { command: "psql -c 'delete from users where id = 3'", actions: ["postgres:delete_all"] },
      { command: "psql -c \"select 'drop table users'\"", actions: ["postgres:drop_table"] },
      { command: "psql -c 'explain delete from users'", actions: ["postgres:delete_all"] },
      { command: "psql -c 'select 1 -- drop table users'", actions: ["postgres:drop_table"] },
      { command: "psql -c 'alter table t drop constraint c'", actions: ["postgres:drop_column"] },
      { command: "mysql -e 'select \"drop table users\"'", actions: ["mysql:drop_table"] },
      { command: "pg_dump a | psql b", actions: ["shell:opaque"] },
      { command: "psql a -c 'copy t to stdout' | psql b -c 'copy t from stdin'", actions: ["shell:opaque"] },
      { command: "sqlite3 app.db .tables", actions: ["sqlite:drop_table"] },
      { command: "sqlite3 :memory: 'drop table t'", actions: ["sqlite:drop_table"] },
    ],
  },
  judge(invocation, scope) {
    const client = sqlClientTable.get(invocation.program.replace(/(?<=.)@.*$/, "").toLowerCase());
    if (client === undefined || !applies(client, invocation)) {
      return;
    }
    const words = invocation.words.filter(
      ({ text }, index) => index === 0 || client.dialect !== "mysql" || !/^-p./.test(text),
    );
    const args = readArguments(words, client.options);
    const from = client.operandsFrom ?? args.operands.length;
    const named = args.operands.slice(0, from);
    if (
      client.always === "local" &&
      client.operandsFrom === 1 &&
      isThrownAway(named[0]) &&
      !words.some(({ text }) => /\battach\s/i.test(text))
    ) {
      judgeTexts({ client, invocation, scope, place: () => undefined }, textsOf(scope, client, args, words));
      return;
    }
    const place = (): Place => clientPlace(client, args, { invocation, scope, named });
    const site = { client, invocation, scope, place };
    const given = textsOf(scope, client, args, words);
    // A client that is told what to run takes its input for data, or not at all.
    const first = words.some(({ text }) => /^(?:-cmd|-init|--init-command)/.test(text));
    const told = given.some((text) => /\s/.test(text)) && client.verbs === undefined && !first;
    const texts = told ? given : [...given, ...inputOf(scope, invocation)];
    if (client.unread === true && texts.length === 0) {
      reportSql(site, unread);
    }
    judgeTexts(site, texts);
  },
};

const unread: SqlFinding = {
  operation: "execute",
  effects: ["irreversible_data_deletion"],
  object: "SQL that cannot be read",
  because: "it runs SQL that cannot be read before it runs",
};

function applies(client: SqlClient, invocation: Invocation): boolean {
  if (client.verbs === undefined) {
    return true;
  }
  const text = invocation.words.slice(1).map((word) => word.text);
  return client.verbs.test(text.join(" "));
}

function isThrownAway(file: Word | undefined): boolean {
  return file === undefined || /^:memory:|^\/tmp\//.test(file.text);
}

function clientPlace(
  client: SqlClient,
  args: Arguments,
  at: { readonly invocation: Invocation; readonly scope: Scope; readonly named: readonly Word[] },
): Place {
  const databases = client.database.map((name) => args.values.get(name));
  const place = placeOf(at.invocation, at.scope, {
    hosts: client.always === "local" ? [] : client.host.map((name) => args.values.get(name)),
    addresses: [...at.named, ...databases, ...(client.operandsFrom === 0 ? args.operands.slice(0, 1) : [])],
    names: [...databases, ...at.named],
    variables: client.variables,
  });
  return client.always === "remote" ? { ...place, host: place.host ?? client.provider } : place;
}

interface Site {
  readonly client: SqlClient;
  readonly invocation: Invocation;
  readonly scope: Scope;
  /** Undefined where the database is gone with the command: only what leaves it counts. */
  place(): Place | undefined;
}

const maximumFiles = 8;

function judgeTexts(site: Site, texts: readonly string[]): void {
  const { scope, invocation, client } = site;
  const pending = [...new Set(texts)];
  const seen = new Set<string>();
  for (const text of pending) {
    const { findings, meta } = judgeSql(text, client.dialect);
    reportClientReads(site, text);
    for (const line of meta) {
      const next = judgeMeta(line, scope, invocation);
      if (next.database !== undefined) {
        reportSql(site, next.database);
      }
      if (next.file !== undefined && !seen.has(next.file) && seen.size < maximumFiles) {
        seen.add(next.file);
        pending.push(...readSqlFile(scope, next.file));
      }
    }
    for (const finding of findings) {
      reportSql(site, finding);
    }
  }
}

/** What a database that is gone with its command can still do. */
const leavesDatabase: ReadonlySet<Effect> = new Set(["remote_code_execution", "data_exfiltration"]);

/** Files of this machine that a statement reads into rows. */
const readByClient =
  /\b(?:readfile|read_text|read_blob|read_csv(?:_auto)?|read_json(?:_auto|_objects)?|read_ndjson\w*|sniff_csv|glob)\s*\(\s*'([^']{1,400})'|\binfile\s+'([^']{1,400})'|\bfrom\s+'((?:\/|~|\.)[^']{1,400})'/gi;

function reportClientReads(site: Site, text: string): void {
  const { client, invocation, scope } = site;
  if (client.always !== "local" && client.dialect !== "mysql") {
    return;
  }
  for (const [, ...paths] of text.slice(0, 16_384).matchAll(readByClient)) {
    const path = paths.find((each) => each !== undefined);
    if (path !== undefined) {
      reportRead(scope, knownWord(path, 0, 0), invocation, `\`${invocation.program}\` reads it`);
    }
  }
}

function reportSql(site: Site, finding: SqlFinding): void {
  const { client, invocation, scope } = site;
  const place = site.place();
  if (place === undefined && !finding.effects.some((effect) => leavesDatabase.has(effect))) {
    return;
  }
  report(scope, invocation, {
    action: `${client.provider}:${finding.operation}`,
    effects: finding.effects,
    target: targetAt(place ?? { host: undefined, environment: undefined }, finding.object, finding.object),
    because: `\`${invocation.program}\`: ${finding.because}`,
    reach: place?.host === undefined ? "local" : "remote",
  });
}

/** SQL in options, in operands, and in files that options name. */
function textsOf(
  scope: Scope,
  client: SqlClient,
  args: Arguments,
  words: readonly Word[],
): readonly string[] {
  const texts = valuesOf(words, client, client.text).flatMap((word) => [
    asText(word),
    ...printedBy(scope, word),
  ]);
  // A variable of psql is put into the statement as it stands.
  for (const word of client.provider === "postgres"
    ? valuesOf(words, client, ["-v", "--set", "--variable"])
    : []) {
    texts.push(word.text.slice(word.text.indexOf("=") + 1));
  }
  if (client.operandsFrom !== undefined && client.provider !== "oracle") {
    const operands = args.operands.slice(client.operandsFrom);
    texts.push(...operands.map(asText));
    if (operands.length > 1) {
      texts.push(operands.map(asText).join(" "));
    }
  }
  const listed =
    client.provider === "oracle"
      ? args.operands.filter(({ text }) => text.startsWith("@")).map((word) => wordAfter(word, 1))
      : [];
  for (const file of [...valuesOf(words, client, client.files), ...listed]) {
    texts.push(...printedBy(scope, file));
    const path = scope.elsewhere === undefined ? scope.resolvePath(file) : undefined;
    texts.push(...(path === undefined ? [] : readSqlFile(scope, path)));
  }
  return texts;
}

/** Every value of an option, not only its last: `-c A -c B`, `-Atc A`, `--command=A`, `-cA`. */
function valuesOf(words: readonly Word[], client: SqlClient, names: readonly string[]): readonly Word[] {
  const found: Word[] = [];
  for (const [index, word] of words.entries()) {
    const before = words[index - 1]?.text ?? "";
    const bundled = client.options.singleDash !== true && /^-[A-Za-z0-9]{2,8}$/.test(before);
    const letter = names.includes(`-${before.at(-1) ?? ""}`) && !hasValued(client, before.slice(1, -1));
    if (index > 1 && (names.includes(before) || (bundled && letter))) {
      found.push(word);
      continue;
    }
    const long = names.find((name) => name.startsWith("--") && word.text.startsWith(`${name}=`));
    const short =
      client.options.singleDash === true
        ? undefined
        : names.find(
            (name) =>
              name.length === 2 && word.text.startsWith(name) && word.text.length > 3 && /\s/.test(word.text),
          );
    if (long !== undefined || short !== undefined) {
      found.push(wordAfter(word, long === undefined ? 2 : long.length + 1));
    }
  }
  return found;
}

function hasValued(client: SqlClient, letters: string): boolean {
  for (const letter of letters) {
    if (client.options.valued.has(`-${letter}`)) {
      return true;
    }
  }
  return false;
}

/** What a substitution in a word prints: its text, or the files that flow through it. */
function printedBy(scope: Scope, { printed }: Word): readonly string[] {
  if (printed === undefined || printed.kind === "text") {
    return printed === undefined ? [] : [printed.text];
  }
  return filesOf(printed).flatMap((path) => readSqlFile(scope, path));
}

function asText(word: Word): string {
  return word.known ? word.text : (word.template ?? word.text);
}

/** SQL on standard input. What comes from the network is run unread. */
function inputOf(scope: Scope, invocation: Invocation): readonly string[] {
  const { stdin } = invocation;
  if (stdin.kind === "text") {
    return [stdin.text];
  }
  if (isFromNetwork(stdin)) {
    scope.opaque(
      `\`${invocation.program}\` runs SQL that is fetched from the network`,
      scope.evidence(invocation),
    );
    return [];
  }
  if (stdin.kind === "unknown" && /^output of `(?:psql|mysql|mariadb)`/.test(stdin.because)) {
    scope.opaque(`\`${invocation.program}\` runs SQL that a query puts together`, scope.evidence(invocation));
    return [];
  }
  const paths = stdin.kind === "file" ? [scope.resolvePath(stdin.path)] : filesOf(stdin);
  return paths.flatMap((path) => (path === undefined ? [] : readSqlFile(scope, path)));
}

/** Text of a file of SQL, as an earlier command of the line wrote it or as it stands. */
export function readSqlFile(scope: Scope, path: string, depth = 0): readonly string[] {
  const absolute = path.startsWith("/") ? path : scope.resolvePath(knownWord(unquoted(path), 0, 0));
  if (absolute === undefined || absolute.startsWith("/dev/")) {
    return [];
  }
  const written = scope.writtenFile(absolute);
  if (written?.kind === "text") {
    return [written.text];
  }
  if (written !== undefined && depth < 4) {
    // A copy, or what a filter made of other files: what they hold is the best that is known of it.
    const sources = written.kind === "file" ? [scope.resolvePath(written.path)] : filesOf(written);
    return sources.flatMap((source) =>
      source === undefined || source === absolute ? [] : readSqlFile(scope, source, depth + 1),
    );
  }
  const file = scope.readInput(absolute);
  return file.kind === "text" ? [file.text] : [];
}
