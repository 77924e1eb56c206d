import { canonicalJson } from "../base/json.ts";
import type { Outcome } from "../model/outcome.ts";
import type { RequestPayload } from "../model/request.ts";
import { digestOf } from "../record/digest.ts";

/** A tool call that was decided. */
interface DecidedCall {
  readonly sessionId: string;
  readonly agent: string;
  readonly essence: string;
  /** Whose own input it has, where it is no action that we know. */
  readonly tool: string | undefined;
  readonly callId: string | undefined;
  readonly effect: Outcome["effect"];
  /** Id of the request that was decided. */
  readonly requestId: string;
  /** The command line, as long as the call is one of the session's latest. */
  line: string | undefined;
  /** Files whose content the decision knew to enter the agent's context. */
  readonly reads: readonly string[];
  /** In ms, monotonic. */
  readonly at: number;
  /** How often each hook told of it before it ran. */
  readonly told: Map<string, number>;
  /** How often each hook told that it ran, and when the last one did. */
  readonly ran: Map<string, number>;
  ranAt: number | undefined;
}

export interface ReportedCall {
  readonly sessionId: string;
  readonly agent: string;
  readonly payload: RequestPayload;
  readonly callId: string | undefined;
  /** Which hook tells: the agent's name of the event, and whose hook file made it call us. */
  readonly source: string;
  /** The agent calls it a failure: a denial looks like that, too. */
  readonly failed: boolean;
}

/**
 * What a report says. `expected`: a call that was let pass, for the first time; `again`: the same once more, by another hook.
 * `stopped`: it ran although it had been stopped. `changed`: something else ran under the id of a call that was let pass.
 * `undecided`: nobody asked. `denial`: a call that was stopped failed, as it should.
 */
export type ReportMeaning =
  | { readonly kind: "expected" | "again"; readonly requestId: string; readonly reads: readonly string[] }
  | { readonly kind: "denial" }
  | Gap;

/** Something ran that nobody had let. */
export type Gap =
  | { readonly kind: "stopped" | "changed"; readonly requestId: string }
  | { readonly kind: "undecided" };

/** Calls that are remembered of one session, and sessions that are remembered. */
const callLimit = 2000;
/** Calls of one session whose command lines are kept. */
const lineLimit = 50;
const sessionLimit = 500;
/** One run may be told by several hooks, one after the other, within this time in ms. */
const twinMs = 2000;
/** How long a call that a sub-agent's session asked about may run under another one's name, in ms. */
const otherSessionMs = 10 * 60_000;

/** What a call does, without what agents write in different ways before and after it. */
export function essenceOf(payload: RequestPayload): string {
  return digestOf(canonicalJson(essential(payload)));
}

/** Matches what ran with what was decided. Ids of calls tell it where both have one, else the action and its order. */
export class Executions {
  private readonly sessions = new Map<string, DecidedCall[]>();
  private readonly now: () => number;

  /** `now` in ms, monotonic. */
  constructor(now: () => number) {
    this.now = now;
  }

  /** A decision on a call that can run. */
  decided(call: Omit<ReportedCall, "failed"> & Pick<DecidedCall, "effect" | "requestId" | "reads">): void {
    const { sessionId, agent, payload, callId, source, effect, requestId, reads } = call;
    const calls = this.sessions.get(sessionId) ?? [];
    calls.push({
      sessionId,
      agent,
      essence: essenceOf(payload),
      tool: toolOf(payload),
      callId,
      effect,
      requestId,
      line: payload.kind === "shell" ? plain(payload.command) : undefined,
      reads,
      at: this.now(),
      told: new Map([[source, 1]]),
      ran: new Map(),
      ranAt: undefined,
    });
    calls.splice(0, calls.length - callLimit);
    const old = calls.at(-1 - lineLimit);
    if (old !== undefined) {
      old.line = undefined;
    }
    // The session that was used last is the last one.
    this.sessions.delete(sessionId);
    this.sessions.set(sessionId, calls);
    const [oldest] = this.sessions.keys();
    if (this.sessions.size > sessionLimit && oldest !== undefined) {
      this.sessions.delete(oldest);
    }
  }

  /** The same call was told by another hook, or by the same one in parallel, and got the same answer. */
  toldAgain(requestId: string, sessionId: string, source: string): void {
    const call = this.sessions.get(sessionId)?.find((each) => each.requestId === requestId);
    call?.told.set(source, (call.told.get(source) ?? 0) + 1);
  }

  reported(report: ReportedCall): ReportMeaning {
    const calls = this.sessions.get(report.sessionId) ?? [];
    const essence = essenceOf(report.payload);
    const sameId = calls.filter(({ callId }) => callId !== undefined && callId === report.callId);
    const own = sameId.length > 0 ? sameId : calls.filter((call) => isAlike(call, essence, report.callId));
    const asked = sameId.length > 0 ? sameId.filter((call) => isAsked(call, report, essence)) : own;
    const passed = asked.filter(({ effect }) => effect === "pass");
    const run = passed.find((call) => this.isOpen(call, report)) ?? passed.find((call) => this.isTwin(call));
    if (run !== undefined) {
      return this.note(run, report);
    }
    const [first] = own;
    if (first?.effect === "pass" && asked.length === 0) {
      return { kind: "changed", requestId: first.requestId };
    }
    const stopped = own.findLast(({ effect }) => effect !== "pass");
    if (stopped !== undefined) {
      return report.failed ? { kind: "denial" } : { kind: "stopped", requestId: stopped.requestId };
    }
    const elsewhere = this.inOtherSession(report, essence);
    return elsewhere === undefined ? { kind: "undecided" } : this.note(elsewhere, report);
  }

  /**
   * What a terminal of the agent's runs. Editors put a `cd` in front of a command or take it away, and may show one command of a line
   * only. `undecided` where none of these sessions' latest calls was that.
   */
  seenInTerminal(sessionIds: readonly string[], command: string): "expected" | "stopped" | "undecided" {
    const line = plain(command);
    const calls = sessionIds
      .flatMap((id) => this.sessions.get(id) ?? [])
      .filter((call) => call.line !== undefined && isPartOf(line, call.line))
      .sort((a, b) => a.at - b.at);
    if (calls.some(({ effect }) => effect === "pass")) {
      return "expected";
    }
    return calls.some((call) => call.line === line) ? "stopped" : "undecided";
  }

  /** Whether this hook may still tell of a run of the call: once for every time that a hook asked about it. */
  private isOpen({ callId, told, ran }: DecidedCall, report: ReportedCall): boolean {
    const runs = Math.max(...told.values());
    return (callId !== undefined && callId === report.callId) || (ran.get(report.source) ?? 0) < runs;
  }

  private isTwin({ ranAt }: DecidedCall): boolean {
    return ranAt !== undefined && this.now() - ranAt <= twinMs;
  }

  private note(call: DecidedCall, { source }: ReportedCall): ReportMeaning {
    const known = Math.max(0, ...call.ran.values());
    const count = (call.ran.get(source) ?? 0) + 1;
    call.ran.set(source, count);
    call.ranAt = this.now();
    const isNew = count > known && count <= Math.max(...call.told.values());
    return { kind: isNew ? "expected" : "again", requestId: call.requestId, reads: call.reads };
  }

  /** Some agents' sub-agents have sessions of their own, and not every event tells whose they are. */
  private inOtherSession(report: ReportedCall, essence: string): DecidedCall | undefined {
    const oldest = this.now() - otherSessionMs;
    return [...this.sessions.values()]
      .flat()
      .find(
        (call) =>
          call.agent === report.agent &&
          call.effect === "pass" &&
          call.ran.size === 0 &&
          call.at >= oldest &&
          call.essence === essence &&
          isAlike(call, essence, report.callId),
      );
  }
}

/** Agents may fill in defaults of a tool's own input in between; which tool it is says enough there. */
function isAsked(call: DecidedCall, { payload }: ReportedCall, essence: string): boolean {
  const tool = toolOf(payload);
  return call.essence === essence || (tool !== undefined && call.tool === tool);
}

function toolOf(payload: RequestPayload): string | undefined {
  switch (payload.kind) {
    case "tool":
      return payload.tool;
    case "mcp_call":
      return `${payload.server} ${payload.tool}`;
    default:
      return undefined;
  }
}

function isAlike(call: DecidedCall, essence: string, callId: string | undefined): boolean {
  return (
    call.essence === essence && (call.callId === undefined || callId === undefined || call.callId === callId)
  );
}

function essential(payload: RequestPayload): object {
  switch (payload.kind) {
    case "shell":
      return { kind: payload.kind, command: payload.command };
    case "file_write":
      return { kind: payload.kind, changes: payload.changes.map(({ path, change }) => ({ path, change })) };
    case "file_read":
      return { kind: payload.kind, paths: payload.paths };
    case "http":
      return { kind: payload.kind, method: payload.method, url: payload.url, more: payload.moreUrls ?? [] };
    case "mcp_call":
    case "tool":
    case "prompt":
    case "session_start":
    case "session_end":
    case "internal":
      return payload;
  }
}

/** A shell that reads a command over several lines shows `> ` in front of the later ones. */
function plain(command: string): string {
  return command
    .split("\n")
    .map((line, index) => (index === 0 ? line : line.replace(/^\s*> /, "")))
    .map((line) => line.replaceAll(/\s+/g, " ").trim())
    .filter((line) => line !== "")
    .join("\n");
}

/** Whether a line is one that was decided, but for a change of folder, or whole commands of it. */
function isPartOf(seen: string, decided: string): boolean {
  const line = seen.replace(/^cd [^;&|\n]+ ?(?:&&|;) /, "");
  for (let at = decided.indexOf(line); at >= 0; at = decided.indexOf(line, at + 1)) {
    const [before, after] = [decided.slice(0, at).trimEnd(), decided.slice(at + line.length).trimStart()];
    if (/(?:^|[;&|])$/.test(before) && /^(?:$|[;&|])/.test(after)) {
      return true;
    }
  }
  return seen === decided || decided.split("\n").includes(line);
}
