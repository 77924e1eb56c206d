import { grantWords, isGrantAnswer } from "../approve/grants.ts";
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
  summary: "list what waits for a human, and which approvals hold for more than one request",
  help: `usage: signalbox approvals [--grants] [--json]
       signalbox approvals revoke GRANT [--json]

Answers are signed: in the editor, or on a terminal with a key of its own (\`signalbox approve\`).
--grants lists only the approvals that hold for more than one request; revoke takes one back.
exit codes: 0 done, 1 there is no such grant`,
  run: async (args, context) => {
    const parsed = parseOptions(args, { json: "flag", grants: "flag" });
    const [verb, ...rest] = parsed.positionals;
    if (verb === "revoke") {
      return act([...rest, ...(parsed.flags.has("json") ? ["--json"] : [])], context, revoking);
    }
    noPositionals(parsed);
    const { json } = await askBroker(context.home, "GET", "/v1/approvals");
    if (parsed.flags.has("json")) {
      printJson(context.stdout, json[parsed.flags.has("grants") ? "grants" : "approvals"] ?? []);
      return exitCodes.done;
    }
    const waiting = parsed.flags.has("grants") ? [] : objectsOf(json["approvals"]).map(approvalLine);
    const grants = objectsOf(json["grants"]).map(grantLine);
    const none = parsed.flags.has("grants")
      ? "no approval holds for more than one request"
      : "nothing waits for a human";
    print(
      context.stdout,
      [...(waiting.length + grants.length === 0 ? [none] : []), ...waiting, ...grants].join("\n"),
    );
    return exitCodes.done;
  },
};

export const killCommand: Command = {
  name: "kill",
  summary: "end a session: its agent is stopped, and every later request of it is denied",
  help: `usage: signalbox kill SESSION [--json]

SESSION is an id that \`signalbox sessions\` shows. A human reopens it: \`signalbox reopen SESSION\`.`,
  run: (args, context) => act(args, context, killing),
};

export const reopenCommand: Command = {
  name: "reopen",
  summary: "ask a human in the editor to reopen a killed session",
  help: `usage: signalbox reopen SESSION [--json]

The editor asks for confirmation; without an editor nothing is reopened.
exit codes: 0 reopened, 1 not reopened`,
  run: (args, context) => act(args, context, reopening),
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
  const lines = objectsOf(items).map((item) => listing.line(item));
  print(context.stdout, lines.length === 0 ? listing.none : lines.join("\n"));
  return exitCodes.done;
}

/** Something that is done to one thing which has a name. */
interface Deed {
  readonly path: string;
  readonly member: "session" | "grant";
  /** How it is told once it is done, where the broker says nothing. */
  readonly done: string;
}

const killing: Deed = { path: "/v1/kill", member: "session", done: "killed" };
const reopening: Deed = { path: "/v1/reopen", member: "session", done: "reopened" };
const revoking: Deed = { path: "/v1/revoke", member: "grant", done: "taken back:" };

async function act(args: readonly string[], context: CommandContext, deed: Deed): Promise<number> {
  const parsed = parseOptions(args, jsonOption);
  const name = onlyPositional(parsed, deed.member.toUpperCase());
  const { status, json } = await askBroker(context.home, "POST", deed.path, {
    [deed.member]: name,
    wait: true,
  });
  const result = stringField(json, "result");
  const done = status === 200 && (result === undefined || result === "approved");
  if (parsed.flags.has("json")) {
    printJson(context.stdout, json);
  } else {
    const message =
      stringField(json, "message") ??
      stringField(json, "error") ??
      (done ? `${deed.done} ${name}` : "it was refused");
    const remedy = stringField(json, "remedy");
    print(
      done ? context.stdout : context.stderr,
      remedy === undefined ? message : `${message}\n  help: ${remedy}`,
    );
  }
  return done ? exitCodes.done : exitCodes.failed;
}

function objectsOf(value: JsonValue | undefined): readonly JsonObject[] {
  return (Array.isArray(value) ? (value as readonly JsonValue[]) : []).filter(isJsonObject);
}

function grantLine(grant: JsonObject): string {
  const answer = stringField(grant, "answer") ?? "";
  const shown = ["id", "agent", "sessionId", "headline"].map((key) =>
    makeVisibleLine(stringField(grant, key) ?? "-"),
  );
  const until = stringField(grant, "until");
  const what = isGrantAnswer(answer) ? grantWords[answer] : "";
  return [...shown, `allowed: ${what}${until === undefined ? "" : `, until ${makeVisibleLine(until)}`}`].join(
    "  ",
  );
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
