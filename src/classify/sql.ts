import type { Effect } from "../model/effect.ts";

/** What one SQL statement does, as far as it can hurt. */
export interface SqlFinding {
  /** `drop_table`, `truncate`, `delete_all`, … */
  readonly operation: string;
  readonly effects: readonly Effect[];
  /** What it is done to: a table, a database. */
  readonly object: string;
  readonly because: string;
}

/** Statements of any dialect that delete, change the schema, or run programs. Reading needs no finding. */
export function judgeSql(text: string): readonly SqlFinding[] {
  const findings: SqlFinding[] = [];
  for (const statement of statements(text)) {
    const finding = judgeStatement(statement);
    if (finding !== undefined) {
      findings.push(finding);
    }
  }
  return findings;
}

const maximumSql = 64 * 1024;

/** Statements without comments; strings are emptied, except that `DO` blocks and `EXECUTE` strings are read as well. */
function statements(text: string): readonly string[] {
  const source = text.slice(0, maximumSql);
  const bodies: string[] = [];
  const clean = source.replace(tokens, (token, _tag: string | undefined, dollarBody: string | undefined) => {
    if (token.startsWith("--") || token.startsWith("#") || token.startsWith("/*")) {
      return token.startsWith("/*!") ? token.slice(3, -2).replace(/^\d+/, "") : " ";
    }
    if (dollarBody !== undefined) {
      bodies.push(dollarBody);
      return "''";
    }
    if (token.startsWith("'")) {
      bodies.push(token.slice(1, -1).replaceAll("''", "'"));
      return "''";
    }
    return token;
  });
  const executes = /\b(?:do|execute|exec|sp_executesql|prepare)\b/i.test(clean);
  const own = clean.split(/;|\\g\b|\n\s*go\s*\n/i);
  return executes ? [...own, ...bodies.flatMap((body) => body.split(";"))] : own;
}

const tokens = /--[^\n]*|\/\*[\s\S]*?\*\/|\$(\w*)\$([\s\S]*?)\$\1\$|'(?:[^'\\]|''|\\.)*'/g;

interface Pattern {
  readonly operation: string;
  readonly pattern: RegExp;
  readonly effects: readonly Effect[];
  readonly because: string;
}

const name = String.raw`((?:if\s+exists\s+)?(?:only\s+)?[\w."\x60\[\]$-]+)`;
const lost: readonly Effect[] = ["irreversible_data_deletion"];

const patterns: readonly Pattern[] = [
  {
    operation: "drop_database",
    pattern: new RegExp(String.raw`\bdrop\s+(?:database|schema|keyspace|catalog)\s+${name}`, "i"),
    effects: lost,
    because: "a whole database or schema is dropped",
  },
  {
    operation: "drop_table",
    pattern: new RegExp(
      String.raw`\bdrop\s+(?:(?:foreign|external|temporary|materialized)\s+)*(?:table|view|collection|tablespace|dictionary)\s+${name}`,
      "i",
    ),
    effects: lost,
    because: "a table is dropped",
  },
  {
    operation: "drop_owned",
    pattern: /\bdrop\s+(?:owned\s+by|user|role)\s+(\S+)/i,
    effects: ["irreversible_data_deletion", "privilege_change"],
    because: "a role and what it owns is dropped",
  },
  {
    operation: "truncate",
    pattern: new RegExp(String.raw`\btruncate\s+(?:table\s+)?${name}`, "i"),
    effects: lost,
    because: "a table is emptied",
  },
  {
    operation: "drop_column",
    pattern: new RegExp(
      String.raw`\balter\s+table\s+${name}[\s\S]*?\bdrop\s+(?:column\s+|partition\s+)?\w`,
      "i",
    ),
    effects: ["irreversible_data_deletion", "schema_migration"],
    because: "a column is dropped with its data",
  },
  {
    operation: "detach",
    pattern: /\balter\s+(?:system|database|user|role)\s+(\S+)/i,
    effects: ["infrastructure_change"],
    because: "the database itself is changed",
  },
  {
    operation: "run_program",
    pattern:
      /\bcopy\b[\s\S]*?\b(?:to|from)\s+(program)\b|\b(xp_cmdshell|lo_export|pg_read_file|pg_write_file|load_extension|sys_exec)\b|\binto\s+(outfile|dumpfile)\b/i,
    effects: ["remote_code_execution"],
    because: "the database runs a program or writes a file",
  },
  {
    operation: "grant",
    pattern: /\bgrant\s+(?:all|superuser|\w+)\b[\s\S]*?\bto\s+(\S+)/i,
    effects: ["privilege_change"],
    because: "rights are given",
  },
];

function judgeStatement(statement: string): SqlFinding | undefined {
  const text = statement.trim();
  if (text === "" || text.length < 4) {
    return undefined;
  }
  if (
    /^(?:create\s+(?:or\s+replace\s+)?(?:function|procedure|trigger)|comment|show|describe|\\d)/i.test(text)
  ) {
    return undefined;
  }
  if (/^explain\b(?!\s+(?:\(?\s*analy[sz]e))/i.test(text)) {
    return undefined;
  }
  for (const { operation, pattern, effects, because } of patterns) {
    const match = pattern.exec(text);
    if (match !== null) {
      return {
        operation,
        effects,
        because,
        object: (match.slice(1).find((group) => group !== undefined) ?? operation).replace(
          /^(?:if\s+exists|only)\s+/i,
          "",
        ),
      };
    }
  }
  return withoutCondition(text);
}

/** `DELETE` and `UPDATE` of every row, also inside a common table expression. */
function withoutCondition(text: string): SqlFinding | undefined {
  const deletes = /\bdelete\s+from\s+(?:only\s+)?([\w."`[\]$-]+)([\s\S]*)$/i.exec(text);
  if (deletes !== null && everyRow(deletes[2] ?? "")) {
    return {
      operation: "delete_all",
      effects: lost,
      because: "every row is deleted",
      object: deletes[1] ?? "",
    };
  }
  const updates = /(?:^|\bas\s*\(\s*|\)\s*)update\s+(?:only\s+)?([\w."`[\]$-]+)\s+set\b([\s\S]*)$/i.exec(
    text,
  );
  if (updates !== null && everyRow(updates[2] ?? "")) {
    return {
      operation: "update_all",
      effects: lost,
      because: "every row is overwritten",
      object: updates[1] ?? "",
    };
  }
  return undefined;
}

function everyRow(tail: string): boolean {
  const where = /\bwhere\b([\s\S]*)/i.exec(tail)?.[1];
  return where === undefined
    ? !/\blimit\s+\d+/i.test(tail)
    : /^\s*(?:\(?\s*(?:1\s*=\s*1|true|not\s+false|''\s*=\s*''|1)\s*\)?)\s*(?:;|$|returning\b|\))/i.test(
        where,
      );
}
