import { isJsonObject, stringField, type JsonObject, type JsonValue } from "../base/json.ts";
import { makeVisibleLine } from "../base/visible-text.ts";
import { askBroker } from "./broker-request.ts";
import { exitCodes, print, printJson, type Command, type CommandContext } from "./command.ts";
import { noPositionals, onlyPositional, parseOptions } from "./options.ts";

const jsonOption = { json: "flag" } as const;

export const sessionsCommand: Command = {
  name: "sessions",
  summary: "list the sessions of agents: state, agent, task, workspace",
  help: `usage: signalbox sessions [--json]`,
  run: (args, context) =>
    list(args, context, { path: "/v1/sessions", member: "sessions", line: sessionLine, none: "no sessions" }),
};

export const approvalsCommand: Command = {
  name: "approvals",
  summary: "list what waits for a human",
  help: `usage: signalbox approvals [--json]

Answers are signed: in the editor, or on a terminal with a key of its own (\`signalbox approve\`).`,
  run: (args, context) =>
    list(args, context, {
      path: "/v1/approvals",
      member: "approvals",
      line: approvalLine,
      none: "nothing waits for a human",
    }),
};

export const killCommand: Command = {
  name: "kill",
  summary: "end a session: its agent is stopped, and every later request of it is denied",
  help: `usage: signalbox kill SESSION [--json]

SESSION is an id that \`signalbox sessions\` shows. A human reopens it: \`signalbox reopen SESSION\`.`,
  run: (args, context) => act(args, context, "/v1/kill"),
};

export const reopenCommand: Command = {
  name: "reopen",
  summary: "ask a human in the editor to reopen a killed session",
  help: `usage: signalbox reopen SESSION [--json]

The editor asks for confirmation; without an editor nothing is reopened.
exit codes: 0 reopened, 1 not reopened`,
  run: (args, context) => act(args, context, "/v1/reopen"),
};

interface Listing {
  readonly path: string;
  readonly member: string;
  readonly none: string;
  line(item: JsonObject): string;
}

async function list(args: readonly string[], context: CommandContext, listing: Listing): Promise<number> {
  const parsed = parseOptions(args, jsonOption);
  noPositionals(parsed);
  const { json } = await askBroker(context.home, "GET", listing.path);
  const items = json[listing.member];
  if (parsed.flags.has("json")) {
    printJson(context.stdout, items ?? []);
    return exitCodes.done;
  }
  const lines = (Array.isArray(items) ? (items as readonly JsonValue[]) : [])
    .filter(isJsonObject)
    .map((item) => listing.line(item));
  print(context.stdout, lines.length === 0 ? listing.none : lines.join("\n"));
  return exitCodes.done;
}

async function act(args: readonly string[], context: CommandContext, path: string): Promise<number> {
  const parsed = parseOptions(args, jsonOption);
  const session = onlyPositional(parsed, "SESSION");
  const { status, json } = await askBroker(context.home, "POST", path, { session, wait: true });
  const result = stringField(json, "result");
  const done = status === 200 && (result === undefined || result === "approved");
  if (parsed.flags.has("json")) {
    printJson(context.stdout, json);
  } else {
    const message =
      stringField(json, "message") ??
      stringField(json, "error") ??
      (done ? `killed ${session}` : "it was refused");
    const remedy = stringField(json, "remedy");
    print(
      done ? context.stdout : context.stderr,
      remedy === undefined ? message : `${message}\n  help: ${remedy}`,
    );
  }
  return done ? exitCodes.done : exitCodes.failed;
}

function sessionLine(session: JsonObject): string {
  const shown = ["id", "state", "agent", "task", "workspace", "lastSeenAt"].map((key) =>
    makeVisibleLine(stringField(session, key) ?? "-"),
  );
  const killed = isJsonObject(session["killed"]) ? stringField(session["killed"], "reason") : undefined;
  return [...shown, ...(killed === undefined ? [] : [makeVisibleLine(killed)])].join("  ");
}

function approvalLine(approval: JsonObject): string {
  return ["id", "agent", "sessionId", "headline", "expiresAt"]
    .map((key) => makeVisibleLine(stringField(approval, key) ?? "-"))
    .join("  ");
}
