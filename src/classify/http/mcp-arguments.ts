import { isRecord } from "../../catalogue/arguments.ts";
import { snakeCase, verbOf } from "../../catalogue/names.ts";
import type { Evidence } from "../../model/action.ts";
import type { McpCallPayload } from "../../model/request.ts";
import type { Scope } from "../scope.ts";
import { classifyHttpPayload } from "./classify-call.ts";

/** What the arguments of a tool say about it, whatever its name says. `undefined` where they say nothing. */
export type ArgumentVerb = "change" | undefined;

const actionNames = /^(?:action|operation|op|verb|mode|subcommand|command|method)$/i;

/**
 * A tool called `get_status` may take `{action: "delete"}` or `{method: "DELETE"}`: what it is told to do counts. Only
 * single words are looked at, as texts are for people.
 */
export function verbOfArguments(input: unknown): ArgumentVerb {
  for (const [name, value] of fieldsOf(input)) {
    if (actionNames.test(name) && typeof value === "string" && /^[\w-]{2,40}$/.test(value)) {
      const verb = verbOf(value.replaceAll("-", "_").toLowerCase());
      if (verb === "delete" || verb === "change") {
        return "change";
      }
    }
  }
  return undefined;
}

const addressNames = /^(?:url|uri|href|endpoint|address|link)s?$/i;

/** Judges the addresses that a tool is told to fetch like requests of the agent's own. True where there were any. */
export function judgeAddresses(payload: McpCallPayload, scope: Scope): boolean {
  const fields = fieldsOf(payload.input);
  const method = fields.find(([name]) => /^method$/i.test(name))?.[1];
  let found = false;
  for (const [name, value] of fields) {
    for (const url of addressNames.test(name) ? textsIn(value) : []) {
      if (/^https?:\/\//i.test(url)) {
        found = true;
        classifyHttpPayload(
          {
            kind: "http",
            method: typeof method === "string" && method !== "" ? method : "GET",
            url,
            headers: {},
          },
          scope,
        );
      }
    }
  }
  return found;
}

/** Command-line tools that a server hands its text to as it is: the text then tells all there is to tell. */
const lineTools =
  /^(?:aws|gcloud|gsutil|bq|az|kubectl|helm|terraform|tofu|pulumi|docker|podman|gh|glab|git|railway|vercel|flyctl|fly|heroku|netlify|wrangler|doctl|supabase|neonctl|psql|redis-cli|mongosh|stripe|vault)(?:\s|$)/;

/** `execute_terraform_command`, `run_gcloud`, `pulumi_cli_up`, `fly_apps_destroy`: a program, and words of its command. */
const namedProgram =
  /^(?:(?:run|execute|exec|call|invoke|use)_)?(aws|gcloud|az|terraform|terragrunt|tofu|pulumi|heroku|flyctl|fly|vercel|railway|wrangler|doctl)(?:_(?:command|cmd|cli))?((?:_[a-z]+)*)$/;

/** What servers put behind commands that would wait for an answer: nobody is there to give it. */
const unattended: ReadonlyMap<string, string> = new Map([
  ["pulumi up", " --yes"],
  ["terraform apply", " -auto-approve"],
  ["tofu apply", " -auto-approve"],
]);

/**
 * The command line that a tool stands for by its name, with what it is given: `{command: "destroy"}` of
 * `ExecuteTerraformCommand`. Undefined where the name is no program's.
 */
function lineOfName(payload: McpCallPayload, tool: string): string | undefined {
  const fields = new Map(fieldsOf(payload.input));
  const text = (...names: readonly string[]): string =>
    names.flatMap((name) => textsIn(fields.get(name))).find((value) => /^[\w.:@/-]+$/.test(value)) ?? "";
  const service = text("service_name", "serviceName", "service");
  const operation = text("operation_name", "operationName", "operation");
  if (tool === "use_aws" && service !== "" && operation !== "") {
    return `aws ${service} ${snakeCase(operation).replaceAll("_", "-")}`;
  }
  const type = text("resource_type", "resourceType");
  if (/^(?:delete|update|create)_resource$/.test(tool) && type.startsWith("AWS::")) {
    return `aws cloudcontrol ${tool.replace("_", "-")} --type-name ${type} --identifier ${text("identifier") || "x"}`;
  }
  const [, program, words = ""] = namedProgram.exec(tool) ?? [];
  const given = ["command", "cmd", "args", "arguments"]
    .flatMap((name) => textsIn(fields.get(name)))
    .join(" ");
  // A tool that is called after a command of the program (`fly-apps-destroy`) stands for it, where the program takes such words.
  if (program === undefined || (words === "" ? given === "" : !/^(?:fly|flyctl|pulumi)$/.test(program))) {
    return undefined;
  }
  const named =
    words === "" ? given : `${words.slice(1).replaceAll("_", " ")} ${text("app", "id", "name", "stack")}`;
  const line = given.startsWith(`${program} `) ? given : `${program} ${named}`;
  return `${line}${unattended.get(/^\w+ \w+/.exec(line)?.[0] ?? "") ?? ""}`;
}

/** A text that is a whole command line of a known tool (`{cli_command: "aws s3 ls"}`). True where one was judged. */
export function judgeCommandLines(payload: McpCallPayload, scope: Scope, evidence: Evidence): boolean {
  const line = lineOfName(payload, snakeCase(payload.tool));
  if (line !== undefined) {
    scope.shell(line, `the tool \`${payload.tool}\``, evidence);
    return true;
  }
  let found = false;
  for (const [name, value] of fieldsOf(payload.input)) {
    for (const text of /command|cmd|^args$/i.test(name) ? textsIn(value) : []) {
      if (lineTools.test(text)) {
        found = true;
        scope.shell(text, `the tool \`${payload.tool}\``, evidence);
      }
    }
  }
  return found;
}

/** Fields of the input and of one object in it (`{params: {sql: …}}`), bounded. */
export function fieldsOf(input: unknown): readonly (readonly [string, unknown])[] {
  if (!isRecord(input)) {
    return [];
  }
  const fields: (readonly [string, unknown])[] = Object.entries(input);
  const inner = fields.flatMap(([, value]) => (isRecord(value) ? Object.entries(value) : []));
  return [...fields, ...inner].slice(0, 200);
}

/** A text, or the texts of a list. */
export function textsIn(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value.slice(0, 100) : [value];
  return list.filter((item): item is string => typeof item === "string" && item !== "");
}
