import type { Provider } from "../../catalogue/catalogue.ts";
import type { Evidence } from "../../model/action.ts";
import type { McpCallPayload } from "../../model/request.ts";
import { toAction } from "../report.ts";
import type { Scope } from "../scope.ts";
import { judgeSql } from "../sql.ts";
import { fieldsOf, textsIn } from "./mcp-arguments.ts";

/** What the SQL of a tool's arguments does: `none` where there is none. */
export type SqlAccess = "read" | "change" | "none";

const sqlNames = /^(?:sql(?:_?(?:query|statements?|text))?|statements?|queries|ddl|dml)$/i;
const maybeNames = /^(?:query|q|text|input|body|command|script|code)$/i;

/** Tools that take a question of a human, which may well speak of dropping tables. */
const asking =
  /(?:^|_)(?:search|docs?|documentation|ask|web|find|library|question|thinking|knowledge)(?:_|$)/;

const statement =
  /^\s*(?:(?:--[^\n]*\n|\/\*[\s\S]{0,2000}?\*\/)\s*)*\(?\s*(?:select|insert|update|delete|drop|truncate|alter|create|grant|revoke|merge|with|copy|do|call|exec(?:ute)?|begin|commit|rollback|start|set|reset|replace|vacuum|reindex|explain|show|describe|desc|pragma|use|attach|detach|analyze|optimize|values|table)\b/i;

const reading =
  /^\s*(?:\(\s*)*(?:select|with|explain|show|describe|desc|pragma\s+\w+\s*(?:\([^()]*\))?\s*$|values|table)\b/i;

/** Judges SQL that a tool is told to run, by whatever name the tool goes. `tool` is in snake case. */
export function judgeMcpSql(
  payload: McpCallPayload,
  tool: string,
  at: { readonly provider: Provider | undefined; readonly scope: Scope; readonly evidence: Evidence },
): SqlAccess {
  const texts = sqlOf(payload, tool);
  if (texts.length === 0) {
    return "none";
  }
  const { scope, evidence, provider } = at;
  const name = provider?.name ?? storeOf(`${payload.server} ${tool}`);
  let harmless = true;
  for (const finding of judgeSql(texts.join(";\n")).findings) {
    harmless = false;
    scope.emit(
      toAction(
        {
          action: `${name}:${finding.operation}`,
          effects: finding.effects,
          target: placed(payload, finding.object),
          because: `the tool \`${payload.tool}\` of \`${payload.server}\`: ${finding.because}`,
          // Databases of a provider are elsewhere; where a server of one's own leads is not known.
          reach: provider === undefined ? "local" : "remote",
        },
        evidence,
      ),
    );
  }
  return harmless && texts.every(onlyReads) ? "read" : "change";
}

function sqlOf(payload: McpCallPayload, tool: string): readonly string[] {
  const asks = asking.test(tool);
  return fieldsOf(payload.input).flatMap(([name, value]) =>
    sqlNames.test(name) || (maybeNames.test(name) && !asks)
      ? textsIn(value).filter((text) => statement.test(text))
      : [],
  );
}

/** Every statement begins with a word that only reads; a `WITH` that changes rows has been found before. */
function onlyReads(text: string): boolean {
  return text
    .replaceAll(/--[^\n]*|\/\*[\s\S]*?\*\//g, " ")
    .split(";")
    .filter((part) => part.trim() !== "")
    .every(
      (part) => reading.test(part) && !/\b(?:insert|update|delete|merge|into|for\s+update)\b/i.test(part),
    );
}

function storeOf(text: string): string {
  const found = /postgres|mysql|sqlite/i.exec(text);
  return found === null ? "sql" : found[0].toLowerCase();
}

const production = /(?:^|[^a-z])(?:prod|prd|production|live)(?:$|[^a-z])/i;

/** What names the place may say that it is production: the server, the database. */
function placed(
  payload: McpCallPayload,
  object: string,
): { readonly display: string; readonly resource: string; readonly environment?: string } {
  const names = [
    payload.server,
    ...fieldsOf(payload.input).flatMap(([name, value]) =>
      /^(?:database|db|environment|env|branch|connection|host)/i.test(name) ? textsIn(value) : [],
    ),
  ];
  return names.some((name) => production.test(name))
    ? { display: `${object} in production`, resource: object, environment: "production" }
    : { display: object, resource: object };
}
