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
  /** The id of the sub-agent that asks, where `conversation` is whoever started it: a conversation, or a sub-agent as well. */
  readonly subAgent?: string;
  readonly cwd: string;
  /** The agent's own id of this very call; not that of a turn, which has many. */
  readonly callId?: string;
  /** Where the payload tells it. */
  readonly agentVersion?: string;
  readonly payload: RequestPayload;
}

/** What an agent asks about before it happens. */
export const gates = [
  "shell",
  "reads",
  "writes",
  "mcp",
  "web",
  "prompts",
  "sub-agents",
  "permissions",
  "session start",
  "settings",
  "completions",
] as const;
export type Gate = (typeof gates)[number];

/**
 * How a session is ended: by the `reply` to its hook, by ending the agent's `process`, by that where the agent is a `command line
 * only` (editors are never ended), or not at all: then everything is denied from then on.
 */
export type KillWay = "reply" | "process" | "command line only" | "none";

/** What is declared about an agent's hooks: shown in `status` and in the README's table, never branched on outside the agent's folder. */
export interface Capabilities {
  readonly gates: readonly Gate[];
  readonly kill: KillWay;
  /** Longest time in ms that the agent waits for a reply before it goes on by itself. */
  readonly waitsMs: number;
  readonly failsClosedItself: boolean;
  /**
   * Whether what the agent types into a program that it started comes in as a request of its own (or cannot be typed at all). Whoever
   * says `seen` has looked at the agent's tools; where documentation says nothing it is `unknown`.
   */
  readonly shellInput: "seen" | "unseen" | "unknown";
}

/**
 * How it is known that the replies stop this agent. `live`: the agent itself, of that version, was run and stopped by a test of this
 * repository or by hand. `contract`: payloads recorded from it, or read in its own code, and replies that it was seen or read to
 * obey. `documented`: its makers' documentation alone.
 */
export interface Proof {
  readonly kind: "live" | "contract" | "documented";
  readonly version: string;
}

/** One agent's (or harness's) hook dialect: pure, table-driven, tested against recorded payloads and replies. */
export interface Adapter {
  readonly id: string;
  readonly title: string;
  readonly capabilities: Capabilities;
  /** The strongest first; at least one. */
  readonly proof: readonly [Proof, ...Proof[]];
  /** What only later versions can do, a clause each; what holds for every version that has hooks is not here. */
  readonly since?: readonly { readonly version: string; readonly what: string }[];
  /** What people have to know before they rely on it, one clause each: what is not seen, what cannot be stopped. */
  readonly notes?: readonly string[];
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
