import { isJsonObject, parseJson, stringField, type JsonObject } from "../../base/json.ts";
import type { WireReply } from "./adapter.ts";

/** What an agent does with a hook's reply: does not run the tool, runs it or asks its human as ever, or nobody can tell. */
export type ReplyMeaning = "stops" | "passes" | "unclear";

export interface CanaryCall {
  /** As the agent's hook file calls it: some know one event by two spellings. */
  readonly event: string;
  readonly command: string;
  readonly conversation: string;
  readonly workspace: string;
  readonly home: string;
  /** Of the agent, for payloads that must tell it; `unknown` where nobody knows. */
  readonly version: string;
}

/**
 * How an agent is found on a machine, and how it would ask its hook. Written from the agent's own contract and not from our
 * encoder, so that a canary proves something: a reply that we meant as a denial and that the agent would not take for one fails.
 */
export interface AgentProbe {
  /** The installer's name. */
  readonly agent: string;
  /** The dialect of its payloads. */
  readonly adapter: string;
  readonly title: string;
  /** Programs of the agent. Each is asked for its version by `--version`. */
  readonly programs: readonly string[];
  /** What the agent itself leaves at home when it was used: relative paths, none of which Signalbox makes. */
  readonly traces: readonly string[];
  /** The event, as the agent's hook file calls it, of which a shell command is told before it runs. */
  readonly event: string;
  /** Another agent whose hook file this one reads as well. */
  readonly sharesHooksOf?: string;
  payload(call: CanaryCall): JsonObject;
  reads(reply: WireReply): ReplyMeaning;
}

/** Exit code 2 with a reason on stderr stops; code 0 with nothing to say passes. */
export function readExitCode({ exit, stdout, stderr }: WireReply): ReplyMeaning {
  if (exit === 2) {
    return stderr === "" ? "unclear" : "stops";
  }
  return exit === 0 && (stdout === "" || stdout === "{}") ? "passes" : "unclear";
}

/** The same, or a JSON object that `stops` says what it makes of. */
export function readReply(reply: WireReply, stops: (answer: JsonObject) => boolean): ReplyMeaning {
  if (reply.exit !== 0 || reply.stdout === "" || reply.stdout === "{}") {
    return readExitCode(reply);
  }
  const answer = parseJson(reply.stdout);
  return answer.ok && isJsonObject(answer.value) && stops(answer.value) ? "stops" : "unclear";
}

/** As Claude Code, VS Code, Copilot, droid, Auggie and Qwen Code read it: nested under `hookSpecificOutput`, or flat. */
export function readLikeClaude(reply: WireReply): ReplyMeaning {
  return readReply(reply, (answer) => {
    const nested = answer["hookSpecificOutput"];
    const said = isJsonObject(nested) ? nested : answer;
    return (
      stringField(said, "permissionDecision") === "deny" &&
      (stringField(said, "permissionDecisionReason") ?? "") !== ""
    );
  });
}
