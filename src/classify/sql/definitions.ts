import type { Effect } from "../../model/effect.ts";
import { touchesEveryRow } from "./conditions.ts";
import type { SqlFinding } from "./finding.ts";
import { nameAt } from "./names.ts";
import type { SqlToken } from "./tokens.ts";

const lost: readonly Effect[] = ["irreversible_data_deletion"];

/** What holds data, by the word behind `DROP`. Everything else that can be dropped is a definition. */
const holdsData =
  /^(?:database|schema|keyspace|catalog|table|tablespace|collection|dictionary|stage|column|share|storage|bucket|stream)$/;
const modifiers =
  /^(?:foreign|external|temporary|materialized|transient|unique|columnfamily|text|aggregate|event|access|operator|snapshot|global|local|public|large|owned|if|virtual|row)$/;

/** Statements about what the database holds: `DROP`, `ALTER`, `CREATE OR REPLACE`. */
export function judgeDefinition(tokens: readonly SqlToken[]): readonly SqlFinding[] {
  switch (tokens[0]?.key) {
    case "drop":
      return drops(tokens);
    case "alter":
      return alters(tokens);
    case "create":
      return creates(tokens);
    case "detach":
      return detaches(tokens);
    case "undrop":
    case "rename":
      return [
        {
          operation: "alter",
          effects: ["schema_migration"],
          object: nameAt(tokens, 2).name,
          because: "the schema changes",
        },
      ];
    default:
      return [];
  }
}

/** `DETACH TABLE t PERMANENTLY` of ClickHouse; a detached table is there again after a restart, this one is not. */
function detaches(tokens: readonly SqlToken[]): readonly SqlFinding[] {
  const forGood = tokens.some(({ key }) => key === "permanently");
  return [
    {
      operation: "detach",
      effects: forGood ? ["schema_migration", "system_modification"] : ["schema_migration"],
      object: nameAt(tokens, 2).name,
      because: "a table or database is put out of use",
    },
  ];
}

function drops(tokens: readonly SqlToken[]): readonly SqlFinding[] {
  let at = 1;
  while (modifiers.test(tokens[at]?.key ?? "") && tokens[at + 1]?.kind === "word") {
    at += 1;
  }
  const kind = tokens[at]?.key ?? "";
  const modifier = tokens[1]?.key ?? "";
  if (/^temp(?:orary)?$/.test(modifier) || /^(?:prepare|statistics|work|cache|)$/.test(kind)) {
    return [];
  }
  const object = nameAt(tokens, at + 1).name || kind;
  if (modifier === "owned") {
    const effects: readonly Effect[] = ["irreversible_data_deletion", "privilege_change"];
    return [{ operation: "drop_owned", effects, object, because: "everything that a role owns is dropped" }];
  }
  if (/^(?:user|role|login|group)$/.test(kind)) {
    const because = "an account of the database is dropped";
    return [{ operation: "drop_role", effects: ["privilege_change"], object, because }];
  }
  return [dropped(kind, object, modifier !== "materialized" && tokens.some(({ key }) => key === "cascade"))];
}

function dropped(kind: string, object: string, cascades: boolean): SqlFinding {
  const whole = /^(?:database|schema|keyspace|catalog)$/.test(kind);
  return {
    operation: whole ? "drop_database" : `drop_${kind === "columnfamily" ? "table" : kind}`,
    effects: holdsData.test(kind) || cascades ? lost : ["schema_migration", "system_modification"],
    object,
    because: whole ? "a whole database or schema is dropped" : `a ${kind} is dropped`,
  };
}

/** What `ALTER TABLE … DROP` may name without losing data. */
const droppedDefinition =
  /^(?:constraint|index|key|primary|foreign|check|default|not|identity|expression|statistics|trigger|row|policy|tag|masking|search|projection|comment|unique|ttl)$/;

function alters(tokens: readonly SqlToken[]): readonly SqlFinding[] {
  const at = tokens[1]?.key === "foreign" || tokens[1]?.key === "materialized" ? 2 : 1;
  const kind = tokens[at]?.key ?? "";
  if (kind === "table" || kind === "columnfamily") {
    return altersTable(tokens, at + 1);
  }
  if (/^(?:user|role|login|group|default)$/.test(kind)) {
    return [];
  }
  if (kind === "database" || kind === "system" || kind === "server" || kind === "account") {
    return [altersServer(tokens, kind, at)];
  }
  return [
    {
      operation: "alter",
      effects: ["schema_migration"],
      object: nameAt(tokens, at + 1).name || kind,
      because: "the schema changes",
    },
  ];
}

/** Settings of a database are its owner's; those of the server, and what puts a database out of use, are everybody's. */
function altersServer(tokens: readonly SqlToken[], kind: string, at: number): SqlFinding {
  const stops = tokens.some(({ key }) =>
    /^(?:offline|emergency|single_user|restricted_user|immediate)$/.test(key),
  );
  return {
    operation: "alter_database",
    effects: kind === "database" && !stops ? ["infrastructure_change"] : ["system_modification"],
    object: nameAt(tokens, at + 1).name || kind,
    because: stops ? "the database is put out of use" : "the database itself is changed",
  };
}

function altersTable(tokens: readonly SqlToken[], from: number): readonly SqlFinding[] {
  const { name, next } = nameAt(tokens, from);
  for (let index = next; index < tokens.length; index += 1) {
    const key = tokens[index]?.key ?? "";
    const starts = index === next || tokens[index - 1]?.key === ",";
    const behind = tokens[index + 1]?.key ?? "";
    if (starts && key === "drop" && !droppedDefinition.test(behind)) {
      const what = /^(?:partition|part|detached)$/.test(behind) ? "partition" : "column";
      return [
        {
          operation: `drop_${what}`,
          effects: ["irreversible_data_deletion", "schema_migration"],
          object: name,
          because: `a ${what} is dropped with its data`,
        },
      ];
    }
    if (starts && empties(tokens.slice(index, index + longestClause), name)) {
      return [{ operation: "truncate", effects: lost, object: name, because: "rows of a table are deleted" }];
    }
  }
  return [altersOtherwise(name, tokens.slice(next))];
}

/** Words of one clause that are looked at: a statement may have thousands of them. */
const longestClause = 64;

/** What `ALTER TABLE` does to rows: `TRUNCATE PARTITION`, `DELETE WHERE`, `UPDATE … WHERE 1`, `CLEAR COLUMN`. */
function empties(tokens: readonly SqlToken[], table: string): boolean {
  const behind = tokens[1]?.key;
  switch (tokens[0]?.key) {
    case "truncate":
      return true;
    case "delete":
      return behind === "where";
    case "update":
      return touchesEveryRow(tokens, table);
    case "clear":
      return behind === "column";
    default:
      return false;
  }
}

/** `DISABLE ROW LEVEL SECURITY` opens every row; the rest changes the schema. */
function altersOtherwise(object: string, tail: readonly SqlToken[]): SqlFinding {
  const at = tail.findIndex(({ key }, index) => key === "row" && tail[index + 1]?.key === "level");
  return at > 0 && tail[at - 1]?.key === "disable"
    ? {
        operation: "disable_row_security",
        effects: ["privilege_change"],
        object,
        because: "everybody may read and write all rows again",
      }
    : { operation: "alter_table", effects: ["schema_migration"], object, because: "the schema changes" };
}

/** `CREATE OR REPLACE TABLE` drops what was there. */
function creates(tokens: readonly SqlToken[]): readonly SqlFinding[] {
  const replaces = tokens[1]?.key === "or" && tokens[2]?.key === "replace";
  const at = replaces ? 3 : 1;
  const kinds = tokens.slice(at, at + 3).map(({ key }) => key);
  if (
    /^temp(?:orary)?$/.test(kinds[0] ?? "") ||
    kinds.some((key) => /^(?:role|user|login|group)$/.test(key))
  ) {
    return [];
  }
  if (
    kinds.some((key) => /^(?:language|extension)$/.test(key)) &&
    tokens.some(({ text }) => /^"?pl(?:python|perl|sh|java|r)\w*u?"?$/i.test(text) && /u$|sh$/i.test(text))
  ) {
    return [
      {
        operation: "run_program",
        effects: ["remote_code_execution"],
        object: tokens.at(-1)?.text ?? "",
        because: "the database learns to run programs",
      },
    ];
  }
  const kind = kinds.find((key) => /^(?:table|database|schema|view|index|catalog)$/.test(key));
  if (kind === undefined) {
    return [];
  }
  const { name } = nameAt(tokens, at + kinds.indexOf(kind) + 1);
  return replaces && kind !== "view" && kind !== "index"
    ? [
        {
          operation: `replace_${kind}`,
          effects: lost,
          object: name,
          because: `what the ${kind} held is replaced`,
        },
      ]
    : [
        {
          operation: `create_${kind}`,
          effects: ["schema_migration"],
          object: name,
          because: "the schema changes",
        },
      ];
}
