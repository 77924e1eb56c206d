import type { Effect } from "../model/effect.ts";
import { withWholeTables } from "./sql/common-tables.ts";
import { judgeCopy, judgeExport, judgeReach, judgeServerFiles } from "./sql/calls.ts";
import { touchesEveryRow } from "./sql/conditions.ts";
import { judgeDefinition } from "./sql/definitions.ts";
import { nameAt } from "./sql/names.ts";
import type { SqlFinding } from "./sql/finding.ts";
import { judgeRights } from "./sql/rights.ts";
import { textsOf } from "./sql/texts.ts";
import { maximumSql, readSql, type SqlDialect, type SqlStatement, type SqlToken } from "./sql/tokens.ts";

export interface SqlJudgement {
  readonly findings: readonly SqlFinding[];
  /** Lines for the client itself: `\! ls`, `.shell ls`. */
  readonly meta: readonly string[];
}

/** Statements that delete, change the schema or rights, or run programs. Reading and adding rows need no finding. */
export function judgeSql(text: string, dialect: SqlDialect = "sql"): SqlJudgement {
  if (!interesting.test(text)) {
    return { findings: [], meta: [] };
  }
  const { statements, meta } = readSql(text, dialect);
  const findings = judgeAll(statements, { dialect, level: 0 });
  return { findings: [...findings, ...judgeRest(text.slice(maximumSql))], meta };
}

/** A dump too long to be read whole: its statements by how their lines begin. */
function judgeRest(text: string): readonly SqlFinding[] {
  const found =
    text === ""
      ? null
      : /^[ \t]*(?:drop\s+(?:database|schema|table)|truncate|delete\s+from\s+\S+\s*;)/im.exec(text);
  return found === null
    ? []
    : [
        {
          operation: "drop_table",
          effects: lost,
          object: found[0].trim(),
          because: "tables are dropped or emptied",
        },
      ];
}

/** A text without any of these cannot do harm: most queries end here. */
const interesting =
  /drop|truncate|delete|update|alter|create|grant|revoke|merge|copy|exec|\bdo\b|overwrite|outfile|dumpfile|prepare|purge|reset|shutdown|load|file|xp_|lo_|sys_|\bset\b|detach|optimize|dblink|plpy|terminate|promote|drop_|unload|export|remove|\brm\b|install|writable_schema|soname|restore|insert\s+into\s+function|openrowset|language|schedule|sp_|utl_|dbms_|[\\!]|^\s*[.:]|source|system|pager/im;

interface Context {
  readonly dialect: SqlDialect;
  readonly level: number;
}

function judgeAll(statements: readonly SqlStatement[], context: Context): readonly SqlFinding[] {
  const temporary = new Set<string>();
  const findings: SqlFinding[] = [];
  for (const [index, statement] of statements.entries()) {
    const { tokens } = statement;
    if (tokens[0]?.key === "create" && /^temp(?:orary)?$/.test(tokens[1]?.key ?? "")) {
      temporary.add(nameAt(tokens, 3).name.toLowerCase());
    }
    const found = judgeStatement(tokens, context);
    const runsTexts =
      statement.runsAnswer || (keeps.test(tokens[0]?.key ?? "") && runsLater(statements, index));
    for (const finding of runsTexts ? [...found, ...judgeBodies(tokens, context)] : found) {
      if (
        !temporary.has(finding.object.toLowerCase()) &&
        !isMadeAgain(finding, statements.slice(index + 1))
      ) {
        findings.push(finding);
      }
    }
    if (findings.length >= maximumHeads) {
      break;
    }
  }
  return findings;
}

/** Statements that keep a text in a variable. */
const keeps = /^(?:set|declare|select)$/;

/** `SET @q = 'DROP TABLE t'; PREPARE s FROM @q`: a text that is kept is run by a later statement. */
function runsLater(statements: readonly SqlStatement[], index: number): boolean {
  return statements
    .slice(index + 1, index + 6)
    .some(
      ({ tokens }) =>
        /^(?:prepare|exec|execute)$/.test(tokens[0]?.key ?? "") &&
        tokens.some(({ text }) => text.startsWith("@")),
    );
}

/** `DROP VIEW x; CREATE VIEW x …`: the text itself puts back what it drops. Data does not come back by that. */
function isMadeAgain(finding: SqlFinding, later: readonly SqlStatement[]): boolean {
  const kind = /^drop_(.+)$/.exec(finding.operation)?.[1];
  return (
    kind !== undefined &&
    finding.effects.includes("schema_migration") &&
    !finding.effects.includes("irreversible_data_deletion") &&
    later.some(
      ({ tokens }) =>
        tokens[0]?.key === "create" &&
        tokens.some(({ text }) => text.toLowerCase() === finding.object.split(".").at(-1)?.toLowerCase()),
    )
  );
}

const lost: readonly Effect[] = ["irreversible_data_deletion"];

function judgeStatement(tokens: readonly SqlToken[], context: Context): readonly SqlFinding[] {
  const first = tokens[0]?.key ?? "";
  if (first === "create" && definesRoutine(tokens)) {
    return judgeRoutine(tokens, context);
  }
  const called = first === "(" ? [] : judgeCalls(tokens, context);
  switch (first) {
    case "(":
      return judgeStatement(withoutOpening(tokens), context);
    case "explain":
      return explained(tokens, context);
    case "analyze":
      return analyzed(tokens, context);
    case "prepare":
      return [...called, ...judgeInner(behindAs(tokens), context)];
    case "with":
      return [...called, ...judgeInner(withWholeTables(tokens), context)];
    case "do":
      return [...called, ...judgeBlock(tokens), ...judgeBodies(tokens, context)];
    case "begin":
    case "declare":
    case "if":
    case "while":
      return [...called, ...judgeInner(tokens, context)];
    default:
      return [
        ...called,
        ...judgeVerb(tokens),
        ...(context.dialect === "mssql" ? judgeInner(tokens.slice(1), context) : []),
      ];
  }
}

function withoutOpening(tokens: readonly SqlToken[]): readonly SqlToken[] {
  const from = tokens.findIndex(({ key }) => key !== "(");
  return from < 0 ? [] : tokens.slice(from);
}

/** `PREPARE p (int) AS DELETE …`. */
function behindAs(tokens: readonly SqlToken[]): readonly SqlToken[] {
  const at = tokens.findIndex(({ key }) => key === "as");
  return at < 0 ? [] : tokens.slice(at + 1);
}

/** A routine or trigger is written down, not run. */
function definesRoutine(tokens: readonly SqlToken[]): boolean {
  return tokens
    .slice(1, 6)
    .some(({ key }) => /^(?:function|procedure|trigger|event|rule|package)$/.test(key));
}

/** A routine in a language that reaches out of the database is a program for its server. */
function judgeRoutine(tokens: readonly SqlToken[], context: Context): readonly SqlFinding[] {
  if (tokens[1]?.key === "event") {
    // An event is run by the server's clock.
    return judgeInner(tokens, context);
  }
  if (tokens.some(({ key }) => key === "soname")) {
    return runsLibrary(tokens[2]?.text ?? "");
  }
  const at = tokens.findLastIndex(({ key }) => key === "language");
  const language = tokens[at + 1]?.text.toLowerCase() ?? "";
  const library =
    language === "c" && tokens.some(({ kind, text }) => kind === "string" && text.includes("/"));
  return at > 0 && (library || /^pl\w+u$|^plsh$/.test(language)) ? judgeBlock(tokens) : [];
}

/** `EXPLAIN` only plans; with `ANALYZE` it runs. */
function explained(tokens: readonly SqlToken[], context: Context): readonly SqlFinding[] {
  const head = tokens.findIndex(({ key }) =>
    /^(?:delete|update|insert|merge|with|select|create|execute)$/.test(key),
  );
  const options = tokens.slice(1, head < 0 ? tokens.length : head);
  const at = options.findIndex(({ key }) => key === "analyze" || key === "analyse");
  const off = /^(?:false|off|0)$/.test(options[at + 1]?.text.toLowerCase() ?? "");
  return head < 0 || at < 0 || off ? [] : judgeStatement(tokens.slice(head), context);
}

/** `ANALYZE DELETE …` of MariaDB runs what it times. */
function analyzed(tokens: readonly SqlToken[], context: Context): readonly SqlFinding[] {
  return tokens.slice(1, 5).some(({ key }) => /^(?:delete|update)$/.test(key))
    ? judgeInner(tokens, context)
    : [];
}

/** Most verbs inside of one statement, and most findings of one text: more of them say nothing new. */
const maximumHeads = 50;

const openers = /^(?:\(|\)|;|begin|then|else|loop|do|as|end|analyze|json|exists)$/;
const inner = /^(?:delete|update|drop|truncate|merge|alter|insert)$/;

/** Verbs inside of a common table expression, a block, or a batch without semicolons. */
function judgeInner(tokens: readonly SqlToken[], context: Context): readonly SqlFinding[] {
  const findings: SqlFinding[] = [];
  let heads = 0;
  for (const [index, { key }] of tokens.entries()) {
    if (inner.test(key) && (startsHere(tokens, index) || context.dialect === "mssql")) {
      findings.push(...judgeVerb(tokens.slice(index, endOf(tokens, index))));
      heads += 1;
    }
    if (heads >= maximumHeads) {
      break;
    }
  }
  return findings;
}

function startsHere(tokens: readonly SqlToken[], index: number): boolean {
  return index === 0 || openers.test(tokens[index - 1]?.key ?? "");
}

/** Where a statement inside others ends: at the parenthesis around it or at the next semicolon. */
function endOf(tokens: readonly SqlToken[], from: number): number {
  let depth = 0;
  for (let index = from; index < tokens.length; index += 1) {
    const key = tokens[index]?.key;
    depth += key === "(" ? 1 : key === ")" ? -1 : 0;
    if (depth < 0 || (depth === 0 && key === ";")) {
      return index;
    }
  }
  return tokens.length;
}

type Judge = (tokens: readonly SqlToken[]) => readonly SqlFinding[];

/** What a statement does, by its first word. */
const verbs: ReadonlyMap<string, Judge> = new Map<string, Judge>([
  ["delete", deletes],
  ["update", updates],
  ["truncate", truncates],
  ["merge", merges],
  ["insert", inserts],
  ["purge", purges],
  ["reset", purges],
  ["shutdown", shutsDown],
  ["copy", judgeCopy],
  ["load", judgeServerFiles],
  ["unload", judgeExport],
  ["export", judgeExport],
  ["restore", restores],
  ["remove", removesFiles],
  ["rm", removesFiles],
  ["system", orders],
  ["install", installs],
  ["pragma", setsPragma],
]);

function judgeVerb(tokens: readonly SqlToken[]): readonly SqlFinding[] {
  const judge = verbs.get(tokens[0]?.key ?? "");
  return judge === undefined ? [...judgeDefinition(tokens), ...judgeRights(tokens)] : judge(tokens);
}

function truncates(tokens: readonly SqlToken[]): readonly SqlFinding[] {
  const { name } = nameAt(tokens, /^(?:table|only)$/.test(tokens[1]?.key ?? "") ? 2 : 1);
  return /^(?:\(|)$/.test(name)
    ? []
    : [{ operation: "truncate", effects: lost, object: name, because: "a table is emptied" }];
}

function inserts(tokens: readonly SqlToken[]): readonly SqlFinding[] {
  if (tokens[1]?.key === "into" && tokens[2]?.key === "function") {
    return judgeExport(tokens);
  }
  const object = nameAt(tokens, 2).name;
  return tokens[1]?.key === "overwrite"
    ? [{ operation: "overwrite", effects: lost, object, because: "every row is overwritten" }]
    : [];
}

/** `REMOVE @stage/path`. */
function removesFiles(tokens: readonly SqlToken[]): readonly SqlFinding[] {
  const object = tokens[1]?.text ?? "";
  const because = "files of a stage are deleted";
  return object.startsWith("@") ? [{ operation: "remove_files", effects: lost, object, because }] : [];
}

/** `SYSTEM DROP REPLICA`, `SYSTEM SHUTDOWN`: orders to the server itself. */
function orders(tokens: readonly SqlToken[]): readonly SqlFinding[] {
  const [, verb, what] = tokens;
  if (/^(?:shutdown|kill)$/.test(verb?.key ?? "")) {
    return shutsDown();
  }
  return verb?.key === "drop" && tokens.slice(2, 4).some(({ key }) => key === "replica")
    ? [
        {
          operation: "drop_replica",
          effects: lost,
          object: what?.text ?? "",
          because: "a replica is dropped",
        },
      ]
    : [];
}

/** `PRAGMA writable_schema = ON` lets a statement overwrite what all tables are found by. */
function setsPragma(tokens: readonly SqlToken[]): readonly SqlFinding[] {
  const because = "the list of all tables can be overwritten";
  return tokens[1]?.key === "writable_schema" && /^(?:on|1|true|yes|reset)$/i.test(tokens[3]?.text ?? "")
    ? [{ operation: "unlock_schema", effects: lost, object: "the schema", because }]
    : [];
}

function installs(tokens: readonly SqlToken[]): readonly SqlFinding[] {
  return /^(?:plugin|component)$/.test(tokens[1]?.key ?? "") ? runsLibrary(tokens[2]?.text ?? "") : [];
}

function runsLibrary(object: string): readonly SqlFinding[] {
  const because = "the database server runs code from a library";
  return [{ operation: "run_program", effects: ["remote_code_execution"], object, because }];
}

function shutsDown(): readonly SqlFinding[] {
  const because = "the server is stopped";
  return [{ operation: "shutdown", effects: ["process_kill"], object: "the server", because }];
}

/** `RESTORE DATABASE x FROM DISK = '…' WITH REPLACE`. */
function restores(tokens: readonly SqlToken[]): readonly SqlFinding[] {
  return /^(?:database|log)$/.test(tokens[1]?.key ?? "") && tokens.some(({ key }) => key === "replace")
    ? [
        {
          operation: "restore",
          effects: lost,
          object: nameAt(tokens, 2).name,
          because: "the database is overwritten by a backup",
        },
      ]
    : [];
}

/** `DELETE FROM t`, `DELETE t`, `DELETE TOP (5) FROM t`, `DELETE t FROM t JOIN u`, `DELETE c FROM t WHERE …`. */
function deletes(tokens: readonly SqlToken[]): readonly SqlFinding[] {
  const from = tokens.findIndex(({ key }) => key === "from");
  const at = from < 0 ? 1 : from + 1;
  const { name, next } = nameAt(tokens, tokens[at]?.key === "only" ? at + 1 : at);
  return name !== "" && touchesEveryRow(tokens.slice(next), name)
    ? [{ operation: "delete_all", effects: lost, object: name, because: "every row is deleted" }]
    : [];
}

function updates(tokens: readonly SqlToken[]): readonly SqlFinding[] {
  const { name } = nameAt(tokens, /^(?:only|or|low_priority|ignore)$/.test(tokens[1]?.key ?? "") ? 2 : 1);
  const set = tokens.findIndex(({ key }) => key === "set");
  const joins = tokens.slice(0, set < 0 ? 0 : set).some(({ key }) => key === "join");
  return set > 0 && !joins && touchesEveryRow(tokens.slice(set), name)
    ? [{ operation: "update_all", effects: lost, object: name, because: "every row is overwritten" }]
    : [];
}

function merges(tokens: readonly SqlToken[]): readonly SqlFinding[] {
  const unmatched = tokens.some(({ key }, index) => key === "source" && tokens[index - 1]?.key === "by");
  const removes = tokens.some(({ key }, index) => key === "delete" && tokens[index - 1]?.key === "then");
  const { name } = nameAt(tokens, tokens[1]?.key === "into" ? 2 : 1);
  return unmatched && removes
    ? [
        {
          operation: "delete_unmatched",
          effects: lost,
          object: name,
          because: "every row that the source lacks is deleted",
        },
      ]
    : [];
}

function purges(tokens: readonly SqlToken[]): readonly SqlFinding[] {
  const what = tokens[1]?.key ?? "";
  return /^(?:binary|master|recyclebin|table|replica|slave)$/.test(what)
    ? [{ operation: "purge", effects: lost, object: what, because: "what recovery needs is deleted" }]
    : [];
}

const runsText =
  /^(?:execute|exec|immediate|sp_executesql|prepare|dblink_exec|dblink|query_to_xml|do|schedule|schedule_in_database|sp_msforeachtable|run_command_on_workers)$/;

/** Functions that reach out of the database, and those that run a text as SQL. */
function judgeCalls(tokens: readonly SqlToken[], context: Context): readonly SqlFinding[] {
  const findings = judgeReach(tokens);
  return tokens.some(({ key }) => runsText.test(key)) && tokens[0]?.key !== "do" && tokens[0]?.key !== "grant"
    ? [...findings, ...judgeBodies(tokens, context)]
    : findings;
}

/** Strings of a statement that runs them. */
function judgeBodies(tokens: readonly SqlToken[], context: Context): readonly SqlFinding[] {
  if (context.level > 2) {
    return [];
  }
  return textsOf(tokens)
    .filter((text) => text.length > 5)
    .flatMap((text) =>
      judgeAll(readSql(text, context.dialect).statements, { ...context, level: context.level + 1 }),
    );
}

/** `DO` in a language that reaches out of the database. */
function judgeBlock(tokens: readonly SqlToken[]): readonly SqlFinding[] {
  const at = tokens.findIndex(({ key }) => key === "language");
  const language = tokens[at + 1]?.text.toLowerCase() ?? "plpgsql";
  return at < 0 || /^(?:plpgsql|sql)$/.test(language)
    ? []
    : [
        {
          operation: "run_program",
          effects: ["remote_code_execution"],
          object: language,
          because: "the database server runs code of a language without limits",
        },
      ];
}
