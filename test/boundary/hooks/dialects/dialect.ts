import type { WireReply } from "../../../../src/boundary/hooks/adapter.ts";

/** What is expected of one adapter's replies: a row per recorded form, and how its agent reads a reply to a tool's event. */
export interface Dialect {
  /** Event, outcome, and the recorded reply (`kind`, `name`) of the same form; `file` where it is not `recorded`. */
  readonly forms: readonly (readonly [
    event: string,
    outcome: "pass" | "approved" | "deny" | "kill",
    kind: string,
    name: string,
    file?: string,
  ])[];
  /** The file of recorded replies, without `.replies.json`. */
  readonly recorded: string;
  /** The recorded form (`kind`, `name`) of a refusal of what cannot be read at all. */
  readonly refusal: readonly [kind: string, name: string];
  /** The stdout of "no opinion" where it is neither empty nor `{}`: an agent's own word that skips no question of its. */
  readonly neutral?: string;
  /** Events before something happens: whatever is no pass must stop these. */
  readonly gates: readonly string[];
  /** The payload of a shell command as the agent sends it, for runs against a real broker; `hook` is the name to call it by. */
  readonly live?: {
    readonly hook: string;
    readonly shell: (
      command: string,
      at: { conversation: string; workspace: string; home: string },
    ) => object;
  };
  /** Whether the agent takes the reply for a denial with a reason. The common reading is `stopsLikeClaude`. */
  readonly stops: (reply: WireReply, event: string) => boolean;
}

/** Exit code 2 with a reason, or a nested or flat `permissionDecision` or `behavior` with one. */
export function stopsLikeClaude(reply: WireReply): boolean {
  if (reply.exit === 2) {
    return stopsByExitCode(reply);
  }
  const value = JSON.parse(reply.stdout) as Record<string, unknown>;
  const nested = (value["hookSpecificOutput"] ?? value) as Record<string, unknown>;
  const behaviour = ((nested["decision"] ?? nested) as Record<string, unknown>)["behavior"];
  const reason =
    nested["permissionDecisionReason"] ??
    nested["message"] ??
    (nested["decision"] as { message?: unknown } | undefined)?.message;
  return (
    (nested["permissionDecision"] === "deny" || behaviour === "deny") &&
    typeof reason === "string" &&
    reason !== ""
  );
}

export function stopsByExitCode(reply: WireReply): boolean {
  return reply.exit === 2 && reply.stderr !== "" && reply.stdout === "";
}
