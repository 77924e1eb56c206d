import type { Result } from "../../base/result.ts";
import type { JsonObject } from "../../base/json.ts";
import type { Outcome } from "../../model/outcome.ts";
import type { RequestPayload } from "../../model/request.ts";

/** What the hook process does in the end. `stdout` and `stderr` are single lines without the final newline, or empty. */
export interface WireReply {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What an adapter understood of one payload, before workspace and registry are known. */
export interface DecodedHook {
  readonly agent: string;
  /** The agent's own event name, verbatim; the encoder answers in its terms. */
  readonly event: string;
  /** `gate`: must be decided now. `notice`: only recorded; the reply is "no opinion". */
  readonly phase: "gate" | "notice";
  readonly conversation: string;
  readonly cwd: string;
  readonly callId?: string;
  readonly payload: RequestPayload;
}

/** What is declared about an agent's hooks: shown in `status`, never branched on outside the agent's folder. */
export interface Capabilities {
  readonly canDeny: boolean;
  readonly canKill: boolean;
  readonly seesReads: boolean;
  readonly seesPrompts: boolean;
  /** Longest time in ms that the agent waits for a reply before it goes on by itself. */
  readonly waitsMs: number;
  readonly failsClosedItself: boolean;
}

/** One agent's (or harness's) hook dialect: pure, table-driven, tested against recorded payloads and replies. */
export interface Adapter {
  readonly id: string;
  readonly title: string;
  readonly capabilities: Capabilities;
  /** True where the payload is this dialect's. Told from the payload alone, never from who was configured. */
  recognises(payload: JsonObject): boolean;
  /** True where nothing in the payload speaks against this dialect, though nothing may prove it either. */
  mayBe(payload: JsonObject): boolean;
  /** `hookFolder` is where the hook was started, for agents that do not say where they work; empty where nobody knows. */
  decode(payload: JsonObject, hookFolder?: string): Result<DecodedHook>;
  encode(hook: DecodedHook, outcome: Outcome): WireReply;
  /** The reply for a request that could not be judged: stops the tool in this dialect. */
  refuse(reason: string, event: string | undefined): WireReply;
}
