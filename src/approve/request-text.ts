import { assertNever } from "../base/result.ts";
import type { RequestPayload } from "../model/request.ts";

/** A request as a human reads it: the command itself, or the tool with what it was given. Secrets are still in it. */
export function requestText(payload: RequestPayload): string {
  switch (payload.kind) {
    case "shell":
      return payload.command;
    case "file_read":
      return `${readWord[payload.scope]} ${payload.paths.join(", ")}`;
    case "file_write":
      return payload.changes.map(({ change, path }) => `${change} ${path}`).join("\n");
    case "mcp_call":
      return `${payload.server} ${payload.tool} ${JSON.stringify(payload.input) ?? ""}`;
    case "http":
      return `${payload.method} ${[payload.url, ...(payload.moreUrls ?? [])].join("\n")}${payload.body === undefined ? "" : `\n${payload.body}`}`;
    case "prompt":
      return payload.text;
    case "session_start":
      return "start of the session";
    case "session_end":
      return "end of the session";
    case "tool":
      return `${payload.tool} ${JSON.stringify(payload.input) ?? ""}`;
    case "internal":
      return payload.tool;
    default:
      return assertNever(payload);
  }
}

const readWord = { content: "read", list: "list", search: "search" } as const;
