/** One agent at one task. The registry is the system of record for these. */
export interface Session {
  /** The registry's own id (`s_…`), which people type. */
  readonly id: string;
  readonly agent: string;
  readonly conversation: string;
  readonly workspace: string;
  /** The task that a human bound it to. Unbound, the workspace's default counts, or all tasks at once. */
  readonly task?: string;
  /** Who declared the task, when, and under which policies. */
  readonly declared?: TaskDeclaration;
  /** What humans granted during it, the latest last. */
  readonly grants?: readonly SessionGrant[];
  readonly state: "active" | "killed" | "ended";
  readonly startedAt: string;
  readonly lastSeenAt: string;
  /** Set while killed: when, why, by which rule. */
  readonly killed?: { readonly at: string; readonly reason: string };
  readonly requests: number;
  /** The agent's own version, where its payloads tell it. */
  readonly agentVersion?: string;
  /** What ran in it without a decision that let it. */
  readonly gaps?: SessionGaps;
}

export interface SessionGaps {
  readonly count: number;
  readonly lastAt: string;
  /** The last one in one line, secrets masked. */
  readonly last: string;
}

export interface TaskDeclaration {
  /** Key id of the human who answered. */
  readonly by: string;
  readonly at: string;
  /** Hash of the policies in force when it was declared. */
  readonly policyHash: string;
  /** Where it was declared: for this session, or for everything that `signalbox run` started. */
  readonly how: "session" | "run";
}

export interface SessionGrant {
  readonly at: string;
  readonly by: string;
  /** `provider:operation` of what was allowed. */
  readonly actions: readonly string[];
}

/** A session that nobody has had: what a dry question is decided for. */
export function imaginedSession(
  of: Pick<Session, "id" | "agent" | "conversation" | "workspace"> & { readonly task: string },
): Session {
  const at = "1970-01-01T00:00:00.000Z";
  return { ...of, state: "active", startedAt: at, lastSeenAt: at, requests: 0 };
}
