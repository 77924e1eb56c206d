import type { Classification } from "../model/action.ts";
import type { Lookups } from "../model/lookups.ts";
import type { AgentRequest, RequestPayload } from "../model/request.ts";
import { assertNever } from "../base/result.ts";
import type { Catalogue } from "../catalogue/load.ts";
import { unseenInput } from "./shell/consoles.ts";
import { RequestScope } from "./request-scope.ts";
import { LimitError } from "./shell/machine.ts";
import { maximumText } from "./shell/play.ts";
import { whyMalformed } from "./shell/malformed.ts";
import { judgeForeignShell } from "./shell/foreign.ts";
import { inherited } from "./shell/word.ts";
import { judgeFileRead, judgeFileWrite, judgeHttp, judgeMcp, judgePrompt, judgeTool } from "./tools.ts";

/**
 * Says what a request would do, as actions. Pure and synchronous; never throws on input.
 *
 * INVARIANT: what could not be found out is an action with the effect `opaque`, so that it can never pass by itself.
 */
export function classify(request: AgentRequest, catalogue: Catalogue, lookups: Lookups): Classification {
  const scope = new RequestScope(request, catalogue, lookups);
  try {
    judge(request.payload, scope);
  } catch (error) {
    const because = LimitError.is(error)
      ? error.message
      : error instanceof RangeError
        ? "it is nested too deeply"
        : `a defect of Signalbox (${error instanceof Error ? error.name : "unknown"})`;
    scope.opaque(because, wholeRequest(request.payload));
  }
  return { actions: scope.actions, inputs: scope.inputs };
}

function judge(payload: RequestPayload, scope: RequestScope): void {
  switch (payload.kind) {
    case "shell":
      judgeShell(payload, scope);
      return;
    case "file_read":
      judgeFileRead(payload, scope);
      return;
    case "file_write":
      judgeFileWrite(payload, scope);
      return;
    case "mcp_call":
      judgeMcp(payload, scope);
      return;
    case "http": {
      const { moreUrls = [], ...first } = payload;
      for (const url of [first.url, ...moreUrls]) {
        judgeHttp({ ...first, url }, scope);
      }
      return;
    }
    case "prompt":
      judgePrompt(payload, scope);
      return;
    case "tool":
      judgeTool(payload, scope);
      return;
    case "internal":
    case "session_start":
    case "session_end":
      return;
    default:
      assertNever(payload);
  }
}

function judgeShell(payload: Extract<RequestPayload, { kind: "shell" }>, scope: RequestScope): void {
  const { command, shell } = payload;
  if (command.length > maximumText) {
    scope.opaque(`it is longer than ${maximumText / 1024} kB, which is not parsed`, wholeRequest(payload));
    return;
  }
  if (command.includes("\0")) {
    scope.opaque("it holds a NUL character, behind which shells differ", wholeRequest(payload));
  }
  if (shell === "powershell" || shell === "cmd") {
    judgeForeignShell(command, shell, scope);
    return;
  }
  const malformed = whyMalformed(command);
  if (malformed !== undefined) {
    scope.opaque(malformed, wholeRequest(payload));
  }
  const text = command.charCodeAt(0) === 0xfeff ? command.slice(1) : command;
  const stdin = payload.input === "unseen" ? unseenInput : inherited;
  scope.player.text(text.replaceAll("\r\n", "\n"), { stdin, via: "the request", wanted: false });
}

function wholeRequest(payload: RequestPayload): { start: number; end: number; text: string } {
  const text = payload.kind === "shell" ? payload.command : payload.kind;
  return { start: 0, end: text.length, text: text.slice(0, 200) };
}
