/** One agent at one task. The registry is the system of record for these. */
export interface Session {
  /** The registry's own id (`s_…`), which people type. */
  readonly id: string;
  readonly agent: string;
  readonly conversation: string;
  readonly workspace: string;
  readonly task?: string;
  readonly state: "active" | "killed" | "ended";
  readonly startedAt: string;
  readonly lastSeenAt: string;
  /** Set while killed: when, why, by which rule. */
  readonly killed?: { readonly at: string; readonly reason: string };
  readonly requests: number;
}
