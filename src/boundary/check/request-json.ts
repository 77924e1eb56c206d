import { isJsonObject, parseJson, stringField, type JsonObject, type JsonValue } from "../../base/json.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { adapterOf } from "../hooks/registry.ts";
import { withShellInput } from "../hooks/shell-input.ts";
import type { AgentRequest, RequestPayload, ShellDialect } from "../../model/request.ts";

/** What a JSON request may leave out, from the command line. */
export interface RequestDefaults {
  readonly cwd: string;
  readonly agent: string;
  readonly shell: ShellDialect;
  readonly task?: string;
}

export interface ParsedRequest {
  readonly request: AgentRequest;
  readonly task?: string;
}

export const shellDialects: readonly ShellDialect[] = ["bash", "zsh", "sh", "powershell", "cmd"];

export function isShellDialect(text: string): text is ShellDialect {
  return (shellDialects as readonly string[]).includes(text);
}

/** The id as given, so that the asker finds its own again; `undefined` where the line has none. */
export function requestId(value: JsonValue): string | number | undefined {
  const id = isJsonObject(value) ? value["id"] : undefined;
  return typeof id === "string" || typeof id === "number" ? id : undefined;
}

/** The wire form of DESIGN.md 5. Unknown members are ignored; a wrong type or an unknown kind is an error. */
export function parseRequest(text: string): Result<JsonObject> {
  const parsed = parseJson(text);
  if (!parsed.ok) {
    return parsed;
  }
  return isJsonObject(parsed.value) ? ok(parsed.value) : err("a request must be a JSON object");
}

export function requestFromJson(
  json: JsonObject,
  defaults: RequestDefaults,
  id: string,
): Result<ParsedRequest> {
  for (const key of [
    "kind",
    "command",
    "shell",
    "path",
    "content",
    "server",
    "tool",
    "method",
    "url",
    "cwd",
    "agent",
    "task",
  ]) {
    const value = json[key];
    if (value !== undefined && typeof value !== "string") {
      return err(`\`${key}\` must be a string`);
    }
  }
  const payload = payloadFromJson(json, defaults);
  if (!payload.ok) {
    return payload;
  }
  const cwd = stringField(json, "cwd") ?? defaults.cwd;
  if (!cwd.startsWith("/") && !/^[A-Za-z]:[\\/]/.test(cwd)) {
    return err("`cwd` must be an absolute path");
  }
  const agent = stringField(json, "agent") ?? defaults.agent;
  const task = stringField(json, "task") ?? defaults.task;
  const request: AgentRequest = {
    context: {
      id,
      agent,
      conversation: "check",
      workspace: cwd,
      cwd,
      boundary: "check",
    },
    payload: withShellInput(payload.value, adapterOf(agent)?.capabilities),
  };
  return ok({ request, ...(task === undefined ? {} : { task }) });
}

function payloadFromJson(json: JsonObject, defaults: RequestDefaults): Result<RequestPayload> {
  const kind = stringField(json, "kind") ?? "shell";
  switch (kind) {
    case "shell":
      return shellPayload(json, defaults);
    case "file_read":
      return withString(json, "path", (path) => ({ kind, paths: [path], scope: "content" }));
    case "file_write":
      return withString(json, "path", (path) => {
        const content = stringField(json, "content");
        return { kind, changes: [{ path, change: "write", ...(content === undefined ? {} : { content }) }] };
      });
    case "mcp_call":
      return stringField(json, "tool") === undefined
        ? err("`tool` is missing")
        : withString(json, "server", (server) => ({
            kind,
            server,
            tool: stringField(json, "tool") ?? "",
            input: json["input"] ?? {},
          }));
    case "http":
      return httpPayload(json);
    default:
      return err(`unknown kind \`${kind}\`; use shell, file_read, file_write, mcp_call or http`);
  }
}

function shellPayload(json: JsonObject, defaults: RequestDefaults): Result<RequestPayload> {
  const shell = stringField(json, "shell") ?? defaults.shell;
  if (!isShellDialect(shell)) {
    return err(`unknown shell \`${shell}\`; use ${shellDialects.join(", ")}`);
  }
  return withString(json, "command", (command) => ({ kind: "shell", command, shell }));
}

function httpPayload(json: JsonObject): Result<RequestPayload> {
  const headers: Record<string, string> = {};
  const given = json["headers"];
  if (given !== undefined && !isJsonObject(given)) {
    return err("`headers` must be an object of strings");
  }
  for (const [name, value] of Object.entries(given ?? {})) {
    if (typeof value !== "string") {
      return err(`the header \`${name}\` must be a string`);
    }
    headers[name] = value;
  }
  const body = json["body"];
  const text = body === undefined || body === null || typeof body === "string" ? body : JSON.stringify(body);
  return withString(json, "url", (url) => ({
    kind: "http",
    method: (stringField(json, "method") ?? (typeof text === "string" ? "POST" : "GET")).toUpperCase(),
    url,
    headers,
    ...(typeof text === "string" ? { body: text } : {}),
  }));
}

function withString(
  json: JsonObject,
  key: string,
  make: (value: string) => RequestPayload,
): Result<RequestPayload> {
  const value = stringField(json, key);
  return value === undefined ? err(`\`${key}\` is missing`) : ok(make(value));
}
