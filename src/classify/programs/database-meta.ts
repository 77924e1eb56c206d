import type { SqlFinding } from "../sql/finding.ts";
import type { Scope } from "../scope.ts";
import type { Invocation } from "../shell/invocation.ts";

/** What a line for the client itself leads to. */
export interface MetaResult {
  /** A file of SQL that it includes. */
  readonly file?: string;
  /** What it does to the database without SQL. */
  readonly database?: SqlFinding;
}

const shells = /^(?:\\!|\.(?:shell|system)\b|system\b|:?!!|!system\b|\\P\b|pager\b)\s*([\s\S]+)/i;
const pipes = /^(?:\\(?:o|out|g|gx|w|write|copy)|\.(?:output|once|import|read))\b[^|]*\|\s*([^"'\n]+)/i;
const programs = /^\\copy\b[\s\S]*?\bprogram\s+'((?:[^']|'')*)'/i;
const includes = /^(?:\\(?:i|ir|include|include_relative|\.)|\.read|source|:r|!source|!load)\s+(\S+)/i;

/** `\! command` of psql, `.shell command` of sqlite3, `system command` of mysql, and files that are read as SQL. */
export function judgeMeta(line: string, scope: Scope, invocation: Invocation): MetaResult {
  const command =
    shells.exec(line)?.[1] ??
    programs.exec(line)?.[1]?.replaceAll("''", "'") ??
    pipes.exec(line)?.[1] ??
    (line.startsWith("\\") ? /`([^`]+)`/.exec(line)?.[1] : undefined);
  if (command !== undefined) {
    scope.shell(unquoted(command), invocation.program, scope.evidence(invocation));
    return {};
  }
  if (/^\.(?:restore|recover)\s/i.test(line) || /^\.open\s+.*--new\b/.test(line)) {
    return {
      database: {
        operation: "restore",
        effects: ["irreversible_data_deletion"],
        object: line.slice(0, 80),
        because: "the database is overwritten",
      },
    };
  }
  if (/^\.load\s/i.test(line)) {
    return {
      database: {
        operation: "load_extension",
        effects: ["remote_code_execution"],
        object: line.slice(0, 80),
        because: "the client runs code from a library",
      },
    };
  }
  const file = includes.exec(line)?.[1];
  return file === undefined || file.startsWith("|") ? {} : { file: unquoted(file.replace(/;$/, "")) };
}

/** Text without the quotes around it. */
export function unquoted(text: string): string {
  return text.trim().replace(/^(['"])([\s\S]*)\1$/, "$2");
}
