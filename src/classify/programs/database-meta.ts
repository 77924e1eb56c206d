import { reportRead } from "../file-actions.ts";
import { knownWord } from "../shell/word.ts";
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

const shells =
  /^(?:\\!|\.(?:shell|system)\b|system\b|:?!!|!system\b|\\P\b|pager\b|\\setenv\s+(?:PSQL_)?(?:PAGER|EDITOR|WATCH_PAGER|SHELL|VISUAL)\b)\s*([\s\S]+)/i;
/** A command whose output is read: it gets nothing. */
const fetched =
  /^(?:\.(?:import|read)\b[^|]*\|\s*("[^"]*"|'[^']*'|[^"'\n]+)|\\copy\b[\s\S]*?\bfrom\s+program\s+'(?<program>(?:[^']|'')*)')/i;
/** A command that gets what the client prints. */
const pipes = /^(?:\\(?:o|out|g|gx|w|write|copy)|\.(?:output|once))\b[^|]*\|\s*("[^"]*"|'[^']*'|[^"'\n]+)/i;
const programs = /^\\copy\b[\s\S]*?\bprogram\s+'((?:[^']|'')*)'/i;
/** A file whose content becomes rows. */
const files =
  /^(?:\\copy\b[\s\S]*?\bfrom\s+(?!program|stdin|pstdin)|\\lo_import\s+|\.import\s+(?:-\S+\s+)*)('[^']+'|[^\s'|]+)/i;
const includes = /^(?:\\(?:i|ir|include|include_relative|\.)|\.read|source|:r|!source|!load)\s+(\S+)/i;

/** `\! command` of psql, `.shell command` of sqlite3, `system command` of mysql, and files that are read as SQL. */
export function judgeMeta(line: string, scope: Scope, invocation: Invocation): MetaResult {
  if (judgeCommand(line, scope, invocation)) {
    return {};
  }
  const read = files.exec(line)?.[1];
  if (read !== undefined) {
    reportRead(scope, knownWord(unquoted(read), 0, 0), invocation, `\`${invocation.program}\` reads it`);
    return {};
  }
  const object = line.slice(0, 80);
  if (/^\.(?:restore|recover)\s/i.test(line) || /^\.open\s+.*--new\b/.test(line)) {
    const because = "the database is overwritten";
    return { database: { operation: "restore", effects: ["irreversible_data_deletion"], object, because } };
  }
  if (/^\.load\s/i.test(line)) {
    const because = "the client runs code from a library";
    return { database: { operation: "load_extension", effects: ["remote_code_execution"], object, because } };
  }
  const file = includes.exec(line)?.[1];
  return file === undefined || file.startsWith("|") ? {} : { file: unquoted(file.replace(/;$/, "")) };
}

/** Judges the command that a line starts; what is handed to it is what the client itself would print. */
function judgeCommand(line: string, scope: Scope, invocation: Invocation): boolean {
  const alone =
    shells.exec(line)?.[1] ??
    importing(line) ??
    (line.startsWith("\\") ? /`([^`]+)`/.exec(line)?.[1] : undefined);
  const fed = programs.exec(line)?.[1]?.replaceAll("''", "'") ?? pipes.exec(line)?.[1];
  const command =
    alone === undefined
      ? fed === undefined
        ? undefined
        : `${invocation.program} | ${unquoted(fed)}`
      : unquoted(alone);
  if (command !== undefined) {
    scope.shell(command, invocation.program, scope.evidence(invocation));
  }
  return command !== undefined;
}

function importing(line: string): string | undefined {
  const found = fetched.exec(line);
  return found?.[1] ?? found?.groups?.["program"]?.replaceAll("''", "'");
}

/** Text without the quotes around it. */
export function unquoted(text: string): string {
  return text.trim().replace(/^(['"])([\s\S]*)\1$/, "$2");
}
